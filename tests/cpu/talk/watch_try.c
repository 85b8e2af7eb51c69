// watch_try.c -- the animation by itself, for its tests: options in, exit code out.
//   watch_try [NAME=VALUE...]
#include "watch_show.h"

#include "option.h"

#include <stdlib.h>
#include <string.h>

static long number(const char *name, const char *text)
{
    struct fail why;
    uint64_t value;
    if (option_number(name, text, 0, 1 << 30, &value, &why) != 0)
        die("%s", why.text);
    return (long)value;
}

static void take_plan(struct gopher_plan *plan, const char *name, const char *value)
{
    struct fail why;
    if (strcmp(name, "design") == 0 && design_find(value, &plan->design, &why) != 0)
        die("%s", why.text);
    if (strcmp(name, "procs") == 0)
        plan->procs = (int)number(name, value);
    if (strcmp(name, "carts") == 0)
        plan->carts = (uint32_t)number(name, value);
    if (strcmp(name, "loads") == 0)
        plan->loads = (uint32_t)number(name, value);
    if (strcmp(name, "work") == 0)
        plan->work = (enum work)number(name, value);
    if (strcmp(name, "unbuffered") == 0)
        plan->unbuffered = number(name, value);
    if (strcmp(name, "exponential") == 0)
        plan->exponential = number(name, value);
    if (strcmp(name, "load_us") == 0)
        plan->trip_ns[LOAD] = (uint64_t)number(name, value) * 1000;
}

static void take_opts(struct watch_opts *opts, const char *name, const char *value)
{
    if (strcmp(name, "frames") == 0)
        opts->frames = (int)number(name, value);
    if (strcmp(name, "columns") == 0)
        opts->columns = (int)number(name, value);
    if (strcmp(name, "rows") == 0)
        opts->rows = (int)number(name, value);
    if (strcmp(name, "ascii") == 0)
        opts->charset = number(name, value) ? CHARSET_ASCII : CHARSET_AUTO;
    if (strcmp(name, "color") == 0)
        opts->color = number(name, value);
    if (strcmp(name, "record") == 0)
        opts->record = value;
}

int main(int argc, char **argv)
{
    struct watch_opts opts = {.plan = gopher_plan_default, .out = stdout};
    struct fail why = {EXIT_OK, ""};
    opts.plan.loads = WATCH_LOADS;
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value)
            die("watch_try: '%s' is no NAME=VALUE", argv[i]);
        *value++ = '\0';
        take_plan(&opts.plan, argv[i], value);
        take_opts(&opts, argv[i], value);
    }
    if (watch_run(&opts, &why) == 0)
        return EXIT_OK;
    fprintf(stderr, "gopherbench: %s\n", why.text);
    return (int)why.code;
}
