// result.h -- what a run found out, as plain data: the only thing that reports see.
//
// Fields are those of the result file (schema "gopherbench/1"): times in seconds, sizes
// in bytes, rates per second.
#ifndef RESULT_H
#define RESULT_H

#include "engine.h"
#include "fail.h"
#include "host.h"
#include "machine_limits.h"
#include "stats.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESULT_SCHEMA "gopherbench/1"

struct sample {
    uint32_t round;
    double start_s;                               // since the run began, for the trace
    double total_s, upload_s, run_s, download_s;  // of one run; the mean of the repeats
    double outside_s;  // around them: entering and leaving the engine's world
};

// One engine on one case. A failed cell has its error, and no times.
struct cell {
    const char *workload;  // the workload's name
    char *case_name;       // "1024x1024x1024 f32"
    json_t *params;        // as workload.make got them; owned
    json_t *described;     // as workload.describe told, or NULL; owned
    char *log;             // what its worker printed last, if more than error has; owned
    json_t *complaints;    // as workload.complaints told: inputs left out, or NULL; owned
    const char *engine;
    char column[64];  // how the table names it: "ocl:0:1", "csp t2"
    struct engine_facts facts;
    int threads;        // asked for
    const char *rung;   // the name of --variant that it stands for; NULL: none was asked
    bool sole_default;  // nobody named it: absence is a row, not a failure
    bool peer;          // its engine is somebody else's library

    double work;  // flop or bytes of one run
    const char *unit;
    double open_s;
    uint64_t repeats;      // runs back to back that make one sample; chosen in warm-up
    struct sample warmup;  // the last run before the rounds; total_s 0: none
    struct sample *samples;
    size_t count, capacity;
    double median_s;
    struct interval ci95_s;
    double rate;             // work / median
    double limit_fraction;   // of the matching measured limit; 0: no such limit
    double limit;            // that limit, per second, at this cell's threads; 0: none
    const char *limit_name;  // which one: "fma_f32_flops"; NULL: none
    struct device_limits device_limits;  // measured on facts.device, where facts.gpu
    bool verified;
    double max_error;
    enum exit_code failed;  // EXIT_OK: it stands
    char *error;            // NULL: it stands; owned
};

// Two engines on the same case; ratio is time of a over time of b, round by round.
struct pair {
    const struct cell *a, *b;
    double ratio;
    struct interval ci95;
    size_t rounds;
};

struct result {
    char started[32];  // UTC, ISO 8601: a label, never used for a duration
    char *command;     // as typed, escaped; owned
    uint64_t seed;
    bool interrupted;
    int signal;  // that interrupted it
    double elapsed_s;
    struct host host;
    struct limits limits;
    struct cell *cells;
    size_t cell_count;
    struct pair *pairs;
    size_t pair_count;
};

// Rounds ascend. Dies when memory ends.
void result_add_sample(struct cell *, struct sample);

// Marks a cell as failed; the first failure stays. Its samples go when the result is
// concluded.
void result_fail(struct cell *, const struct fail *why);

// Medians, intervals, rates, fractions and pairs, from the samples. Pairs are made of all
// cells of one workload and case that stand, in cell order, over their common rounds. A
// cell that failed loses its samples, and its error tells how many rounds had been
// finished. May be called again after more samples.
void result_conclude(struct result *);
void result_free(struct result *);  // a zeroed one is fine

// The most serious exit code over all cells; absence counts only where it was asked for.
// Times that nobody verified are EXIT_INCONCLUSIVE.
enum exit_code result_exit(const struct result *);

// ---- reading a concluded result

bool result_stands(const struct cell *);  // it did not fail, and has times
// The flop in a message that the cell was asked for; 0: none was.
uint64_t result_grain(const struct cell *);
bool result_same_case(const struct cell *, const struct cell *);  // workload and case

// No cell before this one has its case.
bool result_opens_case(const struct result *, size_t at);

// The two cells' pair, turned so that it is a over b. False: they share no round.
bool result_pair(const struct result *, const struct cell *a, const struct cell *b,
                 struct pair *);

// One field of the samples of each (its offset in struct sample, a double), of the rounds
// that both finished; returns how many. Each array has room for the shorter cell's count.
size_t result_common_rounds(const struct cell *a, size_t a_field, const struct cell *b,
                            size_t b_field, double *a_s, double *b_s);

// The pair's interval is one of 95 % and does not hold 1.
bool result_separated(const struct pair *);

#endif
