#!/bin/sh
# compare.sh -- the golden command line: every engine, verified, in every format; sabotage is caught.
. "$(dirname "$0")/lib.sh"
small="-n 64,33x1x70 --books 40 --book-size 4K -r 6 -w 1"

# The words are words.
# shellcheck disable=SC2086
expect 0 "$gopherbench" compare $small --design one,four --json r.json --csv r.csv --markdown r.md --trace t.json
silent err
says out 'matmul'
says out 'gophers'
fact "no line is wider than 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
fact "no journal is left" test ! -e r.json.journal
fact "the schema" jq -e '.schema == "gopherbench/1" and .seed == 1' r.json
fact "cells: 6 cases, each engine in each" jq -e '[.cells[] | {w: .workload, c: .case, e: .engine}] |
    unique | length == 24' r.json
fact "every cell that stands is verified" \
    jq -e '[.cells[] | select(.error == null) | .verified] | all' r.json
fact "cells have their fields" jq -e '[.cells[] | select(.error == null) |
    (.samples | length == 6) and (.median_s > 0) and (.ci95_s | length == 2) and
    (.ci95_s[0] <= .median_s) and (.median_s <= .ci95_s[1]) and (.rate > 0) and
    (.threads | type == "number") and (.work > 0) and (.open_s >= 0) and
    (.samples[0] | has("total_s") and has("upload_s") and has("run_s") and has("download_s"))] | all' r.json
fact "short jobs are repeated to 2 ms and more, and csp's run is told apart" jq -e '[.cells[] |
    select(.case == "64x64x64 f32" and (.engine == "serial" or .engine == "csp")) | .repeats > 2 and
    (.engine == "serial" or ([.samples[].outside_s > 0] | all))] | all and length >= 2' r.json
fact "the table says so" grep -q ' runs a sample$' out
fact "rates are work over median" jq -e '[.cells[] | select(.error == null) |
    ((.work / .median_s / .rate) - 1) | fabs < 1e-6] | all' r.json
fact "the machine and its limits" jq -e '.host.usable_cpus >= 1 and .limits.fma_f32_flops > 0 and
    .limits.triad_bytes > 0 and .limits.sha256_bytes > 0 and .limits.pipe_hop_s > 0 and
    .limits.channel_hop_s > 0' r.json
fact "pairs" jq -e '[.pairs[] | (.ratio > 0) and (.ci95[0] <= .ratio) and (.rounds == 6)] | all and length > 0' r.json
fact "the CSV has a row a sample" sh -c \
    '[ "$(tail -n +2 r.csv | wc -l)" -eq "$(jq "[.cells[] | if .error then 1 else (.samples | length) end] | add" r.json)" ]'
fact "the Markdown has tables" grep -q '^|' r.md
fact "the trace has slices" jq -e '[.traceEvents[] | select(.ph == "X")] | length > 0' t.json

# shellcheck disable=SC2086
expect 0 "$gopherbench" compare matmul $small -e serial -q --json -
fact "- is stdout, and nothing else is on it" jq -e '.cells | length == 4' out
expect 0 "$gopherbench" compare matmul -e serial,csp -n 0,0x4x4,4x4x0 -r 2
silent err
expect 0 "$gopherbench" compare matmul -e csp -n 65 -t 1,2,3 --type f64 -r 3 --json s.json -q
fact "a sweep has a column a thread count" jq -e '[.cells[].threads] == [1, 2, 3]' s.json
expect 0 "$gopherbench" compare matmul -e serial --variant all -n 70 --type f32 -r 3 --json v.json -q
fact "all variants" jq -e '[.cells[].variant] | (index("scalar") != null) and length >= 1' v.json

expect 0 "$gopherbench" compare matmul -n 90x100x110 --type f32 -r 6 --grain whole,tile,100k --json g.json --markdown g.md
silent err
says out 'csp t1 tile|csp tile'
says out 'structure cost less than 5 %'
fact "no line is wider than 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
fact "each grain has its loop beside it, in the same case" jq -e '
    [.cells[] | select(.engine != "serial") | {e: .engine, g: .params.grain}] | unique |
    map(.e) == ["csp", "csp", "csp", "csp", "omp", "omp", "omp", "omp"]' g.json
fact "the whole product is one message" jq -e '[.cells[] |
    select(.params.grain == 9223372036854775807) | .blocks] | all(. == 1) and length >= 3' g.json
fact "tiles are many, and as many for every engine" jq -e '[.cells[] |
    select(.params.grain == 1) | .blocks] | (unique | length == 1) and .[0] > 10' g.json
fact "a cell is paired with its loop" jq -e '[.pairs[] | .a + "/" + .b] |
    any(test("serial tile/csp.* tile"))' g.json
fact "the Markdown has the table" grep -q '^| messages of | messages |' g.md


# Sizes, shapes and threads: tables of their own, and the same in the file.
expect 0 "$gopherbench" compare matmul -e serial,csp,omp -n 32,64,96x16x200 -t 1,2 --type f32 -r 6 --json w.json
silent err
says out '^matmul f32 by size'
says out '^  96x16x200 '
says out '^  - omp(| t2) (overtook|was faster than|did not overtake) serial'
says out '^matmul 64x64x64 f32 by threads'
says out 'efficiency [0-9]+ % \('
says out 'f32 .* \([0-9.]+ on one CPU\)'
fact "no line of it is wider than 80 columns" sh -c '[ $(wc -L <out) -le 80 ]'
fact "crossovers, each over three sizes in the order of their work" jq -e '.scaling.crossovers | length == 2 and
    all(.[]; (.b | startswith("serial")) and ([.at[].case] == ["32x32x32 f32", "64x64x64 f32", "96x16x200 f32"]))' w.json
fact "speed-ups of two engines, whose efficiency is a half of them" jq -e '[.scaling.speedups[] |
    (.efficiency * 2 / .speedup - 1 | fabs < 1e-6) and .threads == 2 and (.ci95[0] <= .speedup)] | all and length == 6' w.json

for kind in null-kernel off-by-one; do
    expect 1 "$gopherbench" compare matmul -n 96 --type f32 -r 2 --sabotage $kind --json x.json
    fact "$kind: no cell has a time" jq -e '[.cells[] | (.error != null) and
        ((has("median_s") | not) or .median_s == null) and ((.samples // []) | length == 0)] | all' x.json
done
for kind in null-kernel lost-book; do
    expect 1 "$gopherbench" compare gophers --books 20 --book-size 1K -r 2 --sabotage $kind --json x.json
    fact "$kind: no cell has a time" jq -e '[.cells[] | .error != null] | all' x.json
done
expect 2 "$gopherbench" compare gophers --sabotage off-by-one
one_sentence
expect 0 "$gopherbench" compare matmul -e serial,csp -n 64 --type f32 -r 2 -w 0 --json c.json -q
fact "without a warm-up every sample is one run" jq -e '[.cells[].repeats] | all(. == 1)' c.json
expect 0 "$gopherbench" compare matmul -e serial,serial,csp -t 1,1 -n 20 --type f32 -r 2 --json d.json
fact "nothing is measured twice" jq -e '.cells | length == 2' d.json
mkdir lib && head -c 100000 /dev/urandom >lib/a && head -c 5 /dev/urandom >lib/b
expect 0 "$gopherbench" compare gophers --library lib --design four -r 2
expect 4 "$gopherbench" compare gophers --library nowhere --design four -r 2
finish
