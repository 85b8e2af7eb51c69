#!/bin/sh
# versus_openblas.sh -- our engines beside OpenBLAS, turn by turn in one go. Run by hand:
#   tests/bench/versus_openblas.sh [BUILD_DIR] [SIZES] [THREADS]
# Prints, for each size and type, the median over five turns of GFLOP/s and the ratio to
# OpenBLAS (above 1: faster than it).
set -eu
build=${1:-build/release}
sizes=${2:-256 512 1024 2048}
threads=${3:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", v[int((NR + 1) / 2)] }'; }

printf '%6s %4s %9s' n type OpenBLAS
for engine in serial csp omp ocl; do printf ' %7s %6s' $engine ratio; done
printf '   (GFLOP/s, %s threads)\n' "$threads"
for type in f32 f64; do
    for n in $sizes; do
        rm -f "$work"/*
        for _ in 1 2 3 4 5; do
            OPENBLAS_NUM_THREADS=$threads "$build/tests/openblas_time" $type "$n" 10 >>"$work/blas"
            "$build/gopherbench" compare matmul -n "$n" --type $type -t "$threads" -r 10 -q --json "$work/json"
            for engine in serial csp omp ocl; do
                jq -r --arg e $engine '[.cells[] | select(.engine == $e and .error == null)][0].rate // 0 | . / 1e9' \
                    "$work/json" >>"$work/$engine"
            done
        done
        blas=$(median <"$work/blas")
        printf '%6s %4s %9s' "$n" $type "$blas"
        for engine in serial csp omp ocl; do
            ours=$(median <"$work/$engine")
            printf ' %7s %6s' "$ours" "$(echo "$ours $blas" | awk '{ printf "%.2f", $1 / $2 }')"
        done
        printf '\n'
    done
done
