#!/bin/sh
# usage.sh -- unknown words list the known ones, impossible values are named, help fits.
. "$(dirname "$0")/lib.sh"

expect 2 "$gopherbench" conpare
one_sentence; says err "no command is called 'conpare'; known are compare, multiply, burn, talk and list"
expect 2 "$gopherbench" compare matmull
one_sentence; says err "known are matmul and gophers"
expect 2 "$gopherbench" compare -e serial,cps
one_sentence; says err "no engine is called 'cps'; known are serial, csp, omp, ocl"
expect 2 "$gopherbench" --colour always
one_sentence; says err "unknown option '--colour'; known are .*--color"
expect 2 "$gopherbench" -z
one_sentence; says err "unknown option '-z'"
expect 2 "$gopherbench" --json
one_sentence; says err "json needs an argument"
expect 2 "$gopherbench" list --size 4
one_sentence; says err "unknown option '--size'"
expect 2 "$gopherbench" compare matmul -e serial --variant avx9
one_sentence; says err "known are all.*scalar"
expect 2 "$gopherbench" compare matmul -e serial,ocl --grain 4M
one_sentence; says err "goes with the engines serial, csp and omp, not with ocl"
expect 2 "$gopherbench" compare matmul -e serial,omp --grain 4M
one_sentence; says err "the engines must include csp"
expect 2 "$gopherbench" compare -e csp:0:0
one_sentence; says err "what takes a device is ocl:0:1, ocl:gpu or ocl:NAME"
expect 2 "$gopherbench" compare gophers --design nine
one_sentence; says err "nine.*four.*sixteen"
expect 2 "$gopherbench" compare gophers --design sixteen --carts 2
one_sentence; says err "needs at least 4"

while IFS='|' read -r option value sentence; do
    expect 2 "$gopherbench" compare "$option" "$value"
    one_sentence
    says err "$sentence"
done <<'TABLE'
-n|-1|takes sizes as N or MxNxK
-n|1e3|takes sizes
-n|0x10|takes sizes
-n| 5|takes sizes
-n|5x|takes sizes
-n|4x4|takes sizes
-n|4x4x4x4|takes sizes
-n|9223372036854775808|too large
-n|18446744073709551616|takes sizes
-n|4,,5|empty element
-n||empty element
-t|0|whole number from 1 to 4096
-t|99999999999|whole number from 1 to 4096
-t|abc|whole number
-t|2,x|whole number
-r|0|whole number from 1
-w|-1|whole number from 0
--time|0|number of seconds
--time|1e3|number of seconds
--time|-3|number of seconds
--seed|-1|whole number
--type|f16|'f16' is unknown; known are f32 and f64
--skew|tall|known are none, lognormal and giant
--color|sometimes|known are auto, always and never
--book-size|0|number of bytes
--book-size|4Q|number of bytes
--cart-size|1|number of bytes from 4096
--books|0|whole number from 1
--grain|large|'large' is unknown; known are sweep, tile, whole
--grain|4m|number of flop from 1
--grain|0|number of flop from 1
--grain|4M,|empty element
--grain|4M|--grain is for the messages of matmul
--sabotage|gently|known are null-kernel, lost-book and off-by-one
TABLE

# m*n*8 overflows, in each of the three matrices: said as such, before anything runs.
for size in 4611686018427387904 4294967296x1x4294967296 1x4294967296x4294967296 \
    4294967296x4294967296x1 2147483648x2147483648x0; do
    expect 2 "$gopherbench" compare matmul -e serial -n $size --type f64
    one_sentence; says err "fits no memory"
done

for command in "" compare multiply burn talk list; do
    # No word is one word too few here.
    # shellcheck disable=SC2086
    expect 0 "$gopherbench" $command --help
    silent err
    fact "help of '$command' fits 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
    says out "^usage: gopherbench"
done
expect 0 "$gopherbench" --version
says out '^gopherbench [0-9]+\.[0-9]+\.[0-9]+ \('
finish
