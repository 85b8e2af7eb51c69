#!/bin/sh
# sources.sh -- the talk's programs are what they claim to be: tasks that talk over channels,
# and nothing else. Every talk_*.c, and what it includes of this project's beside csp.h and
# talk.h, names no lock, atomic, thread or process, waits by no other means, and shares no
# variable of the file; it has 40 to 120 lines. So it is with site.c, the one that runs every
# plan of the gophers; but it is longer, and it may assert.
#   sources.sh SOURCE_DIR
# First the script shows that it finds what it looks for.
set -u
LC_ALL=C.UTF-8
export LC_ALL
talk=$1/cpu/talk
common=$1/common
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# Words of C, whole or with any end; locks also within a name, but not in blocks and clocks.
forbidden='(^|[^A-Za-z0-9_])(volatile|_Atomic|_Thread_local|thread_local|__thread|__?asm(__)?|asm'
forbidden="$forbidden"'|(atomic|pthread|thrd|mtx|cnd|sem|futex|omp|__sync|__atomic|once)_[a-z0-9_]*'
forbidden="$forbidden"'|[a-z_]*(mutex|futex|semaphore|spinlock|barrier)[a-z_]*'
forbidden="$forbidden"'|([a-z0-9]+_)*(un)?lock(ed|s)?(_[a-z0-9_]+)?|(un)?lockf|flockfile|funlockfile|flock'
forbidden="$forbidden"'|sleep|usleep|nanosleep|clock_nanosleep|sched_[a-z_]*|alarm|setitimer|timer_[a-z]*'
forbidden="$forbidden"'|fork|vfork|clone|exec[vlpe]+|system|popen|signal|sigaction|raise|kill|setjmp|longjmp'
forbidden="$forbidden"'|pipe2?|socket|socketpair|eventfd|mmap|shm_[a-z]+|mq_[a-z]+|poll|ppoll|epoll_[a-z0-9_]+)'
forbidden="$forbidden"'($|[^A-Za-z0-9_])'

# code FILE: what the compiler sees of it, without comments and what stands in quotes.
code() { sed -e 's/"\([^"\\]\|\\.\)*"/""/g' -e "s/'\\([^'\\\\]\\|\\\\.\\)*'/' '/g" -e 's,//.*,,' "$1"; }

# names FILE: complains of what it must not name.
names() {
    code "$1" >"$work/code"
    grep -nE '/\*' "$work/code" && echo "^ $1: a comment that this script does not see through"
    grep -nE "$forbidden" "$work/code" && echo "^ $1: no way for tasks to meet but channels"
    grep -nE '^[[:space:]]*(static|extern)[^({]*[=;]' "$work/code" | grep -vE 'static const|extern const' &&
        echo "^ $1: a variable that all tasks see"
    return 0
}

# includes FILE: complains of headers that give more than a program needs.
includes() {
    grep -nE '^[[:space:]]*#' "$1" >"$work/lines"
    given='inttypes|math|stdio|stdlib|string'
    [ "$(basename "$1")" = site.c ] && given="$given|assert"
    grep -vE "#include (<($given)\.h>|\"[a-z_]+\.h\")\$" "$work/lines" &&
        echo "^ $1: the programs need no such line"
    sed -n 's/^#include "\([a-z_]*\.h\)"$/\1/p' "$1" | while read -r header; do
        case $(basename "$1"):$header in
        *:talk.h | *:csp.h | *:rng.h) ;;
        # Where it works, and what is written down there.
        site.c:ground.h) helper "$1" record.h; helper "$1" gopher_plan.h; helper "$1" "$header" ;;
        # It shows OS threads beside tasks, and how much memory there is.
        talk_million.c:os_threads.h | talk_million.c:host.h) ;;
        # It asks how many processors there are.
        talk_gophers.c:host.h) ;;
        *) helper "$1" "$header" ;;
        esac
    done
}

