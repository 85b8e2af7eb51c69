#!/bin/sh
# csp_gdb.sh -- csp-gdb.py on a live process and on a core file: the list of tasks, and
# backtraces that begin in the runtime, show the program and end at the root. The process
# must not notice.
#   csp_gdb.sh CSP_GDB_PY SUBJECT
set -u
script=$1 subject=$2
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
complain() { echo "csp_gdb: $*"; bad=1; }

# It looks at its own stack, too.
"$subject" || complain "the subject alone ended with $?"

cat >"$work/look" <<END
set width 0
csp tasks
echo receiver:\n
csp bt 2
echo selector:\n
csp bt 3
echo unborn:\n
csp bt 7
echo main:\n
csp bt 1
echo nobody:\n
python
try:
    gdb.execute("csp bt 99")
except gdb.error as error:
    print(error)
end
echo own:\n
backtrace
echo using:\n
csp use 2
echo used:\n
backtrace
csp use
echo back:\n
backtrace 1
END

# Its variable, not ours.
# shellcheck disable=SC2016
gdb -batch -nx -ex 'set disable-randomization off' -ex 'break everybody_waits' -ex run \
    -ex "source $script" -ex "source $work/look" -ex "gcore $work/core" \
    -ex continue -ex 'csp tasks' -ex continue -ex 'print $_exitcode' \
    "$subject" >"$work/live" 2>&1
gdb -batch -nx -ex "source $script" -ex "source $work/look" "$subject" "$work/core" \
    >"$work/dead" 2>&1

# part FILE NAME: what was printed under a heading.
part() { sed -n "/^$2:\$/,/^[a-z]*:\$/p" "$work/$1" | grep '^#' ; }
# frames FILE NAME FUNCTION...: of the backtrace, with others before them, and none after.
frames() {
    file=$1 name=$2
    shift 2
    found=$(part "$file" "$name" | sed -E 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([A-Za-z_?]*).*/\2/')
    pattern=" "
    for function in "$@"; do pattern="$pattern.*$function "; done
    # The frames are words by design.
    # shellcheck disable=SC2086,SC2116
    echo " $(echo $found) " | grep -qE "^$pattern\$" ||
        complain "$file: $name has the frames" $found
    [ "$(part "$file" "$name" | sed 's/^#\([0-9]*\).*/\1/' | sort -n | uniq -d)" = "" ] ||
        complain "$file: $name has a number twice"
}
for file in live dead; do
    frames "$file" receiver csp_chan_recv deeper deeper deeper deeper \
        receiver task_entry csp_switch_root
    frames "$file" selector csp_select selector task_entry csp_switch_root
    frames "$file" unborn csp_switch_root
    frames "$file" main everybody_waits program first_task task_entry csp_switch_root
    frames "$file" own everybody_waits program first_task task_entry csp_switch_root
    frames "$file" used everybody_waits csp_chan_recv deeper receiver csp_switch_root
    frames "$file" back everybody_waits
    for fact in 'task 1 "main" \[running\]' \
        'task 2 "receiver" \[chan receive, since ' 'task 3 "selector" \[select, since ' \
        'task 4 "sleeper" \[sleep, since ' 'task 5 "sender" \[chan send, since ' \
        'task 6 \[chan send, since ' 'task 7 "unborn" \[runnable\]' '^7 tasks' \
        'receiving from channel 0x[0-9a-f]*, 0 of 0 in its buffer' \
        'sending on channel' 'runs receiver (.*gdb_subject.c:' \
        'started at program (.*gdb_subject.c:' 'there is no task 99'; do
        grep -q "$fact" "$work/$file" || complain "$file: it says not: $fact"
    done
    grep -i 'corrupt\|Traceback\|Python Exception' "$work/$file" && complain "$file: see above"
done
# The second stop is after all others have ended.
grep -q '^1 tasks' "$work/live" || complain "it counted the tasks that had ended"
grep -q '^\$1 = 0$' "$work/live" || complain "the process did not end well under gdb"
[ $bad = 0 ] || { cat "$work/live"; echo ---- core; cat "$work/dead"; }
exit $bad
