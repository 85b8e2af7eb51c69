// workload.h -- what a workload is: inputs, an oracle, and what counts as one unit of work.
//
// To add a workload: write common/<w>.{h,c} with a `const struct workload workload_<w>`; name
// it in common/cli/registry.c with the function that turns options into parameters; give
// struct engine a prepare_<w> and a <w> entry; write <engine>_<w>.c for every engine that
// offers it. tests/test_engines.c covers it from then on.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "engine.h"
#include "fail.h"

#include <jansson.h>
#include <stdbool.h>

// Deliberate damage, to show that the checks can fail (--sabotage).
enum sabotage {
    SABOTAGE_NONE,
    SABOTAGE_NULL_KERNEL,  // the engine is never called
    SABOTAGE_LOST_BOOK,    // gophers: one book's ash is missing
    SABOTAGE_OFF_BY_ONE    // matmul: one tile is written one column off
};

struct workload {
    const char *name, *summary;
    const char *unit;  // of amount: "flop" or "byte"

    // Builds a job from parameters: a JSON object, the same one that the result file shows
    // under "params". Inputs come from its seed or from real files. NULL on failure.
    void *(*make)(const json_t *params, struct fail *why);

    // Poisons the outputs: an engine that does nothing must fail the check.
    void (*reset)(void *job);

    // Hand the job to the engine's typed entry; failing with EXIT_ABSENT when it has none.
    int (*prepare)(const struct engine *, void *ctx, void *job, struct engine_facts *,
                   struct fail *why);
    int (*run)(const struct engine *, void *ctx, void *job, struct phases *,
               struct fail *why);

    // Judges the outputs by an oracle that shares no code with any engine. 0 and *max_error
    // (in the workload's own gauge), or -1 with EXIT_WRONG and what is wrong. The first call
    // may be slow: what the oracle can keep, it keeps in the job.
    int (*check)(void *job, double *max_error, struct fail *why);

    double (*amount)(const void *job);  // flop or bytes of one run
    void (*damage)(void *job, enum sabotage);  // applies to the outputs; what does not fit is ignored
    int (*save)(const void *job, int fd, struct fail *why);  // the outputs, in their own format
    json_t *(*describe)(const void *job);  // what was made: sizes, skew, work, span; new reference
    // Sentences, escaped, on inputs that could not be used while the others went on; a new
    // array. NULL: there is no such thing.
    json_t *(*complaints)(const void *job);
    void (*free)(void *job);  // NULL is fine
};

#endif
