#!/bin/sh
# absent.sh -- no OpenCL platform, no such device: a row that says why, exit 3 only if asked for.
. "$(dirname "$0")/lib.sh"
mkdir vendors
OCL_ICD_VENDORS=$work/vendors
export OCL_ICD_VENDORS

expect 0 "$gopherbench" compare matmul -n 32 --type f32 -r 2 --json r.json
says out 'ocl .*no OpenCL'
fact "the row has its reason" jq -e '[.cells[] | select(.engine == "ocl") | .error | test("OpenCL")] | all and length == 1' r.json
expect 3 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e serial,ocl
says err 'OpenCL'
expect 3 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e ocl
expect 0 "$gopherbench" list
says out 'absent: .*OpenCL'
: >a
expect 3 "$gopherbench" burn a -e ocl
unset OCL_ICD_VENDORS

if "$gopherbench" list | grep -q '0:0'; then
    expect 3 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e serial,ocl:9:9
    says err '9:9'
    expect 3 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e 'ocl:No Such Device'
    says err 'No Such Device'
    expect 0 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e ocl:0:0
    expect 0 "$gopherbench" compare matmul -n 32 --type f32 -r 2 -e ocl:auto
fi
# A vendor file that cannot be opened for ever must not hang the program.
mkfifo vendors/x.icd
expect 7 env OCL_ICD_VENDORS="$work/vendors" GOPHERBENCH_DEADLINE_S=3 timeout 100 "$gopherbench" \
    compare matmul -n 32 --type f32 -r 2 --json h.json
says err 'no answer within 3 s'
fact "the others stand" jq -e '[.cells[] | select(.engine != "ocl") | .error == null] | all' h.json
finish
