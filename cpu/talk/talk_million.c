// talk_million.c -- a million tasks wait on one channel; then all of them go on.
#include "host.h"
#include "os_threads.h"
#include "talk.h"

#include <inttypes.h>
#include <string.h>

enum { MILLION = 1000000, STACK_BYTES = 16384, PATIENCE_S = 5, MOST_THREADS = 4000 };

typedef CSP_CHAN(uint64_t) ticket_chan;

struct crowd {
    ticket_chan here, gate, back;
    uint64_t asked, tasks, sum, began_ns, there_ns, gone_ns, bytes;
};

static void one_of_many(void *arg)
{
    const struct crowd *c = arg;
    uint64_t ticket;
    csp_send(c->here, 1);
    csp_recv(c->gate, &ticket);
    csp_send(c->back, ticket);
}

// A machine that is slow to give memory is asked for less.
static bool start_another(struct crowd *c)
{
    bool late = !talk_virtual() && csp_now() - c->began_ns > PATIENCE_S * SECONDS;
    return c->tasks < c->asked && !late &&
           csp_go_stack(STACK_BYTES, one_of_many, c) == CSP_OK;
}

static void first(void *arg)
{
    struct crowd *c = arg;
    uint64_t bytes_before = host_resident_bytes();
    c->began_ns = csp_now();
    while (start_another(c))
        c->tasks++;
    for (uint64_t i = 0; i < c->tasks; i++)
        csp_recv(c->here, NULL);
    c->there_ns = csp_now();
    c->bytes = host_resident_bytes() - bytes_before;
    say("%" PRIu64 " tasks are there, and wait", c->tasks);
    if (c->tasks < c->asked)
        say("(the machine gave no memory for more, or not in time)");
    for (uint64_t i = 0, ticket; i < c->tasks; i++) {
        csp_send(c->gate, i);
        csp_recv(c->back, &ticket);
        c->sum += ticket;
    }
    c->gone_ns = csp_now();
    say("each has been given a number, and has given it back");
}

static void show(const char *who, double n, double start_s, double end_s, double bytes)
{
    say("%-8s %8.0f %14.2f %14.2f %10.0f", who, n, start_s * 1e6 / n, end_s * 1e6 / n,
        bytes / n);
}

static void show_threads(const struct os_threads *t)
{
    show("threads", t->started, t->start_s, t->end_s, (double)t->memory_bytes);
    say("and the kernel's part of each, and its stack's addresses:");
    say("%" PRIu64 " KiB, or %" PRIu64 " if nobody asks for less", t->stack_bytes / 1024,
        t->default_bytes / 1024);
    say("one more: %s", t->refused ? strerror(t->refused) : "we did not ask");
    finds("threads", t->started);
    finds("thread, start us", t->start_s * 1e6 / t->started);
}

static void show_tasks(const struct crowd *c)
{
    double n = (double)c->tasks, start_s = (double)(c->there_ns - c->began_ns) / 1e9;
    double end_s = (double)(c->gone_ns - c->there_ns) / 1e9;
    say("            of them   us to start      us to end      bytes");
    show("tasks", n, start_s, end_s, (double)c->bytes);
    finds("task, start us", start_s * 1e6 / n);
    finds("task, end us", end_s * 1e6 / n);
    finds("task, bytes", (double)c->bytes / n);
}

static void tell(void)
{
    struct os_threads threads;
    struct os_threads_plan plan = {.most = MOST_THREADS};
    bool beside = !talk_virtual() && os_threads_try(&plan, &threads) == 0;
    struct crowd c = {.asked = talk_tasks(MILLION),
                      .here = CSP_MAKE(ticket_chan, 0),
                      .gate = CSP_MAKE(ticket_chan, 0),
                      .back = CSP_MAKE(ticket_chan, 0)};
    talk_run(first, &c);
    csp_free(c.here);
    csp_free(c.gate);
    csp_free(c.back);
    uint64_t sum = c.tasks * (c.tasks - 1) / 2;
    holds(c.tasks > 0 && c.sum == sum, "the numbers add up to n (n - 1) / 2");
    finds("tasks", (double)c.tasks);
    if (!talk_virtual())
        show_tasks(&c);
    if (beside)
        show_threads(&threads);
}

const struct program talk_million = {
    .name = "million",
    .summary = "a million tasks at once, beside threads",
    .many_tasks = true,
    .story =
        "A million tasks are started, and all wait on one channel. Then each gets a\n"
        "number, and gives it back. Beside them: threads, as many as are granted.",
    .question = "What does a task cost, in time and in memory? And a thread?",
    .moral =
        "Tasks are cheap enough to have one for each thing that goes on: a customer, a\n"
        "connection, a gopher. Nobody need bend a program's structure to save them.",
    .tell = tell,
};
