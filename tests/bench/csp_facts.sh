#!/bin/sh
# csp_facts.sh -- what bench_csp prints is Go's format, every benchmark's own counts add up, and
# bad options are told.
#   csp_facts.sh BENCH_CSP
set -u
here=$(cd "$(dirname "$0")" && pwd)
# Its expectations; it knows the program under test as $gopherbench.
. "$here/../cli/lib.sh"
bench=$gopherbench

# Under sanitizers tasks are dear, and TSan has few of them.
tasks=20000
[ -z "${SANITIZED:-}" ] || tasks=500

head='^(goos: linux|goarch: [a-z0-9_]+|pkg: [a-z/]+|cpu: .+|tasks: [0-9]+)$'
name='Benchmark[A-Z][A-Za-z0-9]*(/[A-Za-z0-9µ]+)*(-[0-9]+)?'
figure=' *[0-9]+(\.[0-9]+)? [A-Za-z/-]+'
line="^$name *	 *[0-9]+(	$figure)+\$"

# Every line is Go's, and the last is PASS.
go_format() {
    fact "every line is Go's format" sh -c "! grep -vE '$head|$line|^PASS\$' out"
    fact "it ends with PASS" sh -c '[ "$(tail -n 1 out)" = PASS ]'
    fact "there is PASS once" sh -c '[ "$(grep -c PASS out)" -eq 1 ]'
}
lines() { fact "$1 lines match /$2/" sh -c "[ \"\$(grep -cE '$2' out)\" -eq $1 ]"; }

expect 0 "$bench" -list
listed=$(wc -l <out)
fact "there are over 50 benchmarks" [ "$listed" -ge 53 ]
lines "$listed" "^$name\$"
lines 16 'Wakeup'

# All of them, once. With one worker nothing can be woken in parallel.
expect 0 "$bench" -benchtime 1x -procs 1,2 -tasks $tasks
silent err
go_format
lines "$((listed - 16))" '^Benchmark[^-]*	'
lines "$listed" '^Benchmark.*-2 *	'
lines "$((2 * listed - 16))" '^Benchmark.*	       1	 *[0-9.]+ ns/op'
says out '^BenchmarkMillion-2 .*[0-9] ns/op	.*[0-9] B/task	.*[0-9] MB	.*[0-9] drain-ns$'

# Those whose op is done a thousand at a time, and others often enough for their checks.
expect 0 "$bench" -benchtime 3000x -procs 1,2,3 \
    -bench 'Chan(Sync|Prod|Cont|Unc|Sem|Creation|Closed|Non)|Select|PingPong$|Create|Receive|Matmult'
silent err
go_format
lines 1 '^BenchmarkChanSync-3 *	    3000	'

# By time, n grows until it is enough.
expect 0 "$bench" -bench 'ChanSem$' -benchtime 20ms -procs 1
go_format
says out '^BenchmarkChanSem *	 *[0-9]{3,}	'
expect 0 "$bench" -bench 'ChanSem$' -benchtime 1us500ns -procs 1
go_format

# What is chosen. An expression is searched for in "Benchmark..."; each part has its own.
expect 0 "$bench" -bench '^BenchmarkChanSync$' -benchtime 1x -procs 1 -count 3
go_format
lines 3 '^BenchmarkChanSync *	'
expect 0 "$bench" -list -bench 'MakeChan/Struct/^[03]'
lines 2 '^BenchmarkMakeChan/Struct/(0|32)$'
lines 2 .
expect 0 "$bench" -list -bench 'Make'
lines 6 .
expect 0 "$bench" -list -bench 'ChanSync/more'
silent out
expect 0 "$bench" -bench Nonesuch
lines 0 Benchmark
go_format
expect 0 "$bench" -h
says out '^usage: bench_csp '

refused() { # refused PATTERN OPTIONS...
    pattern=$1
    shift
    expect 2 "$bench" "$@"
    silent out
    fact "one line on stderr" sh -c '[ "$(wc -l <err)" -eq 1 ]'
    says err "^bench_csp: .*$pattern"
}
refused regular -bench '('
refused regular -bench 'a/['
refused list -procs 0
refused list -procs 1,
refused list -procs two
refused list -procs 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
refused duration -benchtime 1
refused duration -benchtime 0s
refused duration -benchtime -1s
refused duration -benchtime 1x1
refused duration -benchtime 5parsecs
refused number -count 0
refused number -count 1.5
refused number -tasks ''
refused option -bogus
refused option extra
refused value -bench
finish
