#!/bin/sh
# peers.sh -- other people's libraries: in the table only when asked for, verified like any
# engine, and what one of them does to the process costs its own cell only.
#   peers.sh GOPHERBENCH FAULTY CBLAS_FOLDER
. "$(dirname "$0")/lib.sh"
own=$3
# CLBlast compiles for 20 s: peers_gpu.sh has it.
mkdir others && cp "$own/libempty.so" others/libclblast.so.1
LD_LIBRARY_PATH=$work/others
export LD_LIBRARY_PATH
small="matmul -n 48 --type f32 -r 2 -w 0"

# The words are words.
# shellcheck disable=SC2086
expect 0 "$gopherbench" compare $small --json r.json
fact "no peer comes by itself" jq -e '[.cells[].peer] | any | not' r.json
says_not out 'peer'

# shellcheck disable=SC2086
expect 0 "$gopherbench" compare $small -n 48,5x0x3,4x5x0,1x70x9,70x1x9,9x70x1 --type f32,f64 \
    -t 1 -e serial,blas:$own/libnaive.so --json r.json
says out 'CBLAS of libnaive.so'
says out 'a peer: somebody'
fact "it is a peer, verified, on one thread" jq -e '[.cells[] | select(.engine == "blas") |
    .peer and .verified and .threads == 1 and (.variant | test("libnaive"))] | all and length == 12' r.json
fact "it is paired" jq -e '[.pairs[] | select(.b | startswith("blas:"))] | length == 12' r.json

fails() { # LIBRARY CODE SENTENCE
    # shellcheck disable=SC2086
    expect "$2" "$gopherbench" compare $small -t 1 -q -e "blas:$own/lib$1.so"
    says err "$3"
}
fails lies 1 'is .*, but must be'
fails empty 3 'is no CBLAS: it has no cblas_sgemm'
fails crash_at_load 7 'SIGSEGV.*about to crash on purpose'
fails nowhere 3 'cannot open shared object file'
# shellcheck disable=SC2086
expect 7 "$gopherbench" compare $small -t 1 -e "serial,blas:$own/libcrash.so" --json f.json
says err 'SIGSEGV.*about to crash on purpose'
says out 'died: .*SIGSEGV'
fact "the crash costs its own cell" jq -e '[.cells[] | [.engine, .error == null, .median_s == null]] ==
    [["serial", true, false], ["blas", false, true]]' f.json
# shellcheck disable=SC2086
expect 3 "$gopherbench" compare $small -q -e blas:atlas
says err 'known are openblas, blis, mkl, cblas'
# shellcheck disable=SC2086
expect 6 "$gopherbench" compare $small -q -t 2 -e "blas:$own/libnaive.so"
says err 'works on 1 thread where 2 were asked for'
expect 2 "$gopherbench" compare matmul -e serial:x
one_sentence
says err 'what takes a device is .*blas:openblas'

# BLIS's name, and a library that has it without being it: told, and the rest goes on.
expect 0 env LD_LIBRARY_PATH="$own/mime:$work/others" "$gopherbench" list
says out 'blis +BLIS 9.9.*, generic'
fact "hostile names are harmless" sh -c '! grep -q "$(printf "\033")" out'
mkdir dying && cp "$own/libcrash_at_load.so" dying/libblis.so.4
expect 0 env LD_LIBRARY_PATH="$work/dying:$work/others" "$gopherbench" list
says out 'blis +dies when loaded, by SIGSEGV'

# Without any library: a sentence in list, no row with --peers, exit 3 by name. Names that
# cannot be loaded stand before the installed ones.
mkdir broken
for name in openblas.so.0 openblasp.so.0 openblas.so blis.so.4 blis.so.5 blis.so.3 blis-mt.so \
    blis.so mkl_rt.so.2 mkl_rt.so.1 mkl_rt.so cblas.so.3 blas.so.3 cblas.so blas.so; do
    ln "$own/libempty.so" "broken/lib$name" 2>/dev/null || cp "$own/libempty.so" "broken/lib$name"
done
expect 0 env LD_LIBRARY_PATH="$work/broken:$work/others" "$gopherbench" list
says out 'absent: no CBLAS here: .*install libopenblas0-pthread'
# shellcheck disable=SC2086
expect 3 env LD_LIBRARY_PATH="$work/broken:$work/others" "$gopherbench" compare $small -q -e blas
says err 'no CBLAS here'
# shellcheck disable=SC2086
expect 0 env LD_LIBRARY_PATH="$work/broken:$work/others" "$gopherbench" compare $small --peers --json p.json
fact "absent peers are no rows" jq -e '[.cells[].peer] | any | not' p.json

# The installed ones, all together.
# shellcheck disable=SC2086
expect 0 "$gopherbench" compare $small --peers --json p.json
if "$gopherbench" list | grep -q '^ *openblas  '; then
    fact "OpenBLAS is there and verified" jq -e '[.cells[] | select(.variant | startswith("OpenBLAS")) |
        .verified and .threads == .threads_asked] | all and length > 0' p.json
fi
expect 0 "$gopherbench" compare gophers --books 10 --book-size 1K -r 2 --peers --json g.json
fact "no peer burns books" jq -e '[.cells[].peer] | any | not' g.json
expect 3 "$gopherbench" compare gophers --books 10 --book-size 1K -r 2 -q -t 1 -e "blas:$own/libnaive.so"
says err 'does not offer gophers'
finish
