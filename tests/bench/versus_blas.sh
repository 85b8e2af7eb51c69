#!/bin/sh
# versus_blas.sh -- our matrix products beside other people's libraries. Run by hand:
#   tests/bench/versus_blas.sh [-q] [-o DIR] [-b BUILD_DIR] [-s SECONDS] [-e ENGINES]
# A run of `gopherbench compare matmul --peers` over square sizes and one over skinny shapes,
# each in f32 and f64: every cell verified, every ratio paired round by round. Prints Markdown:
# how many times as fast as the fastest peer each of ENGINES (csp,omp,ocl) is, with 95 %
# intervals, and what of the targets is reached. -q is a quick look at few sizes; -s is for
# measuring, each run (600; 40 with -q); -o keeps what the program wrote, square.json, skinny.md
# and so on. Needs Python 3, and peers: libopenblas0-pthread, libblis4-openmp, libclblast1.
set -u
LC_ALL=C
export LC_ALL
build=build/release out='' seconds='' engines=csp,omp,ocl quick=
refuse() { echo "versus_blas.sh: $*" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
    -q) quick=yes; shift ;;
    -o | -b | -s | -e)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        case $1 in -o) out=$2 ;; -b) build=$2 ;; -s) seconds=$2 ;; -e) engines=$2 ;; esac
        shift 2 ;;
    *) refuse "there is no option $1" ;;
    esac
done
ours=$build/gopherbench
[ -x "$ours" ] || {
    echo "versus_blas.sh: there is no $ours; build it with cmake --build --preset release" >&2
    exit 6
}
# M x N x K: a wide panel, an outer and an inner product of panels, a few rows of a large matrix,
# a row and a column times a matrix.
square=64,128,256,512,1024,2048,4096
skinny=4096x64x4096,64x4096x4096,4096x4096x64,8192x32x512,1x4096x4096,4096x1x4096
if [ "$quick" ]; then
    square=128,512,1024 skinny=1024x64x1024,1024x1024x64,1x1024x1024
fi
[ -n "$seconds" ] || seconds=${quick:+40}
[ -n "$seconds" ] || seconds=600

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
[ -n "$out" ] || out=$work/out
mkdir -p "$out" || exit 5

worst=0
for shapes in square skinny; do
    eval "sizes=\$$shapes"
    # A journal of a run that was killed is not worth keeping here.
    rm -f "$out/$shapes.json.journal"
    "$ours" compare matmul -e "$engines" --peers -n "$sizes" --type f32,f64 --time "$seconds" \
        --json "$out/$shapes.json" --markdown "$out/$shapes.md" -q || worst=$?
done
python3 "$here/versus_blas.py" "$out/square.json" "$out/skinny.json" || exit 1
exit "$worst"
