#!/bin/sh
# ukr_registers.sh -- the micro-kernels are what they were meant to be: one fused instruction on
# the whole width for each vector of the tile, and no vector kept on the stack.
#   ukr_registers.sh OBJECT...      those not named ukr_<isa with vectors> are passed over
# OBJDUMP names another one, for objects of another architecture. Skipped (77) without it, or
# when there is no such object.
objdump=${OBJDUMP:-objdump}
command -v "$objdump" >/dev/null || exit 77
checked=0
bad=0

# check OBJECT FUSED SPILT VECTORS: patterns of a fused instruction and of one that keeps a
# vector on the stack, and how many vectors a tile has.
check() {
    for fn in run_f32 run_f64; do
        code=$("$objdump" -d --no-show-raw-insn "$1" |
            awk -v fn="<$fn>:" '$2 == fn { on = 1 } on; on && /\tret/ { exit }')
        fused=$(printf '%s\n' "$code" | grep -cE "$2")
        spilt=$(printf '%s\n' "$code" | grep -cE "$3")
        if [ "$fused" -ne "$4" ] || [ "$spilt" -ne 0 ]; then
            echo "$1: $fn has $fused fused instructions on whole vectors, not $4, and $spilt spills"
            bad=1
        fi
    done
    checked=1
}

for object in "$@"; do
    case $object in
    *ukr_avx512*) check "$object" 'vfmadd.*%zmm' '%r[sb]p.*%zmm|%zmm.*%r[sb]p' 28 ;;
    *ukr_avx2*) check "$object" 'vfmadd.*%ymm' '%r[sb]p.*%ymm|%ymm.*%r[sb]p' 12 ;;
    *ukr_neon*) check "$object" 'fmla\s+v[0-9]+\.(4s|2d)' '\sq[0-9]+,.*\[(sp|x29)' 24 ;;
    esac
done
[ $checked -eq 1 ] || exit 77
exit $bad
