// plan.h -- from options to cells: which engines, devices, thread counts and variants
// meet which cases.
#ifndef PLAN_H
#define PLAN_H

#include "engine.h"
#include "options.h"
#include "result.h"
#include "workload.h"

// One column of a table: an engine as it is to be opened.
struct column {
    const struct engine *engine;
    struct engine_opts opts;
    char *device;  // what opts.device points to; owned
    char name[64];
    bool sole_default;   // nobody asked for it by name
    struct fail absent;  // code EXIT_OK: it is there
};

struct plan {
    struct result *result;
    struct column *columns;
    size_t column_count;
    struct engine_opts *opts;     // one a cell of result
    const struct list *variants;  // --variant: of the options, which must live as long
};

// Probes the engines that the options name (none: all of ours) and makes the columns;
// with
// --peers those of every peer that is here, too. A device that is named is not probed:
// opening it will tell.
// `each_device`: "ocl" means every device, a column each; otherwise the one it would
// choose. `fallback` names the engines when the options don't; NULL: all. EXIT_USAGE for
// unknown names.
int plan_columns(struct plan *, const struct options *, const char *const *fallback,
                 bool each_device, struct fail *why);

// Adds a group: every column on this case; with --variant all, every variant of each, of
// which some may be absent without failing the run. Steals params.
void plan_case(struct plan *, const struct workload *, const char *case_name,
               json_t *params);

// Adds the last cell once more, for a caller who gives it other parameters. Cells move:
// older pointers to them are stale.
struct cell *plan_repeat(struct plan *);

// Whether some column knows each of --variant's names for this workload: EXIT_USAGE if
// not.
int plan_check_variants(const struct plan *, const struct options *,
                        const struct workload *, struct fail *why);

void plan_free(struct plan *);  // not the result

#endif
