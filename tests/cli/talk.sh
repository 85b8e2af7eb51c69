#!/bin/sh
# talk.sh -- the talk's command line: its list, what each option goes with, bad values, a
# user's own design, claims judged, outputs, the question on a terminal, signals.
. "$(dirname "$0")/lib.sh"
unset CI NO_COLOR
TERM=xterm
export TERM

# until_lines FILE N: waits until the running program has written so many lines.
until_lines() {
    for _ in $(seq 300); do
        [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ] && return
        sleep 0.1
    done
}

# ---- the list

expect 0 "$gopherbench" talk
silent err
fact "the list fits 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
for heading in 'What a language needs' 'The gophers' 'Systems made of it' \
    'The machine underneath' 'How to go on'; do
    says out "^$heading"
done
cp out listed
# Whoever is in the list can be told, and is in `list`, too.
expect 0 "$gopherbench" list
fact "what is here fits 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
sed -n '/^How to go on/q; s/^  \([a-z][a-z-]*\)  *[a-z].*/\1/p' listed >names
fact "at least twenty programs" sh -c '[ $(wc -l <names) -ge 20 ]'
while read -r name; do
    says out "^  $name "
done <names
expect 2 "$gopherbench" talk no-such-program
one_sentence; says err "'no-such-program' is unknown; known are go, .* and "
while read -r name; do
    says err "[ ,]$name(,| and|\$)"
done <names
expect 2 "$gopherbench" talk go gophers
one_sentence; says err "one program at a time"

# ---- what goes with what

# shellcheck disable=SC2086
while IFS='|' read -r words sentence; do
    expect 2 "$gopherbench" talk $words
    one_sentence
    silent out
    says err "$sentence"
done <<'TABLE'
go --carts 3|--carts is for talk gophers, --watch and talk engines, not for talk go
sieve --lanes 2|--lanes is for talk gophers and --watch, not for talk sieve
sieve --watch|--watch shows the gophers, not sieve
go --json x|--json is for --check and talk engines, not for talk go
go --tasks 9|--tasks is for talk million or daisy and --check, not for talk go
gophers --tasks 9|--tasks is for talk million or daisy and --check, not for talk gophers
gophers --frames 3|--frames is for --watch, not for talk gophers
gophers --record x|--record is for --watch
gophers --ascii|--ascii is for --watch
gophers --columns 90|--columns is for --watch
gophers --rows 30|--rows is for --watch
--virtual|--virtual is for .* not for the list of programs
--no-ask|--no-ask is for talk NAME, not for the list
--check 1 --tasks 9|--tasks is for claim 14, which is not asked
--check --grade|--check, --grade and --watch do not go together
--watch --check|--check, --grade and --watch do not go together
--check --trace x|--trace is for .* not for talk --check
--check --work spin|--work is for talk gophers and --watch, not for talk --check
--grade --seed 3|--seed is for .* not for talk --grade
--watch --trace x|--trace is for .*, not for talk gophers --watch
engines --virtual|--virtual is for .*, not for talk engines
go --books 3|--books is for talk engines, not for talk go
gophers --policy random|--policy orders a virtual schedule: it needs --virtual
gophers --work real --trips 1|--trips and --exponential need --virtual where work is real
gophers --work real --exponential|--trips and --exponential need --virtual
gophers --virtual --design one,four --trace x|--trace takes one design
go --trace -|--trace needs a file
gophers --loads 3 --trace -|--trace needs a file
gophers --size 4|unknown option '--size'; known are --procs .* --version
go --threads 2|unknown option '--threads'
--check 0|--check takes a whole number from 1 to 18, not '0'
--check 19|whole number from 1 to 18, not '19'
--check four|whole number from 1 to 18, not 'four'
--check 4-|whole number from 1 to 18, not ''
--check 6-4|'6-4' goes downwards
--check 4,,5|empty element
TABLE

# Each value that cannot be has its sentence.
while IFS='|' read -r option value sentence; do
    expect 2 "$gopherbench" talk gophers --virtual "$option" "$value"
    one_sentence
    silent out
    says err "$sentence"
