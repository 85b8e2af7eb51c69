#!/bin/sh
# hostile.sh -- names that would drive a terminal, a spreadsheet or a JSON parser do not.
. "$(dirname "$0")/lib.sh"
esc=$(printf '\033')
name=$(printf 'evil\033]0;title\007\033[2J\342\200\256rlo\377')
mkdir "$name" && printf book >"$name/=HYPERLINK(1)"

expect 0 "$gopherbench" compare gophers -e serial --library "$name" --design one -r 2 \
    --json h.json --csv h.csv --markdown h.md
fact "no escape reaches the terminal or a file" sh -c "! grep -q '$esc' out err h.json h.csv h.md"
fact "the JSON is JSON" jq -e '.cells | length == 1' h.json
fact "all is valid UTF-8" sh -c 'iconv -f UTF-8 -t UTF-8 h.json h.csv h.md out >/dev/null'
expect 0 "$gopherbench" compare gophers -e serial --library "$name/=HYPERLINK(1)" --design one -r 2 --csv f.csv
fact "no cell of the CSV begins a formula" sh -c '! grep -qE "(^|,)\"?[=+@-][^0-9]" f.csv'
expect 4 "$gopherbench" multiply "$name" b.npy
fact "an error shows it harmless" sh -c "! grep -q '$esc' err"
one_sentence
expect 2 "$gopherbench" "$name"
fact "a wrong word shows harmless" sh -c "! grep -q '$esc' err"
expect 0 "$gopherbench" burn "$name"
fact "the manifest keeps the name's bytes" sh -c 'sha256sum -c --quiet out'
for locale in de_DE.UTF-8 tr_TR.UTF-8; do
    expect 0 env LC_ALL=$locale "$gopherbench" compare matmul -e serial -n 20 --time 0.1 --json l.json
    fact "$locale: the JSON has points" jq -e '.cells[0].median_s > 0' l.json
done
finish
