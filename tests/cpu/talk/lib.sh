# shellcheck shell=sh
# lib.sh -- what the scripts about the talk's programs share. Sourced; $gopherbench is the
# program. A fact that does not hold is shown, and the script goes on and fails at its end.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
: "${gopherbench:=}"

wrong() {
    failures=$((failures + 1))
    echo "NOT SO: $*"
    [ ! -s "$work/err" ] || tail -n 20 "$work/err"
}

finish() {
    [ "$failures" -eq 0 ] && echo "all facts hold" && exit 0
    echo "$failures facts do not hold"
    exit 1
}

# expect CODE COMMAND...: runs it, keeps its output in out and err, and checks its exit code.
expect() {
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" -eq "$wanted" ] || { wrong "exit code $wanted (got $got): $*"; tail -n 20 "$work/out"; }
}

# programs: the names of all programs, from the list. What it says after them is how to go
# on; and engines, waiting and grain compare engines, in real time alone.
programs() {
    names=$("$gopherbench" talk | sed -n '/^How to go on/q; s/^  \([^ ]*\) .*/\1/p' |
        grep -vxE 'engines|waiting|grain')
    [ -n "$names" ] || { echo "gopherbench talk lists no program" >&2; exit 1; }
    printf '%s\n' "$names"
}

# left_out NAME: whether this build's sanitizer, or this machine, is the reason not to run it.
left_out() {
    case ${SANITIZED:-}:$1 in
    thread:counter) why='its race is deliberate' ;;
    :daisy | :million)
        enough_memory && return 1
        why='a million tasks take 8 GiB' ;;
    *:daisy | *:million) why='a sanitizer has no room, or no time, for a million tasks' ;;
    *) return 1 ;;
    esac
    echo "$1 is left out: $why"
}

enough_memory() {
    awk '$1 == "MemAvailable:" { exit $2 < 8 * 1024 * 1024 }' /proc/meminfo
}

# takes_long NAME: whether once is enough. test_programs tells these with fewer tasks.
takes_long() { [ "$1" = daisy ] || [ "$1" = million ]; }

# in_real_time: whether the last program told, in out, said that it has no virtual time.
in_real_time() { grep -q '^  (In real time: ' "$work/out"; }
