#!/bin/sh
# netlib.sh -- netlib's BLAS testers judge the micro-kernels: every one that this CPU has, with
# its own blocks and with small ones, through the Fortran and the C interface, in both layouts.
#   netlib.sh SHIM VARIANT...      a variant that this CPU lacks is passed over
# Skipped (77) where the testers are missing (Debian: libblas-test).
set -u
shim=$1
shift
blas=
for folder in /usr/lib/*/blas /usr/lib64/blas /usr/lib/blas; do
    [ -x "$folder/xblat3s" ] && [ -x "$folder/xscblat3" ] && blas=$folder
done
[ -n "$blas" ] || { echo "no testers: libblas-test has them"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

# input NAME PREFIX LAYOUT: the product alone, over sizes beside the edges of tiles.
input() {
    case $1 in
    *cblat3) echo "'SNAP' name" ;;
    *) echo "'summary' name"; echo "6 unit"; echo "'SNAP' name" ;;
    esac
    printf '%s\n' "-1 unit" "F rewind" "F stop" "F error exits"
    case $1 in *cblat3) echo "2 both layouts" ;; esac
    printf '%s\n' "16.0 threshold" "7 sizes" "0 1 7 15 17 33 65" \
        "3 alphas" "0.0 1.0 0.7" "3 betas" "0.0 1.0 1.3"
    for routine in gemm symm trmm trsm syrk syr2k; do
        name=$2$routine
        case $1 in *cblat3) name=cblas_$name ;; *) name=$(echo "$name" | tr a-z A-Z) ;; esac
        echo "$(printf '%-6s' "$name") $([ $routine = gemm ] && echo T || echo F)"
    done
}

bad=0
judged=0
# judge TESTER PREFIX PATTERN TIMES: it says so often that it passed, of as many products as
# sizes, transposes, alphas and betas make.
judge() {
    input "$1" "$2" >in
    rm -f summary count
    # What we do not have comes from the reference library beside the testers.
    LD_LIBRARY_PATH=$blas LD_PRELOAD=$shim GOPHERBENCH_SHIM_COUNT=$work/count "$blas/$1" <in >out 2>err
    grep -qE '^(this CPU has no|no micro-kernel is called)' err && return
    judged=$((judged + 1))
    [ -f summary ] && cat summary >>out
    passed=$(grep -cE "$3" out)
    made=$(cat count 2>/dev/null || echo 0)
    if [ "$passed" -lt "$4" ] || grep -qE 'FAIL|FATAL|SUSPECT' out || [ "$made" -lt 27783 ]; then
        echo "$1 with $GOPHERBENCH_SHIM_VARIANT${GOPHERBENCH_SHIM_SMALL:+, small blocks}:" \
            "passed $passed of $4 after $made products"
        head -n 40 out err
        bad=1
    fi
}

for variant in "$@"; do
    GOPHERBENCH_SHIM_VARIANT=$variant
    export GOPHERBENCH_SHIM_VARIANT
    for small in "" 1; do
        unset GOPHERBENCH_SHIM_SMALL
        [ -z "$small" ] || export GOPHERBENCH_SHIM_SMALL=1
        for type in s d; do
            upper=$(echo $type | tr sd SD)
            judge xblat3$type $type "${upper}GEMM +PASSED THE COMPUTATIONAL TESTS" 1
            judge x${type}cblat3 $type "cblas_${type}gemm +PASSED THE (ROW|COLUMN)-MAJOR +COMPUTATIONAL TESTS" 2
        done
    done
done
[ $judged -gt 0 ] || { echo "no variant could be judged"; bad=1; }
[ $bad -eq 0 ] && echo "all $judged runs passed"
exit $bad
