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
expect 3 env LD_LIBRARY_PATH="$own/empty" "$gopherbench" compare $small -e clblast
says err 'is no CLBlast'

if grep -q '^ *0:0 ' list.txt; then
    # shellcheck disable=SC2086
    expect 6 env LD_LIBRARY_PATH="$own/clblast" GOPHERBENCH_STATUS=-5 "$gopherbench" compare $small -e serial,clblast
    says err 'CLBlast cannot multiply: CL_OUT_OF_RESOURCES'
    # shellcheck disable=SC2086
    expect 3 env LD_LIBRARY_PATH="$own/clblast" GOPHERBENCH_STATUS=-2044 "$gopherbench" compare $small -e clblast
    says err 'CLBlast cannot multiply: its status -2044'
    # What does nothing is found out.
    # shellcheck disable=SC2086
    expect 1 env LD_LIBRARY_PATH="$own/clblast" "$gopherbench" compare $small -e clblast
    # shellcheck disable=SC2086
    expect 3 "$gopherbench" compare $small -e clblast:9:9
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
