#!/bin/sh
# resources.sh -- too little memory, no threads, one CPU, many threads on few CPUs.
. "$(dirname "$0")/lib.sh"
run="compare matmul -n 96 --type f32 -r 2"

expect 6 "$gopherbench" compare matmul -e serial -n 2000000 --type f64 -r 1
one_sentence; says err 'GiB|TiB|memory'
expect 6 "$gopherbench" compare gophers -e serial --books 1000000 --book-size 1G --design one
one_sentence; says err 'memory|GiB|TiB|PiB'

# One CPU: everybody gets one.
# shellcheck disable=SC2086
first=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
expect 0 taskset -c "$first" "$gopherbench" $run --json one.json
fact "one CPU for all" jq -e '.host.usable_cpus == 1 and ([.cells[] | select(.error == null) | .threads == 1] | all)' one.json
# shellcheck disable=SC2086
expect 0 "$gopherbench" $run -e omp --json o.json
usable=$(jq .host.usable_cpus o.json)
# What the user set for OpenMP is not for us: neither its threads nor its binding.
for setting in OMP_PROC_BIND=true OMP_PLACES='{0}' GOMP_CPU_AFFINITY=0 OMP_NUM_THREADS=1 OMP_NUM_THREADS=x; do
    # shellcheck disable=SC2086
    expect 0 env "$setting" "$gopherbench" $run -e omp --json o.json
    silent err
    fact "$setting changes nothing" jq -e --argjson n "$usable" \
        '.host.usable_cpus == $n and (.cells[0].threads == $n)' o.json
done
last=$(taskset -pc $$ | sed 's/.*[^0-9]//')
# shellcheck disable=SC2086
expect 0 taskset -c "$last" "$gopherbench" $run -e serial,csp,omp
expect 0 "$gopherbench" compare matmul -e csp,omp -t 64 -n 200 --type f32 -r 2
expect 0 "$gopherbench" compare gophers -e csp,omp -t 64 --books 30 --design sixteen -r 2

if [ -z "${SANITIZED:-}" ]; then
    # shellcheck disable=SC2086
    expect 6 prlimit --as=300000000 "$gopherbench" $run -e serial -n 8192
    says err 'memory|MiB|GiB'
    if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
        public_copy && chmod 777 "$work"
        # The refusal is a user's limit on processes; few users have the number 54321.
        refused() { setpriv --reuid=54321 --regid=54321 --clear-groups prlimit --nproc=4 \
            env XDG_CACHE_HOME="$work" "$work/public" compare matmul -n 96 --type f32 -r 2 -e "$1" -t 16; }
        expect 6 refused csp
        expect 6 refused omp
    fi
fi
finish
