# lib.sh -- what the command line's tests share. Sourced with $1 the program and $2 the faulty
# one. A test states facts; the first that does not hold is shown with all its output, and the
# script goes on to the rest and fails at its end.
set -u
LC_ALL=C.UTF-8
export LC_ALL
gopherbench=$1
# Each script names the programs that it needs.
# shellcheck disable=SC2034
faulty=${2:-}
work=$(mktemp -d)
: "${XDG_CACHE_HOME:=$work/cache}"
export XDG_CACHE_HOME
mkdir -p "$XDG_CACHE_HOME"
failures=0
cd "$work" || exit 2

finish() {
    cd / && rm -rf "$work"
    [ "$failures" -eq 0 ] && echo "all facts hold" || echo "$failures facts do not hold"
    [ "$failures" -eq 0 ]
}

wrong() {
    failures=$((failures + 1))
    echo "NOT SO: $*"
    echo "--- stdout"; head -c 3000 "$work/out"
    echo "--- stderr"; head -c 3000 "$work/err"
    echo "---"
}

# expect CODE COMMAND...: runs it, keeps its output in out and err, and checks its exit code.
expect() {
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" -eq "$wanted" ] || wrong "exit code $wanted (got $got): $*"
}

# says WHERE PATTERN: out or err has a line that matches; silent WHERE: it is empty.
says() { grep -qE -- "$2" "$work/$1" || wrong "$1 says /$2/"; }
says_not() { ! grep -qE -- "$2" "$work/$1" || wrong "$1 does not say /$2/"; }
silent() { [ ! -s "$work/$1" ] || wrong "$1 is empty"; }

# One clear sentence on stderr, and it begins with our name.
one_sentence() {
    [ "$(wc -l <"$work/err")" -eq 1 ] || wrong "one line on stderr"
    says err '^gopherbench: .'
}

# A copy of the program that every user may run: the checkout's folder may be closed to them.
public_copy() {
    chmod 755 "$work" && cp "$gopherbench" "$work/public" && chmod 755 "$work/public"
}

fact() { # fact DESCRIPTION COMMAND...
    description=$1
    shift
    "$@" >"$work/fact" 2>&1 || { wrong "$description"; cat "$work/fact"; }
}
