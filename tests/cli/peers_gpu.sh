#!/bin/sh
# peers_gpu.sh -- other people's libraries on devices: CLBlast itself where it is installed,
# and libraries that only have its name.
#   peers_gpu.sh GOPHERBENCH FAULTY PEERS_FOLDER
. "$(dirname "$0")/lib.sh"
own=$3
small="matmul -n 40 --type f32 -r 2 -w 0"
"$gopherbench" list >list.txt


# The words are words.
# shellcheck disable=SC2086
expect 3 env LD_LIBRARY_PATH="$own/empty" "$gopherbench" compare $small -q -e clblast
says err 'is no CLBlast'

if grep -q '^ *0:0 ' list.txt; then
    # shellcheck disable=SC2086
    expect 6 env LD_LIBRARY_PATH="$own/clblast" GOPHERBENCH_STATUS=-5 "$gopherbench" compare $small -q -e clblast
    says err 'CLBlast cannot multiply: CL_OUT_OF_RESOURCES'
    # shellcheck disable=SC2086
    expect 3 env LD_LIBRARY_PATH="$own/clblast" GOPHERBENCH_STATUS=-2044 "$gopherbench" compare $small -q -e clblast
    says err 'CLBlast cannot multiply: its status -2044'
    # What does nothing is found out.
    # shellcheck disable=SC2086
    expect 1 env LD_LIBRARY_PATH="$own/clblast" "$gopherbench" compare $small -q -e clblast
    # shellcheck disable=SC2086
    expect 3 "$gopherbench" compare $small -q -e clblast:9:9
fi
# cuBLAS's whole way, on a GPU that is none.
cuda() { # MIME COMMAND...: with the mimes, where one thing goes wrong
    mime=$1
    shift
    env LD_LIBRARY_PATH="$own/cuda" GOPHERBENCH_MIME="$mime" "$@"
}
expect 0 cuda none "$gopherbench" list
says out '0  Mime H0'
says out '7 compute units, gpu, 1 GiB, cuBLAS 99.8.7, driver'
fact "a hostile name is harmless" sh -c '! grep -q "$(printf "\033")" out'
expect 0 cuda none "$gopherbench" compare matmul -n 40,33x1x70,1x70x33,4x5x0,0x3x3 --type f32,f64 -r 2 -w 0 \
    -e serial,cublas --json r.json
says out 'cuBLAS 99.8.7, without TF32 on 0 Mime H0'
fact "it is a verified peer, and paired" jq -e '([.cells[] | select(.engine == "cublas") |
    .peer and .verified and .threads == 0] | all and length == 10) and (.pairs | length == 10)' r.json
fact "its phases add up" jq -e '[.cells[] | select(.engine == "cublas" and .work > 0) | .samples[] |
    .run_s > 0 and .download_s > 0 and (.upload_s + .run_s + .download_s <= .total_s)] | all' r.json
# shellcheck disable=SC2086
expect 0 cuda none "$gopherbench" compare $small -e cublas --variant all --json v.json
fact "TF32 and bf16 are never called f32, and are that far off" jq -e '[.cells[] | [.variant, .max_error]] |
    (map(.[0] | ltrimstr("cuBLAS 99.8.7, ")) ==
        ["without TF32", "pedantic", "TF32, not f32", "bf16, not f32"]) and
    .[0][1] < 16 and .[1][1] < 16 and .[2][1] > 100 and .[3][1] > 1000' v.json
expect 3 cuda none "$gopherbench" compare matmul -n 20 --type f64 -r 2 -q -e cublas --variant tf32
says err 'tf32 is a way to compute f32, not f64'
cuda_fails() { # MIME CODE SENTENCE
    # shellcheck disable=SC2086
    expect "$2" cuda "$1" "$gopherbench" compare $small -q -e cublas
    says err "$3"
}
cuda_fails no-device 3 'is here, but no GPU'
cuda_fails no-context 6 'cannot open the GPU: out of memory .2.'
cuda_fails no-handle 6 'cannot open cuBLAS: ALLOC_FAILED .3.'
cuda_fails no-memory 6 'the GPU has no memory for the matrices: out of memory'
cuda_fails no-product 7 'cuBLAS cannot multiply: EXECUTION_FAILED .13.'
cuda_fails no-download 7 'cannot read from the GPU: an error of the mime.s .214.'
# shellcheck disable=SC2086
expect 3 cuda none "$gopherbench" compare $small -q -e cublas:9
says err "no NVIDIA GPU is called '9'; the first of 1 is 0 Mime H0"
# shellcheck disable=SC2086
expect 0 cuda none "$gopherbench" compare $small -q -e cublas:mime
mkdir nothing none && cp "$own/empty/libclblast.so.1" nothing/libcuda.so.1
# shellcheck disable=SC2086
expect 3 env LD_LIBRARY_PATH="$work/nothing" "$gopherbench" compare $small -q -e cublas
says err 'libcuda.so.1 has no cuInit: it is another release, or none'
cp "$own/cuda/libcuda.so.1" none && cp nothing/libcuda.so.1 none/libcublas.so.13
# shellcheck disable=SC2086
expect 3 env LD_LIBRARY_PATH="$work/none" "$gopherbench" compare $small -q -e cublas
says err 'libcublas has no cublasCreate_v2'
if ! grep -q 'NVIDIA' list.txt || grep -q 'no NVIDIA driver here' list.txt; then
    # shellcheck disable=SC2086
    expect 3 "$gopherbench" compare $small -q -e cublas
    says err 'no NVIDIA driver here: libcuda.so.1 cannot be loaded'
fi

# It compiles for 20 s or more, under sanitizers for minutes.
if [ -z "${SANITIZED:-}" ] && grep -q 'CLBlast [0-9]' list.txt; then
    expect 0 "$gopherbench" compare matmul -n 40,33x1x70,4x5x0,0x3x3 --type f32 -r 2 -w 0 -e serial,clblast \
        --json r.json
    says out 'CLBlast [0-9].* on 0:0'
    fact "it is a verified peer, and paired" jq -e '([.cells[] | select(.engine == "clblast") |
        .peer and .verified] | all and length == 4) and (.pairs | length == 4)' r.json
fi
finish
