#!/bin/sh
# faulty.sh -- engines that crash, hang, exit, refuse and lie cost their own cell only.
. "$(dirname "$0")/lib.sh"
deadline=2
[ -z "${SANITIZED:-}" ] || deadline=6
GOPHERBENCH_DEADLINE_S=$deadline
export GOPHERBENCH_DEADLINE_S

one() { # ENGINE CODE SENTENCE
    expect "$2" "$faulty" compare matmul -e "serial,$1" -n 40 --type f64 -r 3 --json f.json
    says out "$1"
    says err "$3"
    fact "$1: the others stand" jq -e '[.cells[] | select(.engine == "serial") | .error == null and
        (.samples | length == 3)] | all and length == 1' f.json
    fact "$1: its cell has an error and no time" jq -e '[.cells[] | select(.engine == "'"$1"'") |
        (.error | type == "string") and (.median_s == null) and ((.samples // []) | length == 0)] | all and length == 1' f.json
}
if [ -z "${SANITIZED:-}" ]; then
    one crash 7 'SIGSEGV.*about to crash on purpose'
fi
one hang 7 "no answer within $deadline s.*about to hang on purpose"
one leave 7 'status 3.*about to exit on purpose'
fact "its last words are harmless" sh -c '! grep -q "$(printf "\033")" err out f.json'
one refuse 6 'no memory on this device, on purpose'
one lie 1 'lie'
one gpu 7 'status 3.*about to exit on purpose'
expect 7 "$faulty" compare matmul -e stain -n 21,20 --type f64 -r 2 --json f.json
fact "what failed in one case does not fail the next" jq -e \
    '[.cells[].error == null] == [false, true]' f.json
expect 7 "$faulty" compare matmul -e tire,serial -n 20 --type f64 -r 10 --json f.json
fact "a cell that died after samples has no time" jq -e \
    '.cells[0].error != null and .cells[0].median_s == null' f.json
expect 1 "$faulty" compare matmul -n 24 --type f64 -r 4 --json f.json
fact "all at once: only the right ones stand" jq -e \
    '[.cells[] | select(.error == null) | .engine] == ["serial", "stain", "knobs"]' f.json
finish
