// cmd_multiply.c -- real matrices, one engine.
#include "cases.h"
#include "command.h"
#include "deliver.h"

static int plan(struct session *s, const struct options *o, struct fail *why)
{
    return cases_multiply(&s->plan, o, o->words[0], o->words[1], why);
}

enum exit_code cmd_multiply(struct options *o, int argc, char **argv, struct fail *why)
{
    static const char *const fallback[] = {"omp", "csp", "serial", NULL};
    if (o->word_count != 2) {
        fail(why, EXIT_USAGE,
             "multiply takes two matrices: multiply A.npy B.npy -o C.npy");
        return why->code;
    }
    struct delivery d = {
        .fallback = fallback, .plan = plan, .output = o->output, .table = true};
    return deliver(o, argc, argv, &d, why);
}
