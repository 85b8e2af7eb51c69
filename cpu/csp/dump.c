// dump.c -- the list of tasks, and panics.
//
// The list goes to stderr in the form of Go's: who, what it waits for, since when, what
// it runs and where it was started. Functions are named where the symbol is exported
// (link with -rdynamic), else by module and offset, which addr2line understands.

#include "csp_impl.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DUMP_MOST = 1000 };  // tasks listed; a million lines help nobody

static const char *const wait_names[] = {
    [WAIT_READY] = "runnable",
    [WAIT_RUNNING] = "running",
    [WAIT_SEND] = "chan send",
    [WAIT_RECV] = "chan receive",
    [WAIT_SEND_NIL] = "chan send (nil chan)",
    [WAIT_RECV_NIL] = "chan receive (nil chan)",
    [WAIT_SELECT] = "select",
    [WAIT_SELECT_NONE] = "select (no cases)",
    [WAIT_SLEEP] = "sleep",
    [WAIT_WORK] = "work",
    [WAIT_FD] = "IO wait",
    [WAIT_BLOCKING] = "blocking call",
};

const char *wait_name(unsigned wait)
{
    return wait_names[wait];
}

struct listing {
    const struct run *run;
    bool still;  // no task runs
    uint64_t now_ns, n;
};

int dump_place(char *line, size_t size, const char *what, const void *address)
{
    Dl_info info;
    if (!dladdr(address, &info) || !info.dli_fname)
        return snprintf(line, size, "    %s %p\n", what, address);
    const char *slash = strrchr(info.dli_fname, '/');
    const char *module = slash ? slash + 1 : info.dli_fname;
    size_t offset = (size_t)((const char *)address - (const char *)info.dli_fbase);
    return snprintf(line, size, "    %s %.64s (%.64s+0x%zx)\n", what,
                    info.dli_sname ? info.dli_sname : "?", module, offset);
}

static void print_place(const char *what, const void *address)
{
    char line[PLACE_SPACE];
    dump_place(line, sizeof line, what, address);
    fputs(line, stderr);
}

OWNER_ONLY static void print_channels(const struct task *t)
{
    for (uint32_t i = 0; i < t->n_waiters && i < 8; i++) {
        const struct waiter *w = &t->waiters[i];
        fprintf(stderr, "    %s channel %p, %zu of %zu in its buffer\n",
                w->sending ? "sending on" : "receiving from", (void *)w->ch,
                csp_chan_len(w->ch), csp_chan_cap(w->ch));
    }
}

// Others may run meanwhile, if a panic or SIGQUIT asks: what is read without order is
// printed, not followed.
OWNER_ONLY static void list_task(struct task *t, void *arg)
{
    struct listing *l = arg;
    unsigned wait = atomic_load_explicit(&t->wait, memory_order_relaxed);
    uint64_t run_id = atomic_load_explicit(&t->run_id, memory_order_relaxed);
    if (run_id != l->run->id || wait == WAIT_FREE)
        return;
    if (l->n++ >= DUMP_MOST)
        return;
    uint64_t since = atomic_load_explicit(&t->since_ns, memory_order_relaxed);
    fprintf(stderr, "\ntask %" PRIu64, t->id);
    if (t->name[0])
        fprintf(stderr, " \"%.*s\"", TASK_NAME, t->name);
    fprintf(stderr, " [%s", wait_names[wait]);
    if (wait > WAIT_RUNNING)
        fprintf(stderr, ", %.3f s",
                (double)(since < l->now_ns ? l->now_ns - since : 0) * 1e-9);
    fprintf(stderr, "]:\n");
    if (l->still && wait > WAIT_RUNNING)
        print_channels(t);
    print_place("runs", (const void *)(uintptr_t)t->fn);
    print_place("started at", t->spawned_at);
}

void dump_tasks(const struct run *run, const char *headline, bool still)
{
    struct listing l = {.run = run, .still = still};
    l.now_ns = run->simulated ? sim_now(run) : clock_now();
    fprintf(stderr, "%s\n", headline);
    stack_each(list_task, &l);
    if (l.n == 0)
        fprintf(stderr, "\nno tasks (the first one called csp_exit)\n");
    if (l.n > DUMP_MOST)
        fprintf(stderr, "\n... and %" PRIu64 " more tasks\n", l.n - DUMP_MOST);
    fflush(stderr);
}

struct death {
    const struct run *run;
    const char *message;
};

static int say_why(void *arg)
{
    const struct death *d = arg;
    char headline[PANIC_SPACE];
    snprintf(headline, sizeof headline, "panic: %s", d->message);
    if (d->run)
        dump_tasks(d->run, headline, false);
    else
        fprintf(stderr, "%s\n", headline);
    // A run that ends goes on with no task.
    if (d->run && atomic_load(&d->run->ending))
        abort();
    return 0;
}

// To print takes more stack than a task may have left.
_Noreturn static void die(const struct run *run, struct task *t, const char *message)
{
    struct death d = {run, message};
    if (t)
        job_call_here(t, say_why, &d);
    else
        say_why(&d);
    abort();
}

_Noreturn void csp_panic(const char *message)
{
    struct task *t = self();
    struct run *run = t ? task_run(t) : NULL;
    if (!run || !run->on_panic)
        die(run, t, message);
    run->on_panic(message);
    worker_end_all(run, CSP_PANIC);
    // The run is over, so nobody will ready this task again.
    for (;;)
        sched_park(t);
}
