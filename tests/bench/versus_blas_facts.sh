#!/bin/sh
# versus_blas_facts.sh -- versus_blas.py's figures are those of the result file.
#   versus_blas_facts.sh GOPHERBENCH CBLAS_FOLDER
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../cli/lib.sh"
expect 0 "$gopherbench" compare matmul -n 96,97x5x3 --type f32 -t 1 -r 7 \
    -e "omp,blas:$2/libnaive.so" --json r.json -q
expect 0 python3 "$here/versus_blas.py" r.json
says out 'CBLAS of libnaive.so'
# Pairs are omp over blas; the table is blas over omp.
fact "the ratio is the pair's, turned" jq -e -r --rawfile out out '
    .pairs | map(select(.case == "96x96x96 f32")) | length == 1 and
    (.[0] | [1 / .ratio, 1 / .ci95[1], 1 / .ci95[0]] | map(. * 100 | round / 100)) as $ours |
    ($out | capture("96x96x96 f32 .* (?<r>[0-9.]+) \\((?<l>[0-9.]+)\\.\\.(?<h>[0-9.]+)\\) \\|") |
        [.r, .l, .h] | map(tonumber)) as $told |
    [$ours, $told] | transpose | map(.[0] - .[1] | fabs < 0.011) | all' r.json
says out '^\| omp \| [0-9.]+ \| [0-9.]+ \| - \| [0-9.]+ \| [0-9.]+ \|'
says out 'not measured'
expect 2 "$here/versus_blas.sh" -x
says err 'no option -x'
finish