done <<'TABLE'
--procs|0|--procs takes a whole number from 1 to 4096, not '0'
--procs|4097|whole number from 1 to 4096
--procs|two|whole number from 1 to 4096
--seed|-1|whole number
--design|nine|no design is called 'nine'; the designs are one, .*sixteen
--design|four,|empty element
--design|four*0|number of lanes behind '\*' must be 1 to 4096
--lanes|0|whole number from 1 to 4096
--lanes|4097|whole number from 1 to 4096
--turns|0|whole number from 1 to 64
--turns|65|whole number from 1 to 64
--stages|0|whole number from 1 to 4
--stages|5|whole number from 1 to 4
--halves|3|whole number from 1 to 2
--carts|0|whole number from 1 to 4096
--carts|4097|whole number from 1 to 4096
--loads|0|whole number from 1 to 10000000
--loads|10000001|whole number from 1 to 10000000
--loads|1e3|whole number
--trips|0|takes milliseconds above 0
--trips|1,2|takes one number, or four
--trips|1,2,3,4,5|takes one number, or four
--trips|1,2,,4|empty element
--trips|1,2,x,4|takes milliseconds above 0 and up to 3600000, as 1 or 0.25, not 'x'
--trips|0.0000001|takes milliseconds above 0
--trips|3600001|takes milliseconds above 0 and up to 3600000
--trips|99999999999999999999|takes milliseconds
--trips|-1|takes milliseconds
--work|play|'play' is unknown; known are wait, spin and real
--policy|lifo|'lifo' is unknown; known are fifo, random and pct
--color|sometimes|known are auto, always and never
TABLE
while IFS='|' read -r option value sentence; do
    expect 2 "$gopherbench" talk --watch "$option" "$value"
    one_sentence
    says err "$sentence"
done <<'TABLE'
--frames|0|whole number from 1
--columns|79|whole number from 80
--rows|23|whole number from 24
TABLE
expect 2 "$gopherbench" talk million --tasks 0
one_sentence; says err "--tasks takes a whole number from 1"
expect 2 "$gopherbench" talk gophers --lanes 4096 --turns 64 --virtual
one_sentence; says err "gophers in all must be"

# ---- one is told

expect 0 "$gopherbench" talk go --virtual
silent err
cp out once
expect 0 "$gopherbench" talk go --virtual --no-ask --seed 1 --procs 1
fact "same seed, same bytes" cmp once out
expect 0 "$gopherbench" talk go --virtual --color always
says out "$(printf '\033')"
expect 0 "$gopherbench" talk daisy --virtual --tasks 1000
says out '1001'
expect 0 "$gopherbench" talk million --virtual --tasks 1000
says out ' 1000 tasks are there'

# ---- a design of one's own

own="talk gophers --virtual --lanes 2 --stages 4 --carts 6 --trips 1,2,1,2 --procs 8"
# shellcheck disable=SC2086
expect 0 "$gopherbench" $own
silent err
says out yours
fact "it fits 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
cp out own
# shellcheck disable=SC2086
expect 0 "$gopherbench" $own --policy fifo --seed 1
fact "same seed, same bytes" cmp own out
# shellcheck disable=SC2086
expect 0 "$gopherbench" $own --loads 50 --exponential --seed 2
# shellcheck disable=SC2086
expect 0 "$gopherbench" $own --loads 50 --exponential --seed 3
fact "another seed is another run" sh -c '! cmp -s own out'
expect 0 "$gopherbench" talk gophers --virtual --design four --stages 4 --lanes 1 --turns 1 --halves 1
says out '\bfour\b'; says_not out yours
expect 0 "$gopherbench" talk gophers --virtual --design one,four,four*2 --loads 20
fact "one after the other" sh -c 'grep -nE "^[^ ]*(one|four|four\*2)\b" out | cut -d: -f1 | sort -nc'
says out 'four\*2'
expect 0 "$gopherbench" talk gophers --design four --loads 8 --work wait --procs 1
expect 8 "$gopherbench" talk gophers --virtual --design four --unbuffered
says err "^gopherbench: "
expect 8 "$gopherbench" talk gophers --virtual --design four,one --carts 4 --unbuffered
# What must not fit is known before the run. (Sanitizers want more than any limit.)
if [ -z "${SANITIZED:-}" ]; then
    expect 6 sh -c 'ulimit -v 1500000; exec "$0" talk gophers --virtual --loads 10000000' "$gopherbench"
    one_sentence; says err "need some .* are free"
    # Twice the record is kept, and with it what is watched.
    expect 6 sh -c 'ulimit -v 1500000; exec "$0" talk gophers --virtual --loads 5000000' "$gopherbench"
    one_sentence; says err "need some .* are free"
    expect 6 sh -c 'ulimit -v 1500000; exec "$0" talk --watch --frames 1 --loads 1500000' "$gopherbench"
    one_sentence; says err "need some .* are free"
