#!/bin/sh
# watch_frames.sh -- pictures as text, byte for byte: one run, one seed, virtual time.
#   watch_frames.sh WATCH_TRY WATCH_TRY_ABSENT GOLDEN_DIR [write]
# With `write` it writes the golden files: look at them before they are committed.
set -eu
watch=$1 absent=$2 golden=$3 write=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

film() { # NAME ARGS...
    name=$1
    shift
    if [ "$write" = write ]; then
        "$watch" "$@" >"$golden/$name.txt"
        return
    fi
    "$watch" "$@" >"$work/$name.txt"
    cmp "$golden/$name.txt" "$work/$name.txt" || {
        diff "$golden/$name.txt" "$work/$name.txt" | head -40
        bad=1
    }
}

film four design=four procs=1 loads=12 frames=7
film sixteen_ascii design=sixteen procs=8 loads=12 frames=3 ascii=1
film staging_large design=staging procs=2 loads=12 frames=3 columns=120 rows=40
film deadlock design=four procs=4 loads=12 frames=2 unbuffered=1 2>"$work/tasks"
grep -q deadlock "$work/tasks" || { echo "the deadlock's list of tasks is missing"; bad=1; }

# A build without ncursesw draws the same pictures, and says why it has no screen.
code=0
"$absent" >"$work/out" 2>"$work/err" || code=$?
{ [ "$code" -eq 3 ] && grep -q 'no ncursesw' "$work/err"; } || { echo "no ncursesw: $code"; bad=1; }
[ "$write" = write ] || watch=$absent
film four design=four procs=1 loads=12 frames=7

code=0
"$watch" columns=5000 frames=1 2>"$work/err" || code=$?
[ "$code" -eq 2 ] || { echo "too large a picture: $code"; bad=1; }
code=0
"$watch" frames=3 >/dev/full 2>"$work/err" || code=$?
[ "$code" -eq 5 ] || { echo "a full disk: $code"; bad=1; }
code=0
"$watch" record=/nonesuch/film.cast 2>"$work/err" || code=$?
[ "$code" -eq 5 ] || { echo "a file that cannot be: $code"; bad=1; }
code=0
"$watch" record=/dev/full 2>"$work/err" || code=$?
{ [ "$code" -eq 5 ] && grep -q '/dev/full: cannot write: No space' "$work/err"; } ||
    { echo "a full disk for a recording: $code"; cat "$work/err"; bad=1; }
exit $bad
