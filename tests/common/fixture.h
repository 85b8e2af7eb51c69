// fixture.h -- results with fixed figures, for tests of what is made of results.
#ifndef FIXTURE_H
#define FIXTURE_H

#include "result.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct host fixture_host = {.cpu = "Example CPU",
                                         .isa = "avx2 fma avx512f sha",
                                         .kernel = "Linux 6.1 x86_64",
                                         .cores = 2,
                                         .threads_total = 2,
                                         .usable_cpus = 2,
                                         .memory_bytes = (uint64_t)24 << 30,
                                         .l1d_bytes = 48 << 10,
                                         .l2_bytes = 2 << 20,
                                         .version = "0.1.0",
                                         .revision = "0123456789ab",
                                         .compiler = "GNU 12.2.0",
                                         .flags = "-O3"};

static const struct limits fixture_limits = {.fma_f32_flops = 276e9,
                                             .fma_f64_flops = 138e9,
                                             .fma_f32_flops_1 = 138e9,
                                             .fma_f64_flops_1 = 69e9,
                                             .triad_bytes = 30e9,
                                             .triad_bytes_1 = 15e9,
                                             .sha256_bytes = 4.8e9,
                                             .sha256_bytes_1 = 2.4e9,
                                             .pipe_hop_s = 1.06e-6,
                                             .channel_hop_s = 98e-9};

static inline struct result fixture_result(void)
{
    struct result result = {.started = "2012-01-11T18:00:00Z",
                            .command = strdup("gopherbench compare"),
                            .seed = 1,
                            .elapsed_s = 12.5,
                            .host = fixture_host,
                            .limits = fixture_limits};
    // Tests hold pointers to cells, so there is room for all from the start.
    result.cells = calloc(32, sizeof *result.cells);
    assert(result.cells);
    return result;
}

static inline struct cell *fixture_cell(struct result *result, const char *workload,
                                        const char *case_name, const char *engine,
                                        int threads)
{
    struct cell *cell = &result->cells[result->cell_count++];
    const bool matmul = strcmp(workload, "matmul") == 0;
    *cell = (struct cell){.workload = workload,
                          .case_name = strdup(case_name),
                          .params = json_pack("{ss}", "type", "f32"),
                          .engine = engine,
                          .threads = threads,
                          .facts = {.threads = threads, .variant = "avx512"},
                          .work = matmul ? 2147483648.0 : 67108864.0,
                          .unit = matmul ? "flop" : "byte",
                          .open_s = 0.002,
                          .repeats = 1,
                          .verified = true,
                          .max_error = 0.4};
    snprintf(cell->column, sizeof cell->column, "%s", engine);
    return cell;
}

// Rounds around a median: a wave that all cells share, as a machine's changes of speed
// are, and a part of the cell's own of at most `noise` of the median, drawn by `seed`.
static inline void fixture_samples(struct cell *cell, int rounds, double median_s,
                                   double noise, int seed)
{
    for (int i = 0; i < rounds; i++) {
        const double wave = 1 + 0.01 * (i * 5 % 7 - 3) / 3.0;
        const double own = 1 + noise * ((i * 7 + seed) % 11 - 5) / 5.0;
        const double total_s = median_s * wave * own;
        result_add_sample(cell, (struct sample){.round = (uint32_t)(i + 1),
                                                .start_s = i,
                                                .total_s = total_s,
                                                .run_s = total_s});
    }
}

static inline void fixture_failure(struct cell *cell, enum exit_code code,
                                   const char *text)
{
    struct fail why;
    fail(&why, code, "%s", text);
    result_fail(cell, &why);
}

#endif
