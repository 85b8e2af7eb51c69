#!/bin/sh
# csp_memcheck.sh -- Valgrind's memcheck follows tasks from stack to stack: it has nothing
# to say about a good program, and finds the error of a bad one on a task's stack.
#   csp_memcheck.sh SUBJECT
set -u
subject=$1
bad=0
complain() { echo "csp_memcheck: $*"; bad=1; }
# What glibc keeps for threads that still run is only "possibly" lost.
check() {
    valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$subject" "$@" 2>&1
}

said=$(check)
code=$?
[ $code = 0 ] || complain "a good program ended with $code"
[ -z "$said" ] || complain "about a good program it said: $said"
said=$(check bad)
code=$?
[ $code = 9 ] || complain "a bad program ended with $code: $said"
for words in 'depends on uninitialised value' ': program (memcheck_subject.c'; do
    echo "$said" | grep -q "$words" || complain "it did not find the error: $said"
done
exit $bad
