// talk_daisy.c -- Chinese whispers: a chain of tasks, each of which adds one and passes
// on.
#include "talk.h"

#include <stdlib.h>

typedef CSP_CHAN(int) int_chan;

enum { STACK_BYTES = 16 * 1024 };

// Task i hears from channel i + 1 and speaks to channel i.
static void whisper(void *arg)
{
    int_chan *here = arg;
    int n;
    csp_recv(here[1], &n);
    csp_free(here[1]);
    csp_send(here[0], n + 1);
}

// Starts tasks from the left to the right, and returns how many the machine had room for.
static int start(int_chan *chain, int tasks)
{
    for (int i = 0; i < tasks; i++) {
        chain[i + 1] = CSP_MAKE(int_chan, 0);
        if (!chain[i + 1].ch || csp_go_stack(STACK_BYTES, whisper, &chain[i]) != CSP_OK) {
            csp_free(chain[i + 1]);
            say("this machine has no room for more tasks than %d", i);
            return i;
        }
    }
    return tasks;
}

static void play(void *arg)
{
    int tasks = *(int *)arg, heard;
    int_chan *chain = malloc(((size_t)tasks + 1) * sizeof *chain);
    if (!chain) {
        say("this machine has no room for a chain of %d", tasks);
        return;
    }
    uint64_t begin_ns = csp_now();
    chain[0] = CSP_MAKE(int_chan, 0);
    tasks = start(chain, tasks);
    uint64_t started_ns = csp_now();
    csp_send(chain[tasks], 1);
    csp_recv(chain[0], &heard);
    uint64_t heard_ns = csp_now();
    csp_free(chain[0]);
    if (!talk_virtual())
        say("%d tasks: %.0f ns to start each, %.0f ns a hop", tasks,
            (double)(started_ns - begin_ns) / tasks,
            (double)(heard_ns - started_ns) / tasks);
    holds(heard == tasks + 1, "whispered 1 to %d tasks in a chain, heard %d", tasks,
          heard);
    free(chain);
}

// Longer and longer chains, up to as many as are asked for.
static void tell(void)
{
    const uint64_t usual = 1000000, most = talk_tasks(usual);
    const uint64_t lengths[] = {10, 1000, 100000, most};
    uint64_t played = 0;
    for (size_t i = 0; played < most; i++) {
        int tasks = (int)(lengths[i] < most ? lengths[i] : most);
        const uint64_t begin_ns = csp_now();
        talk_run_whole(play, &tasks);
        const uint64_t ns = csp_now() - begin_ns;
        played = (uint64_t)tasks;
        if (!talk_virtual() && i == 2 && most > played && ns > SECONDS / 2) {
            say("%llu would take about %.0f s here, and are left out",
                (unsigned long long)most, (double)most / 1e5 * (double)ns / 1e9);
            return;
        }
    }
}

const struct program talk_daisy = {
    .name = "daisy",
    .summary = "a chain of up to a million tasks, each adding one",
    .many_tasks = true,
    .story =
        "Each task waits for a number from its right, adds one, and passes it to its\n"
        "left. We whisper 1 into the right end of the chain and listen at the left.",
    .question =
        "What comes out of a chain of a million tasks, and how long does it take?",
    .moral =
        "Tasks are cheap enough to have one for each thing that goes on. All of them\n"
        "were alive at once here, and never more than one had anything to do.",
    .tell = tell,
};
