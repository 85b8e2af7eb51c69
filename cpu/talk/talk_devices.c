// talk_devices.c -- an operating system's devices, served on one processor.
#include "talk.h"

enum { DEVICES = 4, SHOWN = 8 };
static const uint64_t RUN_NS = SECONDS / 2;

typedef CSP_CHAN(uint64_t) interrupt_chan;

struct device {
    const char *name;
    uint64_t period_ns, jitter_ns;  // between two interrupts
    uint64_t service_ns;            // what one costs the processor
    interrupt_chan line;            // each with the time when it was raised
    int number, raised;
};

static void device(void *arg)
{
    struct device *d = arg;
    struct rng rng = talk_rng((uint64_t)d->number);
    for (uint64_t due_ns = csp_now(), end_ns = due_ns + RUN_NS;;) {
        due_ns += d->period_ns + rng_below(&rng, d->jitter_ns + 1);
        if (due_ns > end_ns)
            break;
        uint64_t now_ns = csp_now();
        csp_sleep(due_ns > now_ns ? due_ns - now_ns : 0);
        d->raised++;
        csp_send(d->line, csp_now());
    }
    csp_close(d->line);
}

struct kernel {
    struct device devices[DEVICES];
    int served[DEVICES];
    uint64_t busy_ns, longest_wait_ns, took_ns;
};

static void serve(struct kernel *k, int i, uint64_t raised_ns, int count)
{
    struct device *d = &k->devices[i];
    uint64_t waited_ns = csp_now() - raised_ns;
    if (waited_ns > k->longest_wait_ns)
        k->longest_wait_ns = waited_ns;
    if (count < SHOWN)
        say("%s", d->name);
    csp_work(d->service_ns);
    k->busy_ns += d->service_ns;
    k->served[i]++;
}

static void kernel(void *arg)
{
    struct kernel *k = arg;
    uint64_t began_ns = csp_now(), raised_ns;
    struct csp_case lines[DEVICES];
    for (int i = 0; i < DEVICES; i++) {
        csp_go_named(k->devices[i].name, device, &k->devices[i]);
        lines[i] = CSP_CASE_RECV(k->devices[i].line, &raised_ns);
    }
    for (int running = DEVICES, count = 0; running > 0;) {
        int i = csp_select(lines, DEVICES, CSP_FOREVER);
        if (lines[i].ok) {
            serve(k, i, raised_ns, count++);
        } else {
            lines[i].ch = NULL;  // closed: never ready again
            running--;
        }
    }
    k->took_ns = csp_now() - began_ns;
}

static void tell(void)
{
    struct kernel k = {
        .devices = {
            {.name = "disk", 5 * MILLISECONDS, 0, 200 * MICROSECONDS},
            {.name = "screen", 16 * MILLISECONDS, 0, 500 * MICROSECONDS},
            {.name = "keyboard", 30 * MILLISECONDS, 90 * MILLISECONDS, 50 * MICROSECONDS},
            {.name = "network", 1 * MILLISECONDS, 6 * MILLISECONDS, 100 * MICROSECONDS},
        }};
    uint64_t longest_ns = 0;
    for (int i = 0; i < DEVICES; i++) {
        k.devices[i].line = CSP_MAKE(interrupt_chan, 0);
        k.devices[i].number = i;
        longest_ns += k.devices[i].service_ns;
    }
    talk_run_on(1, kernel, &k, NULL);
    bool lost = false;
    for (int i = 0; i < DEVICES; i++) {
        const struct device *d = &k.devices[i];
        say("%-8s %4d interrupts, %4d served", d->name, d->raised, k.served[i]);
        lost = lost || d->raised != k.served[i];
        csp_free(d->line);
    }
    double busy = (double)k.busy_ns / (double)k.took_ns;
    holds(!lost, "every interrupt is served, none is lost");
    holds(busy < 0.2, "the one processor is busy for %.1f %% of the time", 100 * busy);
    say("the longest wait for it was %.2f ms", (double)k.longest_wait_ns / 1e6);
    if (talk_virtual())
        holds(k.longest_wait_ns < longest_ns,
              "no device waits longer than all services together take, %.2f ms",
              (double)longest_ns / 1e6);
}

const struct program talk_devices = {
    .name = "devices",
    .summary = "an operating system's devices, served on one processor",
    .story =
        "A disk, a screen, a keyboard and a network card work at the same time, each in\n"
        "a rhythm of its own, and raise interrupts. One kernel serves whatever comes,\n"
        "on one processor.",
    .question = "How busy is the processor with four devices at once?",
    .moral =
        "Four things go on at once, and one processor deals with them, mostly idle:\n"
        "concurrency without any parallelism. A second processor would not make the\n"
        "program better, nor change a line of it.",
    .tell = tell,
};
