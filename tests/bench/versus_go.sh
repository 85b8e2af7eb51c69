#!/bin/sh
# versus_go.sh -- the CSP runtime beside Go's, turn by turn in one go. Run by hand:
#   tests/bench/versus_go.sh [-o DIR] [-t BENCHTIME] [-b BUILD_DIR] [ROUNDS]
# Needs bench_csp (cmake --build --preset release) and Go with its runtime's tests, on Debian
# and Ubuntu: apt-get install golang-go. Nothing is fetched from the network.
#
# In each of ROUNDS (5) rounds Go and we run each group of benchmarks one after the other, so
# that both see the same weather; what depends on a fresh process gets one. Prints a table: the
# medians, the ratio of Go to ours (above 1: faster than Go), which is the median of the rounds'
# ratios with the least and the greatest of them, and the ratio of the fastest rounds, which
# other programs on the machine disturb least. -o keeps what both printed, go.txt and csp.txt,
# for benchstat -ignore pkg. BENCHTIME (100ms) is for each benchmark, as in go test.
set -u
LC_ALL=C
export LC_ALL
build=build/release
out=
benchtime=100ms
refuse() { echo "versus_go.sh: $*" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
    -o | -t | -b)
        [ $# -gt 1 ] || refuse "$1 wants a value"
        case $1 in -o) out=$2 ;; -t) benchtime=$2 ;; -b) build=$2 ;; esac
        shift 2 ;;
    -*) refuse "there is no option $1" ;;
    *) break ;;
    esac
done
[ $# -le 1 ] || refuse "wanted is one number of rounds"
rounds=${1:-5}
case $rounds in '' | *[!0-9]* | 0*) refuse "$rounds is no number of rounds" ;; esac
command -v go >/dev/null || {
    echo "versus_go.sh: Go is not installed; on Debian and Ubuntu: apt-get install golang-go" >&2
    exit 6
}
ours=$build/bench_csp
[ -x "$ours" ] || {
    echo "versus_go.sh: there is no $ours; build it with cmake --build --preset release" >&2
    exit 6
}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
[ -n "$out" ] || out=$work/out
mkdir -p "$out" || exit 5

# Go compiles its runtime's tests; they go where caches go.
GOCACHE=${XDG_CACHE_HOME:-${HOME:-$work}/.cache}/gopherbench/go
export GOCACHE GO111MODULE=off GOPROXY=off GOFLAGS='' GOTOOLCHAIN=local
go test -c -o "$work/runtime.test" runtime >"$work/log" 2>&1 &&
    (cd "$here/versus_go" && go test -c -o "$work/versus.test" .) >>"$work/log" 2>&1 || {
    cat "$work/log" >&2
    echo "versus_go.sh: Go's tests do not build; Debian has their sources in golang-VERSION-src" >&2
    exit 6
}

# A group a line: Go's program, processors, how long, the benchmarks. Go's hog gives way every
# 10 ms: less time would measure that.
groups() {
    cat <<END
runtime 1,2 $benchtime ^BenchmarkMakeChan$
runtime 1,2 $benchtime ^BenchmarkChan(Nonblocking|Closed|Creation|Sem)$
runtime 1,2 $benchtime ^BenchmarkChan(Unc|C)ontended$
runtime 1,2 $benchtime ^BenchmarkChanSync
runtime 1,2 $benchtime ^BenchmarkChanProdCons[0-9]+$
runtime 1,2 $benchtime ^BenchmarkChanProdConsWork
runtime 1,2 $benchtime ^BenchmarkReceiveDataFromClosedChan$
runtime 1,2 $benchtime ^BenchmarkSelect(Uncontended|Nonblock|ProdCons)$
runtime 1,2 $benchtime ^BenchmarkSelect(Sync|Async)Contended$
runtime 1,2 $benchtime ^BenchmarkChanPopular$
runtime 1,2 $benchtime ^BenchmarkCreateGoroutines
runtime 1,2 $benchtime ^BenchmarkMatmult$
runtime 1,2 400ms ^BenchmarkPingPongHog$
versus 1,2 $benchtime ^BenchmarkPingPong$
runtime 2 $benchtime ^BenchmarkWakeupParallelSpinning$
runtime 2 $benchtime ^BenchmarkWakeupParallelSyscall$
versus 1,2,4 $benchtime ^BenchmarkSieve$
versus 1 1x ^BenchmarkMillion$
versus 2 1x ^BenchmarkMillion$
versus 1 1x ^BenchmarkDaisyChain$
versus 2 1x ^BenchmarkDaisyChain$
END
}

# A virtual machine's memory may have gone back to its host, which is slow to give it again;
# whoever comes first would pay. So a process of no account asks for it right before those
# that need gigabytes.
supply() { # DURATION
    [ "$1" != 1x ] || dd if=/dev/zero of=/dev/null bs=5G count=1 iflag=fullblock 2>/dev/null
}

progress() { [ ! -t 2 ] || printf '\r%-50s\r' "$1" >&2; }

failed=0
turn() { # turn WHOSE COMMAND...: into this round's file and into the one for benchstat
    whose=$1
    shift
    "$@" >"$work/turn" 2>"$work/log" || { failed=1; cat "$work/turn" "$work/log" >&2; }
    grep -vE '^PASS$' "$work/turn" >>"$out/$whose.txt"
    sed "s/^/$round /" "$work/turn" >>"$work/$whose"
}
: >"$out/go.txt" && : >"$out/csp.txt" || exit 5
groups >"$work/groups"
for round in $(seq "$rounds"); do
    n=0
    while read -r program procs duration pattern; do
        n=$((n + 1))
        progress "round $round of $rounds, group $n"
        supply "$duration"
        turn go "$work/$program.test" -test.run '^$' -test.bench "$pattern" \
            -test.benchtime "$duration" -test.cpu "$procs"
        supply "$duration"
        turn csp "$ours" -bench "$pattern" -benchtime "$duration" -procs "$procs"
    done <"$work/groups"
done
progress ''

sed -n 's/^1 \(cpu: .*\)/\1/p' "$work/csp" | head -n 1
go version
awk -v rounds="$rounds" -f "$here/versus_go.awk" "$work/go" "$work/csp" || failed=1
exit $failed
