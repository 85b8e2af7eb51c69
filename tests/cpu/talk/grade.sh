#!/bin/sh
# grade.sh -- the exercises fail as they are given, with a sentence that helps; the solutions
# pass; and what is wrong is found, whatever it does to the process that it is tried in.
#   grade.sh DIRECTORY_OF_PROGRAMS
. "$(dirname "$0")/../../cli/lib.sh"
programs=$1

# graded DEADLINE_S PROGRAM EXERCISE SENTENCE: it fails, and says so. Lines are joined, since
# sentences are wrapped.
graded() {
    expect 1 "$programs/grade_$2" "$1" "$3"
    tr -s ' \n' '  ' <"$work/out" >"$work/joined" && mv "$work/joined" "$work/out"
    says out "$4"
    says out 'NOT YET'
    says_not out 'PASS'
    one_sentence
}

# The solutions.
expect 0 "$programs/grade_solved" 200
says out '^6 of 6 exercises pass$'
says_not out '\[ \]|NOT YET|It printed'
silent err

# As they are given.
graded 200 given fourth '100 loads burnt within 102 ms, as four gophers can; seen 200 ms'
says out 'edit cpu/talk/exercises/exercise_fourth.c grade ./dev grade fourth'
graded 200 given deadlock 'locks up after 4.000 ms: every task waits'
says out 'It printed: \| fatal error: all tasks are asleep'
says out '"returner" \[chan send'
graded 200 given fan-in "Joe's word 1 was said at [0-9.]+ ms; expected it then, seen at"
graded 200 given balancer 'no heap'
says out 'expected half of the spread of taking turns'
graded 200 given replicas 'expected no new look after that; seen replica'
says out 'expected that all tasks end; [0-9]+ had not'
graded 200 given grain 'in slices of 1: expected that this costs 5 % at most; seen [0-9]+'
expect 1 "$programs/grade_given" 200
says err '0 of 6 exercises pass'

# What harms the process. Sanitizers end it themselves, with a code of their own.
case ${SANITIZED:-} in
'') crash='it crashed: Segmentation fault' exited='it ended the process, with exit code 0' ;;
*) crash='it (crashed|ended the process)' exited='it ended the process, with exit code' ;;
esac
graded 200 crash fourth "$crash"
graded 200 overflow fourth "$crash"
graded 200 exit fourth "$exited"
graded 200 null fourth 'no cart \(NULL\) was carried'
graded 200 panic fourth 'panic: send on closed channel'
graded 2 hang fan-in 'seen none within 2 s, so it was stopped: it computes all the time'
graded 2 again fan-in 'tries again and again'

# What does another thing than what was asked for.
graded 200 crowd fourth 'two carts were loaded at once'
graded 200 room deadlock 'locks up'
says out '\[x\] four carts: it ends'
graded 200 carts deadlock 'expected that every cart is used'
graded 200 alone deadlock 'expected four gophers; seen 0 tasks'
graded 200 sleep fan-in "word [0-9]+ was said at"
graded 200 prefer fan-in 'about 100 of the first 200 words from Joe; seen'
graded 200 helpers fan-in 'expected no task but this one; seen 2 more'
graded 200 scan balancer 'no heap'
graded 200 count balancer 'requests that are not completed; his pending is 0'
says out 'expected half of the spread of taking turns'
graded 200 lose balancer 'expected 400 requests completed; seen 399'
says out 'dispatch gave a request to 0 workers'
graded 200 leak replicas 'expected that all tasks end'
graded 200 patient replicas "expected no new look after that"
says out '\[x\] no task is left behind'
graded 200 one replicas 'number 2 was not asked'
graded 200 size grain 'costs 5 % at most'
graded 200 rest grain 'comes once; seen 0'
graded 200 lump grain 'expected 1.7 times the work of one processor'
says out '\[x\] on one processor, handing over costs 5 %'

# A crash costs its own exercise only.
expect 1 "$programs/grade_crash" 200
says err '5 of 6 exercises pass'

# Names.
expect 2 "$programs/grade_given" 200 fifth
says err "fifth.*fourth, deadlock, fan-in, balancer, replicas and grain"
silent out

finish