# helper FILE HEADER: a header that FILE includes, and what is behind it, in place of FILE.
helper() {
    for file in "$talk/$2" "$common/$2" "$talk/${2%.h}.c" "$common/${2%.h}.c"; do
        [ -e "$file" ] || continue
        names "$file"
        grep -nE '#include.*(pthread|stdatomic|threads|semaphore|signal|sys/|unistd|sched)' "$file" &&
            echo "^ $file: $1 shall not reach it"
    done
    [ -e "$talk/$2" ] || [ -e "$common/$2" ] || echo "$1: there is no $2"
}

size() {
    [ "$(basename "$1")" = site.c ] && return
    lines=$(wc -l <"$1")
    { [ "$lines" -ge 40 ] && [ "$lines" -le 120 ]; } || echo "$1: $lines lines, not 40 to 120"
}

# judge FILE: complains on stdout.
judge() { names "$1"; includes "$1"; size "$1"; }

# Bad and good lines, in the midst of a program that is fine.
with_line() { { cat "$talk/talk_go.c"; printf '%s\n' "$1"; } >"$work/talk_try.c"; judge "$work/talk_try.c"; }
while read -r line; do
    [ -n "$(with_line "$line")" ] || { echo "sources: let pass: $line"; bad=1; }
done <<'EOF'
#include <pthread.h>
#include <assert.h>
#include <stdatomic.h>
#include <unistd.h>
#include "host.h"
#include "no_such_header.h"
#define LOCK(x) x
_Atomic int n;
volatile int *p;
static int shared;
static struct timer all[4] = {0};
    static int seen = 0;
extern int other;
pthread_mutex_t m;
void f(void) { flockfile(stdout); }
void f(void) { g_lock(&m); }
void f(void) { queue_unlock(q); }
void f(void) { lock(m); }
void f(void) { __sync_fetch_and_add(&n, 1); }
void f(void) { __atomic_store_n(&n, 1, 5); }
void f(void) { sem_post(s); }
void f(void) { futex_wake(&n); }
void f(void) { usleep(10); }
void f(void) { nanosleep(&t, NULL); }
void f(void) { sleep(1); }
void f(void) { if (fork() == 0) return; }
void f(void) { pipe(fd); }
void f(void) { poll(&p, 1, 0); }
void f(void) { __asm__("pause"); }
int /* hidden */ n;
EOF
while read -r line; do
    complaints=$(with_line "$line")
    [ -z "$complaints" ] || { echo "sources: would not let pass: $line"; echo "$complaints"; bad=1; }
done <<'EOF'
// No lock, mutex, atomic or volatile is named here; pthread_create neither.
void f(void) { say("no lock, no mutex, no sleep(1)"); }
void f(void) { say("a \"lock\" in quotes"); }
void f(void) { csp_sleep(1); csp_blocking(g, NULL); }
int block(int clock, int blocked, int unblocked_ns, int csp_clock);
static const char *const names[] = {"one", "two"};
static int f(int lines);
#include <math.h>
#include "rng.h"
EOF
{ cat "$talk/talk_go.c" "$talk/talk_go.c"; } >"$work/talk_try.c"
[ -n "$(judge "$work/talk_try.c")" ] || { echo "sources: a long program passes"; bad=1; }
head -30 "$talk/talk_go.c" >"$work/talk_try.c"
[ -n "$(judge "$work/talk_try.c")" ] || { echo "sources: a short program passes"; bad=1; }

{ cat "$talk/site.c"; echo 'pthread_mutex_t m;'; } >"$work/site.c"
[ -n "$(judge "$work/site.c")" ] || { echo "sources: site.c may lock"; bad=1; }

judged=0
for file in "$talk"/talk_*.c "$talk/site.c"; do
    complaints=$(judge "$file")
    [ -z "$complaints" ] || { printf '%s\n' "$complaints"; bad=1; }
    judged=$((judged + 1))
done
[ $judged -ge 10 ] || { echo "sources: $judged programs, where there are ten at least"; bad=1; }
[ $bad -eq 0 ] && echo "$judged programs are clients of channels alone"
exit $bad
