#!/bin/sh
# ukr_registers.sh -- the micro-kernels are what they were meant to be: for every number of rows
# and vectors one fused instruction on the whole width each, and no vector kept on the stack.
#   ukr_registers.sh OBJECT...      those not named ukr_<isa with vectors> are passed over
# OBJDUMP names another one, for objects of another architecture. Skipped (77) without it, or
# when there is no such object.
objdump=${OBJDUMP:-objdump}
command -v "$objdump" >/dev/null || exit 77
checked=0
bad=0

# check OBJECT FUSED VECTOR STACK ROWS: patterns of a fused instruction, of a whole vector in it,
# and of one that goes to the stack or comes from there.
check() {
    "$objdump" -d --no-show-raw-insn "$1" |
        awk -v object="$1" -v fuses="$2" -v vector="$3" -v stack="$4" -v rows="$5" '
        / <loop_f(32|64)_[0-9]+_(narrow|wide)>:$/ {
            name = $2; gsub(/[<>:]/, "", name); split(name, part, "_")
            row = part[3] + 1; fused[name] = spilt[name] = 0
            want[name] = row * (part[4] == "wide" ? 2 : 1); seen++
        }
        / <.*>:$/ && !/ <loop_f/ { name = "" }
        name != "" && $0 ~ fuses && $0 ~ vector { fused[name]++ }
        name != "" && $0 ~ stack { spilt[name]++ }
        END {
            if (seen != 4 * rows) { print object ": " seen + 0 " micro-kernels, not " 4 * rows; bad = 1 }
            for (name in want)
                if (fused[name] != want[name] || spilt[name]) {
                    print object ": " name " has " fused[name] " fused instructions on whole" \
                        " vectors, not " want[name] ", and " spilt[name] " spills"; bad = 1
                }
            exit bad
        }' || bad=1
    checked=1
}

for object in "$@"; do
    case $object in
    *ukr_avx512*) check "$object" vfmadd %zmm '%zmm.*%r[sb]p|%r[sb]p.*%zmm' 14 ;;
    *ukr_avx2*) check "$object" vfmadd %ymm '%ymm.*%r[sb]p|%r[sb]p.*%ymm' 6 ;;
    *ukr_neon*) check "$object" fmla 'v[0-9]+[.](4s|2d)' '[ \t]q[0-9]+, .*[[](sp|x29)' 10 ;;
    esac
done
[ $checked -eq 1 ] || exit 77
exit $bad
