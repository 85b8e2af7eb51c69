#!/bin/sh
# check.sh -- the models of the runtime's protocols hold, all of their states seen, and
# every mutant of them fails. One line a check.
#   check.sh [MODEL...]
set -u
cd "$(dirname "$0")" || exit 2
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
DEPTH=200000
command -v spin >/dev/null || { echo "there is no spin"; exit 1; }

# What a model is given, and whether it holds: by MODEL, MUTANT (0: the code as it is),
# and its parameters.
table="
park 0 PROCS=2 POOL=3
park 0 PROCS=2 POOL=2 YIELDS=1 PINNED=1
park 0 PROCS=2 CALLS=1
park 0 PROCS=2 POOL=1 CALLS=1
park 0 PROCS=2 POOL=1 UP=1
park 0 PROCS=3 POOL=1 QUIET=1
park 0 PROCS=3 HELD=3
park 1 PROCS=2 POOL=2
park 2 PROCS=2 POOL=2
park 3 PROCS=2 POOL=2
park 4 PROCS=3 POOL=2 QUIET=1
park 5 PROCS=2 POOL=2
park 6 PROCS=2 POOL=2
park 7 PROCS=2 CALLS=1
park 8 PROCS=2 CALLS=1
park 9 PROCS=3 HELD=3
park 10 PROCS=3 POOL=2 PINNED=1 QUIET=1
park 11 PROCS=2 POOL=1 CALLS=1
park 12 PROCS=2 POOL=2 YIELDS=1 PINNED=1
park 13 PROCS=2 CALLS=1
park 14 PROCS=2 POOL=1 CALLS=2
park 15 PROCS=3 POOL=2 QUIET=1
spare 0 PROCS=1 SPARES=2 POOL=2 FOREVER=1 LONG=1 LOOKS=9
spare 0 PROCS=1 SPARES=2 POOL=2 FOREVER=2 LOOKS=10
spare 0 PROCS=1 SPARES=1 POOL=2 FOREVER=1 LONG=1 PINNED=1 ENDS=1 LOOKS=8
spare 0 PROCS=2 SPARES=1 POOL=1 LONG=2 ENDS=1 LOOKS=7
spare 0 START=1 PROCS=1 SPARES=1 POOL=2 PINNED=2 ENDS=1 LOOKS=5
spare 0 START=2 PROCS=2 SPARES=1 POOL=1 FOREVER=1 LOOKS=5
spare 0 START=3 PROCS=2 SPARES=1 POOL=1 FOREVER=1 LOOKS=4
spare 1 PROCS=2 SPARES=1 POOL=2 LONG=2 LOOKS=8
spare 2 PROCS=2 SPARES=1 POOL=2 FOREVER=1 LONG=1 LOOKS=8
spare 3 PROCS=1 SPARES=1 POOL=1 LONG=1 LOOKS=8
spare 4 PROCS=1 SPARES=1 POOL=1 LONG=1 LOOKS=8
spare 5 START=2 PROCS=2 SPARES=1 POOL=1 FOREVER=1 EARLY=1 LOOKS=5
spare 6 PROCS=1 SPARES=1 POOL=2 LONG=2 ENDS=1 LOOKS=8
spare 7 START=1 PROCS=1 SPARES=1 POOL=2 PINNED=2 LOOKS=5
spare 8 START=1 PROCS=1 SPARES=1 POOL=2 PINNED=2 LOOKS=5
spare 9 PROCS=1 SPARES=1 POOL=2 LONG=2 ENDS=1 LOOKS=8
spare 10 PROCS=1 SPARES=1 POOL=1 LONG=2 ENDS=1 LOOKS=8
spare 11 START=3 PROCS=2 SPARES=1 POOL=1 FOREVER=1 LONG=1 LOOKS=6
spare 12 PROCS=2 SPARES=1 POOL=2 FOREVER=1 LONG=1 LOOKS=8
spare 13 START=1 PROCS=1 SPARES=1 POOL=1 FOREVER=1 LOOKS=6
spare 14 PROCS=1 SPARES=1 POOL=1 LONG=1 LOOKS=8
spare 15 START=2 PROCS=2 SPARES=1 POOL=1 FOREVER=1 LOOKS=5
ring 0 TASKS=3 STEALS=1 THIEVES=2
ring 0 TASKS=5 STEALS=1 THIEVES=1
ring 0 TASKS=6 STEALS=1 THIEVES=1
ring 1 TASKS=5 STEALS=1 THIEVES=1
ring 2 TASKS=5 STEALS=1 THIEVES=1
ring 4 TASKS=5 STEALS=1 THIEVES=1
ring 5 TASKS=6 STEALS=1 THIEVES=1
ring 6 TASKS=6 STEALS=1 THIEVES=1
ring 7 TASKS=5 STEALS=1 THIEVES=1
ring 8 TASKS=5 STEALS=1 THIEVES=1
on_cpu 0 PROCS=2 PARKS=2
on_cpu 0 PROCS=3 PARKS=1
on_cpu 1 PROCS=2 PARKS=2
on_cpu 2 PROCS=2 PARKS=2
on_cpu 3 PROCS=2 PARKS=2
on_cpu 4 PROCS=2 PARKS=2
on_cpu 5 PROCS=2 PARKS=2
select 0 SCENE=1
select 0 SCENE=2
select 0 SCENE=3
select 0 SCENE=4
select 1 SCENE=1
select 2 SCENE=1
select 3 SCENE=1
select 4 SCENE=2
select 5 SCENE=2
select 6 SCENE=4
select 7 SCENE=2
alone 0 ROUNDS=3 CALLS=1
alone 0 ROUNDS=4
alone 1 ROUNDS=2
alone 2 ROUNDS=2
alone 3 ROUNDS=2
alone 4 ROUNDS=2
alone 5 ROUNDS=2
alone 6 ROUNDS=2
alone 7 ROUNDS=2
alone 8 ROUNDS=2 CALLS=1
"

build() {
    mkdir "$work/$1" && cd "$work/$1" || exit 2
    cp "$here/$1.pml" . && spin -a "$1.pml" >log 2>&1 &&
        ${CC:-gcc} -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=512 -o pan pan.c >>log 2>&1 ||
        { echo "model $1: cannot be built"; cat log; exit 1; }
}

# A model's answer: holds, fails, or why there is none.
answer() {
    log=$1
    if grep -q 'max search depth too small' "$log"; then echo "was not searched deep enough"
    elif grep -q 'assertion violated' "$log"; then echo fails
    elif grep -q 'errors: 0$' "$log" && ! grep -q 'Search not completed' "$log"; then echo holds
    else echo "gives no answer"
    fi
}

for model in ${*:-park spare ring on_cpu select alone}; do
    (build "$model") || { bad=1; continue; }
    cd "$work/$model" || exit 2
    echo "$table" | grep "^$model " >checks
    while read -r _ mutant parameters; do
        # Parameters are words by design.
        # shellcheck disable=SC2086
        env MUTANT="$mutant" $parameters timeout 120 ./pan -E -m"$DEPTH" >log 2>&1
        got=$(answer log)
        want=holds
        [ "$mutant" = 0 ] || want=fails
        states=$(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' log)
        verdict=ok
        [ "$got" = "$want" ] || { verdict="NOT OK: should be: $want"; bad=1; }
        echo "model $model mutant $mutant ($parameters): $got, ${states:-no} states; $verdict"
    done <checks
done
exit $bad
