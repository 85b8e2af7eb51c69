#!/bin/sh
# workshop.sh -- the teacher's page says what is: its programs, options and exercises exist, and
# the game takes as many beats as it says.
#   workshop.sh GOPHERBENCH SOURCE_DIR
source_dir=$2
. "$(dirname "$0")/../../cli/lib.sh"
page=$source_dir/cpu/talk/WORKSHOP.md

# Every command on the page is understood: all but their work.
grep -oE 'gb talk [a-z-]+( --[^`|·]*)?' "$page" | sed 's/[[:space:]]*$//' | sort -u >"$work/commands"
fact "the page has many commands" test "$(wc -l <"$work/commands")" -gt 10
"$gopherbench" talk >"$work/list"
while read -r _ _ name _; do
    case $name in NAME | --*) continue ;; esac
    fact "talk lists $name" grep -qE "^  $name " "$work/list"
done <"$work/commands"
grep -oE 'gb (talk|compare)[^`|·]*' "$page" | grep -oE -- '--[a-z]+' | sort -u >"$work/options"
"$gopherbench" talk --help >"$work/help"
while read -r option; do
    fact "talk has $option" grep -qE "^ .* $option\\b" "$work/help"
done <"$work/options"

# Every exercise stands in the table, and nothing else does.
sed -n '/^## The exercises/,/^## /s/^| \([a-z-]*\) | [0-9].*/\1/p' "$page" | sort >"$work/named"
sed -n 's/^    {"\([a-z-]*\)", ".*/\1/p' "$source_dir/cpu/talk/grade.c" | sort >"$work/graded"
fact "the page and the graders name the same exercises" cmp "$work/named" "$work/graded"

# beats BEATS OPTIONS...: when the last of twelve loads is burnt; the page has it, too.
beats() {
    beats=$1
    shift
    expect 0 "$gopherbench" talk gophers --virtual --loads 12 "$@"
    times=$(grep -oE '[0-9.]+x (one gopher alone )?over the whole' "$work/out" | cut -dx -f1)
    fact "$* takes $beats beats" \
        awk -v times="$times" -v beats="$beats" 'BEGIN { exit int(47 / times + 0.5) != beats }'
    fact "the page says $beats" grep -qE "^\\| .*\\b$beats\\b.* \\|\$" "$page"
}
beats 47 --procs 4 --design one
beats 24 --procs 4 --design three
beats 14 --procs 4 --design four
beats 17 --procs 3 --design four
beats 24 --procs 2 --design four
beats 47 --procs 1 --design four
beats 14 --procs 1 --design four --work wait
expect 8 "$gopherbench" talk gophers --virtual --loads 12 --procs 4 --design four --unbuffered
says out 'deadlock at 4.000 ms'

# Its paths.
grep -oE '`(cpu|tests)/[a-zA-Z0-9_./-]+`' "$page" | tr -d '`' | grep -v NAME | while read -r path; do
    [ -e "$source_dir/$path" ] || echo "$path"
done >"$work/missing"
fact "the page's paths exist" test ! -s "$work/missing"

finish
