// talk_watch.c -- from options to the gophers on the screen, or to pictures of them.
#include "talk_modes.h"
#include "terminal.h"
#include "watch_show.h"

#include <stdlib.h>

static int refuse(const struct options *o, struct fail *why)
{
    const struct talk_options *t = &o->talk;
    if (o->designs.count > 1)
        return fail(why, EXIT_USAGE,
                    "--watch begins with one design; the key d goes on to the others");
    if (t->frames && t->record)
        return fail(why, EXIT_USAGE, "--frames and --record do not go together");
    if ((t->columns || t->rows) && !t->frames && !t->record)
        return fail(why, EXIT_USAGE,
                    "--columns and --rows are for --frames and --record: a terminal has "
                    "its own");
    return 0;
}

int talk_watch(const struct options *o, struct fail *why)
{
    const struct talk_options *t = &o->talk;
    struct gopher_plan *plans;
    size_t count;
    if (refuse(o, why) || talk_plans(o, true, &plans, &count, why))
        return -1;
    struct watch_opts opts = {.plan = plans[0],
                              .charset = t->ascii ? CHARSET_ASCII : CHARSET_AUTO,
                              .color = terminal_color(o),
                              .frames = t->frames,
                              .out = stdout,
                              .record = t->record,
                              .columns = t->columns,
                              .rows = t->rows};
    if (!t->loads)
        opts.plan.loads = WATCH_LOADS;
    // A recording is shown on some other terminal.
    if (t->record && o->color == COLOR_AUTO)
        opts.color = true;
    free(plans);
    return watch_run(&opts, why);
}