fi

# ---- claims

expect 0 "$gopherbench" talk --check --virtual 4 1-2 9
silent err
fact "the claims that were asked for, in order" \
    sh -c 'grep -oE "^ ?[0-9]+  (PASS|REFUTED|INCONCLUSIVE)" out | tr -s " " | paste -sd, | grep -qx " 1 PASS, 2 PASS, 4 PASS, 9 PASS"'
says out '^4 hold, 0 are refuted, 0 are inconclusive$'
says out '^    figure  .'; says out '^    formula .'; says out '^    bound   .'
says out '^    rerun   gopherbench talk '
says_not out '^    machine '
fact "it fits 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
cp out claims
expect 0 "$gopherbench" talk --check 1,2 4 9 --virtual --procs 7
fact "virtual time judges the same everywhere" cmp claims out
expect 0 "$gopherbench" talk --check 1 --virtual --color always
says out "$(printf '\033')\[32mPASS"
expect 0 "$gopherbench" talk --check 1 --virtual --json c.json
silent err
says out '^ 1  PASS'
fact "the document's head" jq -e '.schema == "gopherbench/1" and .tool.version and .host.usable_cpus > 0
    and .seed == 1 and .exit_code == 0 and (.interrupted | not) and (.command | test("--check"))' c.json
fact "a claim, whole" jq -e '.claims | length == 1 and (.[0] | .number == 1 and .finding == "PASS"
    and .value == .expected and .real == null
    and ([.sentence, .figure, .formula, .bound, .command] | all(type == "string" and length > 0)))' c.json
expect 0 "$gopherbench" talk --check 1-2 --virtual --json -
silent err
fact "only the document on standard output" jq -e '.claims | map(.number) == [1, 2]' out
expect 5 "$gopherbench" talk --check 1 --virtual --json /nonexistent/x
one_sentence; silent out
expect 5 "$gopherbench" talk --check 1 --virtual --json /dev/full
says err '^gopherbench: /dev/full: .*cannot write'
expect 2 "$gopherbench" talk --check 99 --json never.json
fact "a mistake leaves nothing behind" sh -c '! ls never.json*'
# The command that a claim names runs.
jq -r '.claims[].command' c.json | sed "s|^gopherbench|$gopherbench|" >rerun.sh
expect 0 sh rerun.sh

# With the seed that it was judged by, where that decides; and each is accepted.
expect 0 "$gopherbench" talk --check 1,7,11-13 --virtual --seed 3 --json s.json
says out '--exponential --seed 3$'
fact "the commands have the check's seed" jq -e '[.claims[] | select(.command | endswith(" --seed 3")) | .number]
    == [7, 11, 12, 13] and all(.claims[].command; contains("--seed 1") | not)' s.json
