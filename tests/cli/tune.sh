#!/bin/sh
# tune.sh -- --tune keeps what is right and fast; candidates that are wrong, crash, hang or are
# refused cost only themselves; and what was kept is used, and said to be.
. "$(dirname "$0")/lib.sh"
GOPHERBENCH_DEADLINE_S=2
[ -z "${SANITIZED:-}" ] || GOPHERBENCH_DEADLINE_S=6
export GOPHERBENCH_DEADLINE_S

expect 0 "$faulty" compare matmul -e knobs -n 16 --type f64 -r 3 --tune 60
says err 'HOW=2. takes 0\.[0-9]* of the best'
says err 'HOW=3. is out: C\['
# A sanitizer reports the fault and ends the process itself.
[ -z "${SANITIZED:-}" ] && fault=SIGSEGV || fault='(SIGSEGV|ABORTING|status)'
says err "HOW=4. is out: .*$fault"
says err 'HOW=5. is out: no answer within'
says err '6 tried, [12] right, 1 refused, 1 wrong, 2 died'
says err 'HOW=2. is kept: [1-9]'
fact "the right one that is fastest is kept" grep -qx HOW=2 kept
says out '✓ knobs'

expect 2 "$gopherbench" compare matmul --tune
says err 'needs an argument'
expect 2 "$gopherbench" compare matmul --tune x
expect 0 "$gopherbench" compare matmul -e serial -n 16 -r 3 -q --tune 1
silent err

# A tiny budget on a device, where there is one.
"$gopherbench" list | grep -q 'compute units' || { finish; exit; }
XDG_CACHE_HOME=$work/tuned GOPHERBENCH_DEADLINE_S=100
export XDG_CACHE_HOME
mkdir "$XDG_CACHE_HOME"
small() { "$gopherbench" compare matmul -e ocl:cpu --variant buffered -n 96 --type f32 -r 3 "$@"; }
expect 0 small
says_not out tuned
expect 0 small --tune 1
says err 'is kept: [1-9]'
says out 'buffered [0-9]+x[0-9]+x[0-9]+, tuned'
expect 0 small --json small.json
fact "what was kept is used, silently" jq -e '.cells[0] | (.variant | endswith(", tuned")) and
    .remark == null and .verified' small.json
silent err
chmod 666 "$XDG_CACHE_HOME"/gopherbench/tuned-*.json
expect 0 small
says_not out ', tuned'
says out 'others may write to'
# Without a folder there is nothing to remember, and no reason to stop.
expect 0 env -u XDG_CACHE_HOME -u HOME "$gopherbench" compare matmul -e ocl:cpu \
    --variant buffered -n 96 --type f32 -r 3 --tune 1
says err 'cannot be kept: .*neither XDG_CACHE_HOME nor HOME'
finish
