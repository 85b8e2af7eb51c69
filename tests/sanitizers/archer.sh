#!/bin/sh
# archer.sh -- OpenMP under ThreadSanitizer is only judged when Archer tells it what OpenMP
# synchronises: it must be loaded, silent on a clean reduction, and loud on a race.
#   archer.sh CLEAN RACE
set -u
ARCHER_OPTIONS=verbose=1
TSAN_OPTIONS="ignore_noninstrumented_modules=1 exitcode=66"
export ARCHER_OPTIONS TSAN_OPTIONS
bad=0
out=$("$1" 2>&1)
code=$?
echo "$out" | grep -q 'Archer detected OpenMP application with TSan' || { echo "Archer is not there"; bad=1; }
[ $code -eq 0 ] || { echo "a clean reduction is no race, but: $code"; echo "$out"; bad=1; }
out=$("$2" 2>&1)
code=$?
[ $code -eq 66 ] && echo "$out" | grep -q 'data race' || { echo "the race was not seen: $code"; echo "$out"; bad=1; }
exit $bad
