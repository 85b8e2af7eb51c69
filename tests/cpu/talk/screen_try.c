// screen_try.c -- a program that ends while the screen is open, for watch.sh.
//   screen_try fault|overflow|die|exit|stop
#include "screen.h"

#include "csp.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

// Nothing is mapped there. NULL itself a sanitizer would find before the processor does.
static volatile int *volatile nowhere = (volatile int *)64;

static void touch_nothing(void *arg)
{
    (void)arg;
    *nowhere = 1;
}

static int fill(volatile char *outer, int depth)
{
    volatile char inner[1024];
    inner[0] = outer[0];
    return depth == 0 ? inner[0] : fill(inner, depth - 1) + inner[1];
}

static void overflow(void *arg)
{
    volatile char first = 0;
    (void)arg;
    exit(fill(&first, 1 << 20));
}

static void give_up(void *arg)
{
    (void)arg;
    die("nothing can be done");
}

static void leave(void *arg)
{
    (void)arg;
    exit(EXIT_OK);
}

// Ends with 1 where a stop would not be what it was before the screen.
static void stops(void)
{
    const struct screen_opts opts = {CHARSET_AUTO, false};
    struct fail why;
    struct sigaction before, open, closed;
    signal(SIGTSTP, SIG_IGN);
    sigaction(SIGTSTP, NULL, &before);
    if (screen_open(&opts, &why) != 0)
        die("%s", why.text);
    sigaction(SIGTSTP, NULL, &open);
    screen_close();
    sigaction(SIGTSTP, NULL, &closed);
    exit(open.sa_handler != SIG_IGN || closed.sa_handler != before.sa_handler);
}

int main(int argc, char **argv)
{
    static const struct way {
        const char *name;
        void (*task)(void *);
    } ways[] = {{"fault", touch_nothing},
                {"overflow", overflow},
                {"die", give_up},
                {"exit", leave}};
    const struct screen_opts opts = {CHARSET_AUTO, false};
    struct fail why;
    const char *asked = argc == 2 ? argv[1] : "";
    if (strcmp(asked, "stop") == 0)
        stops();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, asked) != 0)
            continue;
        if (screen_open(&opts, &why) != 0)
            die("%s", why.text);
        csp_run(ways[i].task, NULL, &(struct csp_opts){.procs = 1}, NULL);
    }
    return EXIT_WRONG;
}
