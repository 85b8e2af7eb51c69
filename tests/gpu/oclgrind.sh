#!/bin/sh
# oclgrind.sh KERNELS -- runs the program under oclgrind, which simulates a device and
# reports accesses out of bounds, races, uninitialized values and wrong calls: none may be.
# Exit code 77, a skip, where oclgrind is not installed.
set -eu

# It is loaded before the program, where a sanitizer wants to be.
[ -z "${SANITIZED-}" ] || { echo "skipped: a build with sanitizers"; exit 77; }
command -v oclgrind >/dev/null || { echo "skipped: oclgrind is not installed"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
kernels=$1

# watched LOG OPTION ... PROGRAM ...: the log is empty, and the results are right.
watched()
{
    log=$1
    shift
    # Room for the tensor rungs, whose instruction is written out here.
    oclgrind --local-mem-size 65536 --log "$log" "$@" >"$log.out" 2>&1 || { cat "$log.out" "$log"; exit 1; }
    grep -q '^on Oclgrind' "$log.out" || { echo "not on oclgrind's device"; exit 1; }
    if [ -s "$log" ]; then
        head -n 40 "$log"
        exit 1
    fi
}

# Does it see anything?
oclgrind --log "$scratch/faulty" "$kernels" faulty >"$scratch/out"
grep -q 'Invalid write' "$scratch/faulty" || { echo "oclgrind sees nothing"; exit 1; }

watched "$scratch/races" --data-races --check-api "$kernels"

# Here without optimization, for it does not know the instruction freeze.
for name in $("$kernels" list); do
    watched "$scratch/$name" --uninitialized --build-options -cl-opt-disable \
            "$kernels" "$name"
done
