// talk_compose.c -- functions made of functions: what C has instead of closures, and how
// a task comes to its arguments.
#include "talk.h"

typedef CSP_CHAN(int) int_chan;

// A function together with what it is bound to.
struct function {
    int (*code)(const void *bound, int x);
    const void *bound;
};

static int call(struct function f, int x)
{
    return f.code(f.bound, x);
}

static int add(const void *bound, int x)
{
    const int *n = bound;
    return x + *n;
}

static int multiply(const void *bound, int x)
{
    const int *n = bound;
    return x * *n;
}

struct pair {
    struct function outer, inner;
};

static int call_both(const void *bound, int x)
{
    const struct pair *p = bound;
    return call(p->outer, call(p->inner, x));
}

// The composition of two functions is one, too, for as long as the pair lives.
static struct function compose(const struct pair *p)
{
    return (struct function){call_both, p};
}

// A task that is bound to a function and to what comes before and after it.
struct stage {
    struct function f;
    int_chan in, out;
};

static void stage(void *arg)
{
    const struct stage *s = arg;
    int x;
    while (csp_recv(s->in, &x))
        csp_send(s->out, call(s->f, x));
    csp_close(s->out);
}

static void first(void *arg)
{
    (void)arg;
    int one = 1, two = 2;
    struct function increment = {add, &one}, twice = {multiply, &two};
    struct pair a = {.outer = twice, .inner = increment};
    struct pair b = {.outer = increment, .inner = twice};
    say("of 5, twice the increment is %d", call(compose(&a), 5));
    say("of 5, the increment of twice is %d", call(compose(&b), 5));
    holds(call(compose(&a), 5) == 12 && call(compose(&b), 5) == 11,
          "to compose is not to calculate: the order matters");
    struct pair c = {compose(&a), compose(&b)};
    say("of 5, the first of the second is %d", call(compose(&c), 5));
    holds(call(compose(&c), 5) == 24, "what is composed can be composed again");

    int_chan in = CSP_MAKE(int_chan, 0), between = CSP_MAKE(int_chan, 0);
    int_chan out = CSP_MAKE(int_chan, 0);
    csp_go_copy(stage, &(struct stage){increment, in, between}, sizeof(struct stage));
    csp_go_copy(stage, &(struct stage){twice, between, out}, sizeof(struct stage));
    bool same = true;
    for (int x = 5; x < 8; x++) {
        int y;
        csp_send(in, x);
        csp_recv(out, &y);
        say("two tasks, one after the other: of %d, %d", x, y);
        same = same && y == call(compose(&a), x);
    }
    csp_close(in);
    same = same && !csp_recv(out, NULL);
    holds(same, "tasks compose as functions do, with channels in place of calls");
    csp_free(in);
    csp_free(between);
    csp_free(out);
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_compose = {
    .name = "compose",
    .summary = "a function made of functions, a pipeline made of tasks",
    .story =
        "A function and an argument bound to it are a value: it can be passed on, and\n"
        "put together with others. A task, too, is a function with bound arguments.",
    .question =
        "Add one, then double; double, then add one: what becomes of 5? And what of\n"
        "two tasks that do one half each?",
    .moral =
        "C has no closures; a function pointer and what it is bound to do as well.\n"
        "csp_go_copy(f, &args) gives each task its own copy, and so nothing to share.",
    .tell = tell,
};
