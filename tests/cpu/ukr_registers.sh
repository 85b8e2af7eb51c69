#!/bin/sh
# ukr_registers.sh -- the micro-kernels are what they were meant to be: for every number of rows
# and vectors one fused instruction on the whole width each, and no vector kept on the stack.
#   ukr_registers.sh OBJECT...      those not named ukr_avx* are passed over
# Skipped (77) without objdump, or when there is no such object.
command -v objdump >/dev/null || exit 77
checked=0
bad=0

# check OBJECT REGISTER ROWS
check() {
    objdump -d --no-show-raw-insn "$1" | awk -v object="$1" -v reg="%$2" -v rows="$3" '
        / <loop_f(32|64)_[0-9]+_(narrow|wide)>:$/ {
            name = $2; gsub(/[<>:]/, "", name); split(name, part, "_")
            row = part[3] + 1; fused[name] = spilt[name] = 0
            want[name] = row * (part[4] == "wide" ? 2 : 1); seen++
        }
        / <.*>:$/ && !/ <loop_f/ { name = "" }
        name != "" && /vfmadd/ && index($0, reg) { fused[name]++ }
        name != "" && /%r[sb]p/ && index($0, reg) { spilt[name]++ }
        END {
            if (seen != 4 * rows) { print object ": " seen + 0 " micro-kernels, not " 4 * rows; bad = 1 }
            for (name in want)
                if (fused[name] != want[name] || spilt[name]) {
                    print object ": " name " has " fused[name] " fused instructions on " reg \
                        ", not " want[name] ", and " spilt[name] " spills"; bad = 1
                }
            exit bad
        }' || bad=1
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
