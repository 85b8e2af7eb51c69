#!/bin/sh
# burn.sh -- real books: sha256sum agrees, on every engine; odd files are named and the others go on.
. "$(dirname "$0")/lib.sh"

mkdir -p books/sub/deep books/empty
for i in 1 2 3 4 5 6 7 8 9; do head -c $((i * 7919)) /dev/urandom >"books/sub/$i"; done
: >books/nothing
head -c 5000000 /dev/urandom >books/large
printf x >"books/sub/deep/with space"
printf y >"books/sub/deep/line
break"
printf z >'books/sub/deep/back\slash'
printf w >"$(printf 'books/sub/deep/bad\377utf')"
printf v >'books/-dash'
ln -s ../large books/sub/link

find -L books -type f -print0 | sort -z | xargs -0 sha256sum | sort >want
for engine in serial csp omp ocl; do
    expect 0 "$gopherbench" burn books -e $engine
    silent err
    sort out >got
    fact "$engine: the manifest is sha256sum's" cmp got want
    cp out manifest
    fact "$engine: sha256sum -c accepts it" sha256sum -c --quiet manifest
done
for design in one two-messages three sixteen; do
    expect 0 "$gopherbench" burn books --design $design --carts 8 --cart-size 64K -t 2
    sort out >got
    fact "$design: the manifest is sha256sum's" cmp got want
done
expect 0 "$gopherbench" burn books/sub/3 books/sub/1
fact "input order is kept" sh -c 'cut -c67- out | tr "\n" " " | grep -qx "books/sub/3 books/sub/1 "'
expect 0 "$gopherbench" burn books -o manifest.txt
silent out
sort manifest.txt >got
fact "-o writes the manifest" cmp got want
printf abc | "$gopherbench" burn - >out
fact "- is standard input" grep -qx \
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -' out
expect 0 "$gopherbench" burn -- books/-dash
expect 0 "$gopherbench" burn books/empty
silent out

# What cannot be read is named, and the others burn.
mkfifo books/pipe
ln -s nowhere books/dangling
ln -s loop books/loop
expect 4 timeout 60 "$gopherbench" burn books
says err 'books/pipe'
says err 'books/dangling'
says err 'books/loop'
sort out >got
fact "the others burnt" cmp got want
rm books/pipe books/dangling books/loop
ln -s .. books/sub/up
expect 0 timeout 60 "$gopherbench" burn books
rm books/sub/up
expect 4 "$gopherbench" burn missing
says err 'missing.*No such file'
silent out
expect 4 timeout 20 "$gopherbench" burn /dev/zero
says err '/dev/zero'
expect 2 "$gopherbench" burn
one_sentence
expect 2 "$gopherbench" burn books --variant all
one_sentence
"$gopherbench" burn - <&- >out 2>err
fact "a closed standard input is no empty book" test $? -eq 4 -a ! -s out
(sleep 3; printf late) | GOPHERBENCH_DEADLINE_S=2 "$gopherbench" burn - >out 2>err
fact "a slow source is no engine's fault" test $? -eq 0
expect 2 "$gopherbench" burn
one_sentence
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    public_copy && chmod 000 books/sub/3 && mkdir -m 777 c
    expect 4 env XDG_CACHE_HOME="$work/c" setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$work/public" burn books
    says err 'books/sub/3.*Permission denied'
    grep -av 'books/sub/3$' want >want_rest
    sort out >got
    fact "all but the unreadable one burnt" cmp got want_rest
fi
finish
