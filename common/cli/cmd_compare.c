// cmd_compare.c -- workloads on every engine present, side by side, verified.
#include "cases.h"
#include "command.h"
#include "gophers.h"
#include "matmul.h"
#include "registry.h"
#include "session.h"
#include "tune.h"

#include <stdbool.h>
#include <string.h>

static int add_cases(struct session *s, const struct options *o, const struct workload *w,
                     struct fail *why)
{
    return strcmp(w->name, "matmul") == 0 ? cases_matmul(&s->plan, o, why)
                                          : cases_gophers(&s->plan, o, why);
}

static int plan(struct session *s, const struct options *o, struct fail *why)
{
    static const char *const of_messages[] = {"serial", "csp", "omp", NULL};
    char known[128];
    for (int i = 0; i < o->word_count; i++)
        if (!registry_workload(o->words[i]))
            return fail(why, EXIT_USAGE, "no workload is called '%.100s'; known are %s",
                        o->words[i], registry_workload_names(known, sizeof known));
    if (o->grain_count > 0 && (o->word_count != 1 || strcmp(o->words[0], "matmul") != 0))
        return fail(why, EXIT_USAGE,
                    "--grain is for the messages of matmul: gopherbench compare matmul "
                    "--grain ...");
    if (plan_columns(&s->plan, o, o->grain_count ? of_messages : NULL, true, why))
        return -1;
    bool books = o->word_count == 0, products = o->word_count == 0;
    for (int i = 0; i < o->word_count; i++) {
        books = books || registry_workload(o->words[i]) == &workload_gophers;
        products = products || registry_workload(o->words[i]) == &workload_matmul;
    }
    if ((o->sabotage == SABOTAGE_LOST_BOOK && !books) ||
        (o->sabotage == SABOTAGE_OFF_BY_ONE && !products))
        return fail(why, EXIT_USAGE,
                    "--sabotage: there is nothing to damage so in these workloads");
    for (int i = 0; i < o->word_count; i++)
        if (add_cases(s, o, registry_workload(o->words[i]), why))
            return -1;
    for (int i = 0; o->word_count == 0 && workloads[i]; i++)
        if (add_cases(s, o, workloads[i], why))
            return -1;
    return 0;
}

enum exit_code cmd_compare(struct options *o, int argc, char **argv, struct fail *why)
{
    static const double DEFAULT_TIME_S = 20;
    struct session s = {.journal.fd = -1};
    struct bench_opts how = {.runs = o->runs,
                             .warmup = o->warmup >= 0 ? o->warmup : 1,
                             .time_s = o->time_s > 0 ? o->time_s : DEFAULT_TIME_S,
                             .sabotage = o->sabotage,
                             .save_fd = -1,
                             .stdin_fd = -1};
    enum exit_code code;
    if (session_open(&s, o, argc, argv, why) || plan(&s, o, why)) {
        code = why->code;
    } else {
        if (o->tune_s > 0)
            tune_plan(&s.plan, o);
        session_limits(&s, o);
        session_measure(&s, o, how);
        code = session_report(&s, o, true, why);
    }
    if (session_complaints(&s) && code == EXIT_OK)
        code = EXIT_INPUT;
    session_close(&s);
    return code;
}
