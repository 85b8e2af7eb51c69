#!/bin/sh
# facts.sh -- what the talk's programs say must hold does, whatever chance and the machine do:
# under virtual time on four processors with five seeds, and once in real time on two.
#   facts.sh GOPHERBENCH [NAME...]
set -u
LC_ALL=C.UTF-8
export LC_ALL
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -ge 1 ] || exit 2
gopherbench=$1
shift

told=0
all=$(programs) || exit 1
# Names are words.
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $all
for name in "$@"; do
    left_out "$name" && continue
    seeds='1 2 3 4 5'
    takes_long "$name" && seeds=
    expect 0 "$gopherbench" talk "$name" --procs 2 --seed 1 </dev/null
    grep -q '✓' "$work/out" || wrong "$name states a fact in real time"
    for seed in $seeds; do
        expect 0 "$gopherbench" talk "$name" --virtual --procs 4 --seed "$seed" </dev/null
        in_real_time && break
        grep -q '✓' "$work/out" || wrong "$name states a fact under virtual time"
    done
    told=$((told + 1))
done
[ $told -gt 0 ] || wrong "a program was told"
finish
