// talk_million.c -- a million tasks wait on one channel; then all of them go on.
#include "host.h"
#include "os_threads.h"
#include "talk.h"

#include <string.h>

enum { MILLION = 1000000, MOST_THREADS = 4000 };

typedef CSP_CHAN(uint64_t) ticket_chan;

struct crowd {
    uint64_t tasks, sum;
    ticket_chan here, gate, back;
    uint64_t began_ns, there_ns, gone_ns;
    uint64_t bytes_before, bytes_there;
};

static void one_of_many(void *arg)
{
    const struct crowd *c = arg;
    uint64_t ticket;
    csp_send(c->here, 1);
    csp_recv(c->gate, &ticket);
    csp_send(c->back, ticket);
}

static void first(void *arg)
{
    struct crowd *c = arg;
    c->bytes_before = host_resident_bytes();
    c->began_ns = csp_now();
    for (uint64_t i = 0; i < c->tasks; i++)
        csp_go(one_of_many, c);
    for (uint64_t i = 0; i < c->tasks; i++)
        csp_recv(c->here, NULL);
    c->there_ns = csp_now();
    c->bytes_there = host_resident_bytes();
    say("%llu tasks are there, and wait", (unsigned long long)c->tasks);
    for (uint64_t i = 0; i < c->tasks; i++) {
        uint64_t ticket;
        csp_send(c->gate, i);
        csp_recv(c->back, &ticket);
        c->sum += ticket;
    }
    c->gone_ns = csp_now();
    say("each has been given a number, and has given it back");
}

static void show_tasks(const struct crowd *c)
{
    double n = (double)c->tasks;
    double start_us = (double)(c->there_ns - c->began_ns) / n / 1e3;
    double end_us = (double)(c->gone_ns - c->there_ns) / n / 1e3;
    double bytes = ((double)c->bytes_there - (double)c->bytes_before) / n;
    say("a task: %.2f us until it waits, %.2f us until it has ended, %.0f bytes",
        start_us, end_us, bytes);
    finds("start us", start_us);
    finds("end us", end_us);
    finds("bytes", bytes);
}

static void show_threads(void)
{
    struct os_threads found;
    if (os_threads_try(&(struct os_threads_plan){.most = MOST_THREADS}, &found)) {
        say("threads: no process to start them in");
        return;
    }
    say("a thread: %.1f us until it waits, %.1f us until it has ended, %.0f bytes",
        found.start_s * 1e6 / found.started, found.end_s * 1e6 / found.started,
        (double)found.memory_bytes / found.started);
    say("and the kernel's part, and %.0f KiB of addresses, %.0f KiB if nobody asks",
        (double)found.stack_bytes / 1024, (double)found.default_bytes / 1024);
    if (found.refused)
        say("thread number %d was refused: %s", found.started + 1,
            strerror(found.refused));
    else
        say("%d threads were granted; we ask for no more", found.started);
}

static void tell(void)
{
    struct crowd c = {.tasks = talk_tasks(MILLION),
                      .here = CSP_MAKE(ticket_chan, 0),
                      .gate = CSP_MAKE(ticket_chan, 0),
                      .back = CSP_MAKE(ticket_chan, 0)};
    if (!talk_virtual())
        show_threads();
    talk_run(first, &c);
    csp_free(c.here);
    csp_free(c.gate);
    csp_free(c.back);
    if (!talk_virtual())
        show_tasks(&c);
    uint64_t sum = c.tasks * (c.tasks - 1) / 2;
    holds(c.sum == sum, "the numbers that came back add up to n (n - 1) / 2 = %llu",
          (unsigned long long)sum);
    finds("tasks", (double)c.tasks);
}

const struct program talk_million = {
    .name = "million",
    .summary = "a million tasks at once, beside threads",
    .story =
        "A million tasks are started, and all wait on one channel. Then each gets a\n"
        "number, and gives it back. Threads of the operating system do the same, a few\n"
        "thousand of them, or as many as it grants.",
    .question = "what does a task cost, in time and in memory, and a thread?",
    .moral =
        "Tasks are cheap enough to have one for each thing that goes on: a customer, a\n"
        "connection, a gopher. The structure of the program need not be bent to save\n"
        "them.",
    .tell = tell,
};
