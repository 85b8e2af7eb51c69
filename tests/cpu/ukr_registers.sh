#!/bin/sh
# ukr_registers.sh -- the micro-kernels are what they were meant to be: for every number of rows
# and vectors, fused instructions on the whole width, one for each vector of the tile and step
# that the loop takes at once, and no vector kept on the stack.
#   ukr_registers.sh OBJECT...      those not named ukr_<isa with vectors> are passed over
# OBJDUMP names another one, for objects of another architecture. Skipped (77) without it, or
# when there is no such object.
objdump=${OBJDUMP:-objdump}
command -v "$objdump" >/dev/null || exit 77
checked=0
bad=0

# check OBJECT FUSED SPILT ROWS STEPS: patterns of a fused instruction and of one that keeps a
# vector on the stack; how many rows a tile has, and how many steps the loop takes at once (in
# float; half as many in double), beside which it may have some for what is left over.
check() {
    "$objdump" -d --no-show-raw-insn "$1" |
        awk -v object="$1" -v fused="$2" -v spilt="$3" -v rows="$4" -v steps="$5" '
        / <loop_f(32|64)_[0-9]+_(narrow|wide)>:$/ {
            name = $2; gsub(/[<>:]/, "", name); split(name, part, "_")
            at_once = steps == 1 ? 1 : part[2] == "f32" ? steps : steps / 2
            want[name] = (part[3] + 1) * (part[4] == "wide" ? 2 : 1) * at_once
            seen++
        }
        / <.*>:$/ && !/ <loop_f/ { name = "" }
        name != "" && $0 ~ fused { found[name]++ }
        name != "" && $0 ~ spilt { lost[name]++ }
        END {
            if (seen != 4 * rows) {
                print object ": " seen + 0 " micro-kernels, not " 4 * rows; bad = 1
            }
            for (name in want)
                if (found[name] < want[name] || (steps == 1 && found[name] > want[name]) || lost[name]) {
                    print object ": " name " has " found[name] + 0 " fused instructions on whole vectors, not " \
                        want[name] ", and " lost[name] + 0 " spills"; bad = 1
                }
            exit bad
        }' || bad=1
    checked=1
}

for object in "$@"; do
    case $object in
    *ukr_avx512*) check "$object" 'vfmadd.*%zmm' '%r[sb]p.*%zmm|%zmm.*%r[sb]p' 14 1 ;;
    *ukr_avx2*) check "$object" 'vfmadd.*%ymm' '%r[sb]p.*%ymm|%ymm.*%r[sb]p' 6 1 ;;
    *ukr_neon*) check "$object" 'fmla.*v[0-9]+[.](4s|2d)' 'q[0-9]+,.*[[](sp|x29)' 8 4 ;;
    esac
done
[ $checked -eq 1 ] || exit 77
exit $bad
