#!/bin/sh
# outputs.sh -- what cannot be written is said before anything is measured; a full disk, a
# closed stdout, a reader that leaves; old or new, never half; finished samples survive kill -9.
. "$(dirname "$0")/lib.sh"
run="compare matmul -e serial -n 32 --type f32 -r 3"

# until_lines FILE N: waits until the running program has written so many lines.
until_lines() {
    for _ in $(seq 300); do
        [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ] && return
        sleep 0.1
    done
}

for option in --json --csv --markdown --trace; do
    # shellcheck disable=SC2086
    expect 5 "$gopherbench" $run $option /nonexistent/x
    one_sentence; says err '/nonexistent/x: cannot write'; silent out
    mkdir -p folder
    # shellcheck disable=SC2086
    expect 5 "$gopherbench" $run $option folder
    one_sentence
    # shellcheck disable=SC2086
    expect 5 "$gopherbench" $run $option /dev/full
done
# shellcheck disable=SC2086
expect 2 "$gopherbench" $run --json - --csv -
one_sentence; says err 'only one output'

# shellcheck disable=SC2086
"$gopherbench" $run >/dev/full 2>err
fact "a full stdout is exit 5" test $? -eq 5
# shellcheck disable=SC2086
"$gopherbench" $run >&- 2>err
fact "a closed stdout is exit 5" test $? -eq 5
# shellcheck disable=SC2086
"$gopherbench" $run --json kept.json >&- 2>err
fact "the file is whole though stdout was closed" jq -e '.cells | length == 1' kept.json
# shellcheck disable=SC2086
{ "$gopherbench" $run 2>err; echo $? >code; } | true
fact "a reader that leaves is SIGPIPE's code, or it was in time" grep -qE '^(0|141)$' code
fact "and no noise" test ! -s err -o "$(wc -l <err)" -le 1

# Limits on the size of a file: the old one stays.
echo old >old.json
# shellcheck disable=SC2086
(ulimit -f 1; exec "$gopherbench" $run -r 40 --json old.json) >out 2>err
fact "no room is exit 5" test $? -eq 5
fact "the old file stands" grep -qx old old.json
fact "no temporary file is left" sh -c '! ls old.json.?????? 2>/dev/null'

# Killed: what was finished is in the journal, whole lines but perhaps the last.
"$gopherbench" compare matmul -e serial -n 48 --type f32 -r 1000000 --json k.json >out 2>err &
pid=$!
until_lines k.json.journal 6
kill -9 $pid
wait $pid 2>/dev/null
fact "the journal holds finished samples" sh -c 'head -n -1 k.json.journal | jq -es "length > 4 and ([.[1:][] | .total_s > 0 and .verified] | all)"'
fact "the workers went with it" sh -c 'sleep 0.5; ! pgrep -P '$pid
fact "no result pretends to be whole" test ! -e k.json

# Interrupted: the table and the file hold what is finished.
# (A shell starts what it puts in the background with SIGINT ignored, and that is respected.)
env --default-signal=INT "$gopherbench" compare matmul -e serial,csp -n 48 --type f32 \
    -r 1000000 --json i.json >out 2>err &
pid=$!
until_lines i.json.journal 9
kill -INT $pid
wait $pid
fact "SIGINT is exit 130" test $? -eq 130
fact "the file says so and keeps the samples" \
    jq -e '.interrupted and ([.cells[].samples | length] | add > 4)' i.json
fact "the table was printed" grep -q serial out
fact "its exit code is in the file" jq -e '.exit_code == 130' i.json
fact "the journal has done its work" test ! -e i.json.journal
nohup "$gopherbench" compare matmul -e serial -n 48 --type f32 --time 3 -q --json n.json >out 2>err &
pid=$!
until_lines n.json.journal 3
kill -HUP $pid
wait $pid
fact "nohup holds" test $? -eq 0

# A mistake leaves nothing behind, and one file is not for two outputs.
expect 2 "$gopherbench" compare matmull --json typo.json
fact "no journal of what never ran" test ! -e typo.json.journal
expect 2 "$gopherbench" compare matmul --json same --csv same
one_sentence
expect 2 "$gopherbench" compare matmul --json ''
one_sentence
# shellcheck disable=SC2086
"$gopherbench" $run --json whole.json >&- 2>err
fact "whole though stdout is closed: no journal" test -e whole.json -a ! -e whole.json.journal
finish
