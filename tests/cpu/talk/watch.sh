#!/bin/sh
# watch.sh -- the animation on a terminal: what it says, and that it leaves nothing behind.
#   watch.sh WATCH_TRY SCREEN_TRY
# The terminal is tmux's. Nothing here depends on how fast anything is: a fact is awaited.
set -u
watch=$1
ending=$2
LC_ALL=C.UTF-8
export LC_ALL
work=$(mktemp -d)
terminals=0
unset TMUX

command -v tmux >/dev/null || { echo "watch.sh needs tmux"; exit 1; }

# The first fact that does not hold ends it: what follows would begin from an unknown state.
wrong() {
    echo "NOT SO: $*"
    screen
    exit 1
}

socket=$work/none
on() { tmux -S "$socket" "$@"; }
keys() { on send-keys "$@"; }
typed() { on send-keys -l "$1" && on send-keys Enter; }
screen() { on capture-pane -p; }

finish() {
    on kill-server 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# until_screen HAS|LACKS PATTERN: waits until some line does, or no line does.
until_screen() {
    i=0
    while [ "$i" -lt 200 ] && on has-session; do
        if screen | grep -qE -- "$2"; then found=HAS; else found=LACKS; fi
        [ "$found" = "$1" ] && return 0
        i=$((i + 1))
        sleep 0.1
    done
    return 1
}
shows() { until_screen HAS "$1" || wrong "the screen shows /$1/"; }
vanishes() { until_screen LACKS "$1" || wrong "the screen does not show /$1/"; }

# A shell on a new terminal of 80 x 24, whose settings are noted.
open_terminal() { # [TERM]
    second=yes  # has it a second screen?
    # A server of its own: one that is being ended would still take the next terminal.
    terminals=$((terminals + 1))
    socket=$work/tmux$terminals
    on -f /dev/null new-session -d -x 80 -y 24 "env ENV= PS1='ready> ' sh -i"
    on set-option -g status off
    on resize-window -x 80 -y 24
    shows '^ready>'
    typed "export TERM=${1:-screen-256color}; ulimit -c 0; cd $work; stty -a >before"
    until [ -s "$work/before" ]; do sleep 0.1; done
}
close_terminal() {
    on kill-server
    rm -f "$work/before"
}

# Its pid is in the file pid.
start() {
    rm -f "$work/pid"
    typed "clear; echo here before; sh -c 'echo \$\$ >pid; exec $watch $*'"
}
# Who ends inside of a run frees nothing.
ends() { typed "clear; echo here before; ASAN_OPTIONS=detect_leaks=0 $ending $1"; }

ended() { # CODE: it has, with that
    shows '^ready> *$'
    typed 'echo code $?'
    shows "^code $1\$"
}

# The terminal is as it was: its settings, its main screen with what stood there, and a
# cursor that can be seen.
left_as_it_was() { # CODE WHAT
    ended "$1"
    [ "$second" = no ] || shows '^here before$'
    [ "$(on display-message -p '#{cursor_flag}#{alternate_on}')" = 10 ] ||
        wrong "after $2 the cursor is there and the main screen is on"
    rm -f "$work/after"
    typed 'stty -a >after; echo noted'
    shows '^noted$'
    diff "$work/before" "$work/after" ||
        wrong "after $2 the terminal's settings are as before"
}

echo "what it says"
open_terminal
start procs=1
shows 'four .*4 gophers .*4 carts .*1 processor '
shows 'speed-up over one gopher 1\.00x'
shows 'concurrency 4  parallelism 1'
keys 4
shows 'four .* 4 processors'
shows 'speed-up over one gopher 4\.00x'
shows '4 processors: 1\.00x -> 4\.00x'
keys d
shows 'eight .*8 gophers'
keys D
shows 'four .*4 gophers'
keys w
shows 'trips wait'
shows 'processor 4 .*idle'
keys w
shows 'trips compute'
keys h
shows 'Help: h closes it'
keys '?'
vanishes 'Help'
keys r
keys Space
shows 'PAUSED x1'
one=$(screen)
[ "$one" = "$(sleep 0.3; screen)" ] || wrong "nothing moves while it is paused"
keys Right
i=0
while [ "$one" = "$(screen)" ] && [ "$i" -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
[ "$one" != "$(screen)" ] || wrong "a step changes the picture"
shows 'PAUSED'
keys End
shows 'the end'
shows 'burnt 36'
keys Home
shows '0\.000 of '
on resize-window -x 60 -y 20
shows 'gophers need 80x24'
on resize-window -x 120 -y 40
shows 'concurrency 4 \(gophers alive\)'
on resize-window -x 80 -y 24
shows 'concurrency 4  parallelism'
keys q
left_as_it_was 0 q

echo "suspended and continued"
start procs=2
shows 'speed-up over one gopher 2\.00x'
keys C-z
shows '^ready>'
vanishes 'speed-up'
typed 'fg'
shows 'speed-up over one gopher 2\.00x'
keys Escape
left_as_it_was 0 'a stop and Escape'

echo "signals"
start procs=1
shows 'speed-up'
keys C-c
left_as_it_was 130 'an interrupt'
for signal in TERM:143 INT:130 HUP:129 QUIT:131 ABRT:134 SEGV:139; do
    start procs=1
    shows 'speed-up'
    kill -s "${signal%:*}" "$(cat "$work/pid")"
    left_as_it_was "${signal#*:}" "${signal%:*}"
done

echo "ends of its own making"
ends fault
left_as_it_was 139 'a fault in a task'
ends overflow
shows 'fatal error: stack overflow in task'
left_as_it_was 139 'an overflow in a task'
ends die
shows '^gopherbench: nothing can be done'
left_as_it_was 6 die
ends exit
left_as_it_was 0 exit
ends stop
left_as_it_was 0 'a screen where stops are ignored'

echo "a deadlock is shown, and its list of tasks comes after the picture"
start unbuffered=1
shows 'deadlock'
keys q
shows 'started at'
ended 0
close_terminal

echo "colour"
open_terminal xterm-256color
start color=1
shows speed-up
on capture-pane -p -e | grep -q "$(printf '\033\\[3[1-6]m')" || wrong "there is colour"
keys q
ended 0
start color=0
shows speed-up
on capture-pane -p -e | grep -qE "$(printf '\033')"'\[([0-9;]*;)?3[0-7]m' && wrong "there is no colour"
keys q
ended 0
close_terminal

echo "vt100, no UTF-8"
open_terminal vt100
typed 'LC_ALL=C; export LC_ALL'
second=no
start color=1
shows '\(o[a-d]o\)'
screen | LC_ALL=C grep -q '[^ -~]' && wrong "every byte is ASCII"
keys q
left_as_it_was 0 'q on a vt100'
start
shows speed-up
kill "$(cat "$work/pid")"
left_as_it_was 143 'TERM on a vt100'

echo "what is no terminal for pictures"
typed "clear; TERM=dumb $watch; echo code \$?"
shows "type 'dumb' cannot draw"
shows '^code 3$'
typed "clear; TERM=nonesuch $watch; echo code \$?"
shows "type 'nonesuch' cannot draw"
shows '^code 3$'
typed "clear; $watch </dev/null; echo code \$?"
shows 'needs a terminal'
shows '^code 3$'
close_terminal
"$watch" >"$work/out" 2>"$work/err" </dev/null
code=$?
{ [ "$code" -eq 3 ] && grep -q 'needs a terminal' "$work/err" && [ ! -s "$work/out" ]; } ||
    wrong "without any terminal it says so"

echo "all facts hold"
