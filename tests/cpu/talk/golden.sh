#!/bin/sh
# golden.sh -- on one processor, with one seed and under virtual time a program of the talk
# says the same, byte for byte: golden/NAME.txt, twice in a row.
#   golden.sh GOPHERBENCH [NAME...]            all that `gopherbench talk` lists, or these
#   golden.sh --write GOPHERBENCH [NAME...]    writes the files anew: read the difference
# A program that is listed must have its file, and a file its program. Those that virtual
# time does not concern say so, and have none. No line is wider than a terminal of 80.
set -u
LC_ALL=C.UTF-8
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
write=
[ "${1:-}" = --write ] && write=yes && shift
[ $# -ge 1 ] || { sed -n '2,/^set/s/^# //p' "$0"; exit 2; }
gopherbench=$1
shift
golden=$here/golden

# Called by expect.
# shellcheck disable=SC2317
tell() { "$gopherbench" talk "$1" --virtual --procs 1 --seed 1 </dev/null; }

# write_golden NAME
write_golden() {
    expect 0 tell "$1"
    if in_real_time; then
        rm -f "$golden/$1.txt"
    else
        cp "$work/out" "$golden/$1.txt"
    fi
}

# check_golden NAME
check_golden() {
    file=$golden/$1.txt
    for time in first second; do
        expect 0 tell "$1"
        if in_real_time; then
            [ ! -e "$file" ] || wrong "$1 tells of real time, and has a golden file"
            break
        elif [ ! -e "$file" ]; then
            wrong "$1 has a golden file (golden.sh --write makes it)"
        elif ! cmp -s "$file" "$work/out"; then
            wrong "$1 says what its golden file does, the $time time"
            diff "$file" "$work/out" | head -20
        fi
        takes_long "$1" && break
    done
    wide=$(awk 'length($0) > 80' "$work/out")
    [ -z "$wide" ] || wrong "$1 keeps to 80 columns: $wide"
}

all=$(programs) || exit 1
# Names are words.
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $all
for name in "$@"; do
    left_out "$name" && continue
    if [ -n "$write" ]; then write_golden "$name"; else check_golden "$name"; fi
done
for file in "$golden"/*.txt; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .txt)
    printf '%s\n' "$all" | grep -qx -- "$name" || wrong "there is a program for $file"
done
finish
