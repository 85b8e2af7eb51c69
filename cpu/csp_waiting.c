// csp_waiting.c -- waiting and computing jobs, each a task.
#include "waiting.h"

#include "csp.h"

typedef CSP_CHAN(int) done_chan;

struct crowd {
    struct waiting *w;
    done_chan done;
    bool starved;  // a task could not be started
};

struct member {
    struct waiting_job *job;
    done_chan done;
};

static void live(void *arg)
{
    const struct member *me = arg;
    if (me->job->all->wait_ns > 0)
        csp_sleep(me->job->all->wait_ns);
    waiting_finish(me->job);
    csp_send(me->done, 0);
}

static void start_all(void *arg)
{
    struct crowd *c = arg;
    int started = 0;
    for (; started < c->w->jobs && !c->starved; started++) {
        const struct member m = {&c->w->job[started], c->done};
        waiting_begin(m.job);
        c->starved = csp_go_copy(live, &m, sizeof m) != CSP_OK;
    }
    for (; started > 0 && !c->starved; started--)
        csp_recv(c->done, NULL);
}

int csp_waiting(struct waiting *w, struct fail *why)
{
    const struct csp_opts opts = {.procs = w->threads, .seed = 1};
    struct crowd c = {.w = w, .done = CSP_MAKE(done_chan, (size_t)w->jobs)};
    if (!c.done.ch)
        return fail(why, EXIT_RESOURCE, "out of memory for a channel");
    const int end = csp_run(start_all, &c, &opts, NULL);
    csp_free(c.done);
    if (end != CSP_OK || c.starved)
        return fail(why, EXIT_RESOURCE, "not enough threads or memory for %d tasks",
                    w->jobs);
    return 0;
}
