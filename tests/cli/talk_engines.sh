#!/bin/sh
# talk_engines.sh -- the words that measure: tables that fit, every row verified, damage that is
# found, an absent engine that says why, and options that belong elsewhere. No time is asserted.
. "$(dirname "$0")/lib.sh"
small="--books 40 --book-size 4K --runs 2 --procs 2"
fits() { fact "$1 fits 80 columns" sh -c '[ "$(wc -L <out)" -le 80 ]'; }

expect 0 "$gopherbench" talk
for word in engines waiting grain; do
    says out "^  $word +[a-z]"
done

# A table a design; whatever runs is verified; cells say what they were asked for.
# The words are words.
# shellcheck disable=SC2086
expect 0 "$gopherbench" talk engines $small --json r.json
silent err
fits engines
for design in one four eight; do
    says out "^gophers $design, 40 books"
done
says out 'Structure cost'
says out 'Execution gain'
fact "every row stands or is absent" sh -c '! grep -qE "^(\\?|✗) " out'
fact "rows: serial, tasks and loops on 1 and 2" jq -e '[.cells[] | select(.case | startswith("four,")) |
    select(.engine != "ocl") | [.engine, .threads]] ==
    [["serial",1],["csp",1],["csp",2],["omp",1],["omp",2]]' r.json
fact "every cell is verified" jq -e '[.cells[] | select(.error == null) | .verified] | all' r.json
if jq -e '[.cells[] | select(.engine == "ocl") | .error == null] | all' r.json >/dev/null; then
    fact "carts in flight: one design has one, four has 1, 2 and 4, eight twice as many" \
        jq -e '[.cells[] | select(.engine == "ocl") | [(.case | sub(",.*"; "")), .params.carts]] ==
        [["one",1],["four",1],["four",2],["four",4],["eight",2],["eight",4],["eight",8]]' r.json
fi
fact "tasks and loops have the same books" jq -e '[.cells[] | select(.case | startswith("four,")) |
    .work] | unique | length == 1' r.json
# shellcheck disable=SC2086
expect 0 "$gopherbench" talk engines $small --design all --runs 1
fact "all is the talk's ten" sh -c '[ "$(grep -c "B .* 1 round" out)" -eq 10 ]'
fits "all designs"
# shellcheck disable=SC2086
expect 0 env LC_ALL=C "$gopherbench" talk engines $small --design three
fact "ASCII where the locale is" sh -c '! LC_ALL=C grep -q "[^ -~]" out'
# shellcheck disable=SC2086
expect 0 "$gopherbench" talk engines --design 'four*3' --carts 6 $small --json r.json -q
silent out
fact "so many carts for all" jq -e '[.cells[] | select(.error == null) | .params.carts == 6] | all' r.json

# shellcheck disable=SC2086
expect 0 "$gopherbench" talk engines --design four --books 40 --book-size 4K --runs 2 --procs 1
fact "one row each on one processor" sh -c '[ "$(grep -cE "^✓ (serial|csp|omp) " out)" -eq 3 ]'
says_not out 'Execution gain.*(csp|omp)'

# Damage and absence.
# shellcheck disable=SC2086
expect 1 "$gopherbench" talk engines $small --design four --sabotage lost-book
fact "no damaged row has a time" sh -c '! grep -q "^✓" out'
mkdir vendors
# shellcheck disable=SC2086
expect 0 env OCL_ICD_VENDORS="$work/vendors" "$gopherbench" talk engines $small
silent err
says out '^– ocl .*OpenCL'
fact "the others stand" sh -c '[ "$(grep -c "^✓ \(serial\|csp\|omp\)" out)" -eq 15 ]'

# Waiting beside computing.
expect 0 "$gopherbench" talk waiting --runs 2 --jobs 20 --procs 2
silent err
fits waiting
says out '^20 jobs that wait 5.00 ms each'
says out '^20 jobs that compute'
fact "five ways, twice" sh -c '[ "$(grep -c "^✓ \(serial\|csp t1\|csp t2\|omp t2\|a thread a job\) " out)" -eq 10 ]'
says out '^✓ serial .* 1\.0 +[0-9.]+ +1 '
says out '^✓ a thread a job .* 20 '
says out 'On one processor, structure'
expect 0 "$gopherbench" talk waiting --runs 3 --jobs 20 --procs 2
tr '\n' ' ' <out >flat
says flat 'where work waits [0-9.]+x, too few rounds to be sure; where it computes [0-9.]+x, too few'
expect 0 "$gopherbench" talk waiting --runs 1 --jobs 2 --procs 1
fact "on one processor tasks have one row" sh -c '[ "$(grep -c "^✓ csp" out)" -eq 2 ]'
expect 0 "$gopherbench" talk waiting --runs 1 --jobs 1 --procs 1 -q
silent out

# A way that the system refuses costs its own row.
if [ -z "${SANITIZED:-}" ] && [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    public_copy && chmod 777 "$work"
    # The refusal is a user's limit on processes; few users have the number 54322.
    expect 6 setpriv --reuid=54322 --regid=54322 --clear-groups prlimit --nproc=24 \
        "$work/public" talk waiting --runs 2 --jobs 60 --procs 2
    says out '^✗ a thread a job +the system gave'
    says out '^✓ csp t2'
    one_sentence
fi

# The grain: the exact answer is in every run's table.
expect 0 "$gopherbench" talk grain --runs 2 --procs 2
silent err
fits grain
says out '^  1 element +262144 '
says out '^  64 rows +8 '
tr -s '\n ' ' ' <out >flat
says flat 'formula says 200 elements'
says flat 'costs 5.00 %, exactly'
expect 0 "$gopherbench" talk grain --runs 1 --procs 1 -q
silent out

# What goes with which.
while IFS='|' read -r line sentence; do
    # shellcheck disable=SC2086
    expect 2 "$gopherbench" talk $line
    one_sentence
    says err "$sentence"
done <<'TABLE'
engines --design nine|no design is called 'nine'
engines --design four,|empty element
engines --design sixteen --carts 2|needs at least 4
engines --books 0|whole number from 1
engines --procs 0|whole number from 1
engines --jobs 5|--jobs is for talk waiting, not for talk engines
engines --virtual|--virtual is for
engines four|one program at a time
waiting --jobs 0|whole number from 1
waiting --design four|not for talk waiting
waiting --json x|not for talk waiting
grain --books 5|not for talk grain
grain --trace x|not for talk grain
TABLE
expect 5 "$gopherbench" talk engines --json /nonexistent/x
one_sentence; says err '/nonexistent/x: cannot write'
finish
