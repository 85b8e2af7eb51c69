#!/bin/sh
# versus_openssl.sh -- burning beside `openssl dgst -sha256`, turn by turn, on one core, on
# files in the page cache. Run by hand:
#   tests/bench/versus_openssl.sh [BUILD_DIR] [BOOKS] [BOOK_KIB]
# Ours is the time of a run as the program measures it, reading the files included; theirs is
# the whole process, whose start is a few milliseconds of it.
set -eu
build=${1:-build/release}
books=${2:-2048}
kib=${3:-64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/books"
for i in $(seq "$books"); do head -c $((kib * 1024)) /dev/urandom >"$work/books/$i"; done
bytes=$((books * kib * 1024))
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.2f", v[int((NR + 1) / 2)] }'; }
cat "$work"/books/* >/dev/null

for _ in 1 2 3 4 5; do
    start=$(date +%s%N)
    (cd "$work/books" && taskset -c 0 openssl dgst -sha256 -- * >/dev/null)
    end=$(date +%s%N)
    echo "$bytes $((end - start))" | awk '{ print $1 / $2 }' >>"$work/openssl"
    for engine in serial csp omp; do
        taskset -c 0 "$build/gopherbench" compare gophers -e $engine --library "$work/books" \
            --design four -r 5 -q --json "$work/json"
        jq '.cells[0].rate / 1e9' "$work/json" >>"$work/$engine"
    done
done
theirs=$(median <"$work/openssl")
printf 'openssl dgst  %s GB/s\n' "$theirs"
for engine in serial csp omp; do
    ours=$(median <"$work/$engine")
    printf '%-12s  %s GB/s  %s times openssl\n' $engine "$ours" \
        "$(echo "$ours $theirs" | awk '{ printf "%.2f", $1 / $2 }')"
done