jq -r ".claims[].command" s.json >reruns
while read -r command; do
    # shellcheck disable=SC2086
    expect 0 "$gopherbench" ${command#gopherbench }
done <reruns

expect 0 "$gopherbench" talk --check 14 --virtual --tasks 500
says out '^    figure  500 tasks waited at once'
says out 'talk million --virtual --procs 1.* --tasks 500$'

# ---- outputs

for words in "talk" "talk go --virtual" "talk gophers --virtual --loads 9" "talk --check 1 --virtual"; do
    # shellcheck disable=SC2086
    "$gopherbench" $words >/dev/full 2>err
    fact "a full stdout is exit 5: $words" test $? -eq 5
    one_sentence
    # shellcheck disable=SC2086
    "$gopherbench" $words >&- 2>err
    fact "a closed stdout is exit 5: $words" test $? -eq 5
done
"$gopherbench" talk --check 1 --virtual --json kept.json >&- 2>err
fact "the file is whole though stdout was closed" jq -e '.claims | length == 1' kept.json
expect 0 "$gopherbench" talk go --virtual --trace t.json
fact "the trace is JSON" jq -e '.traceEvents | length > 3' t.json
expect 0 "$gopherbench" talk gophers --virtual --loads 5 --trace t.json
fact "the trace is of the gophers" grep -q returner t.json
expect 8 "$gopherbench" talk gophers --virtual --unbuffered --trace locked.json
fact "a deadlock has its trace, whole" jq -e '.traceEvents | length > 3' locked.json
expect 8 "$gopherbench" talk gophers --virtual --unbuffered --trace /dev/full
says err '^gopherbench: gophers: deadlock'
expect 5 "$gopherbench" talk go --virtual --trace /nonexistent/x
one_sentence; silent out
expect 5 "$gopherbench" talk go --virtual --trace /dev/full
one_sentence

# What was found is not said where what was written is lost.
"$gopherbench" talk --grade deadlock >/dev/full 2>err
fact "a full stdout is exit 5, before the grade" test $? -eq 5
one_sentence; says err 'cannot write'
"$gopherbench" talk --grade deadlock >&- 2>err
fact "a closed stdout is exit 5, before the grade" test $? -eq 5
one_sentence; says err 'cannot write'

# ---- a terminal

# typed KEYS COMMAND...: runs the command on a terminal of its own, with these keys.
typed() {
    keys=$1
    shift
    # The keys are escapes.
    # shellcheck disable=SC2059
    printf "$keys" | timeout 20 script -qec "$*" /dev/null >"$work/out" 2>"$work/err"
    code=$?
}
typed '\n' "$gopherbench" talk go --virtual
fact "Enter goes on" test "$code" -eq 0
says out 'Enter goes on'; says out "$(printf '\033')\[1m"
typed '' "$gopherbench" talk go --virtual --no-ask
says_not out 'Enter goes on'
typed '' "$gopherbench" talk go --virtual -q
says_not out 'Enter goes on'
typed '' env CI=1 "$gopherbench" talk go --virtual
says_not out 'Enter goes on'
typed '\n' env CI= "$gopherbench" talk go --virtual
says out 'Enter goes on'
typed '\n' env NO_COLOR=1 "$gopherbench" talk go --virtual
says_not out "$(printf '\033')"
typed '\n' env TERM=dumb "$gopherbench" talk go --virtual
says_not out "$(printf '\033')"
typed 'q' "$gopherbench" talk gophers --watch
says out 'working\.\.\.'
typed '' "$gopherbench" talk --check 1 --virtual
says out 'judging claim 1'
typed '' "$gopherbench" talk --check 1 --virtual -q
says_not out 'judging'

# ---- signals
# (A shell starts what it puts in the background with SIGINT ignored, and that is respected.)

env --default-signal=INT "$gopherbench" talk gophers --design one --loads 1000000 >out 2>err &
pid=$!
sleep 0.3
kill -INT $pid
wait $pid
fact "SIGINT while a program runs is its signal" test $? -eq 130
# cut_short SIGNAL CODE FILE COMMAND...: once it has begun its file; nothing is left of it.
cut_short() {
    signal=$1 code=$2 file=$3
    shift 3
    env "--default-signal=$signal" "$gopherbench" "$@" "$file" >out 2>err &
    pid=$!
    for _ in $(seq 200); do
        ls "$file".?????? >fact 2>&1 && break
        sleep 0.02
    done
    fact "it has begun $file" sh -c "ls $file.??????"
    kill "-$signal" $pid
    wait $pid
    fact "$signal ends it: $*" test $? -eq "$code"
    fact "$signal leaves no $file" sh -c "! ls $file*"
}
cut_short INT 130 cut.cast talk gophers --watch --loads 20000 --record
cut_short TERM 143 cut.json talk gophers --design one --loads 1000000 --trace
cut_short HUP 129 cut.cast talk gophers --watch --loads 20000 --record
env --default-signal=INT "$gopherbench" talk --check --json i.json >out 2>err &
pid=$!
until_lines out 4
kill -INT $pid
wait $pid
fact "SIGINT while claims are judged is exit 130" test $? -eq 130
one_sentence; says err interrupted
says out '^ 1  PASS'
fact "the document holds what was judged" jq -e '.interrupted and .exit_code == 130 and (.claims | length >= 1)' i.json
fact "no judge is left" sh -c 'sleep 0.2; ! pgrep -P '$pid
finish
