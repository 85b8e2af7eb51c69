#!/bin/sh
# ukr_registers.sh -- the micro-kernels are what they were meant to be: one fused instruction on
# the whole width for each vector of the tile, and no vector kept on the stack.
#   ukr_registers.sh OBJECT...      those not named ukr_avx* are passed over
# Skipped (77) without objdump, or when there is no such object.
command -v objdump >/dev/null || exit 77
checked=0
bad=0

# check OBJECT REGISTER ROWS
check() {
    for fn in run_f32 run_f64; do
        code=$(objdump -d --no-show-raw-insn "$1" | awk -v fn="<$fn>:" '$2 == fn, /\tret/')
        fused=$(printf '%s\n' "$code" | grep -c "vfmadd.*%$2")
        spilt=$(printf '%s\n' "$code" | grep -E '%r[sb]p' | grep -c "%$2")
        if [ "$fused" -ne $((2 * $3)) ] || [ "$spilt" -ne 0 ]; then
            echo "$1: $fn has $fused fused instructions on %$2, not $((2 * $3)), and $spilt spills"
            bad=1
        fi
    done
    checked=1
}

for object in "$@"; do
    case $object in
    *ukr_avx512*) check "$object" zmm 14 ;;
    *ukr_avx2*) check "$object" ymm 6 ;;
    esac
done
[ $checked -eq 1 ] || exit 77
exit $bad
