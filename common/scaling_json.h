// scaling_json.h -- what scaling.h found, as the result file's "scaling".
#ifndef SCALING_JSON_H
#define SCALING_JSON_H

#include "result.h"

// {"crossovers": [{"workload", "a", "b", "kernels", "after", "from", "at": [{"case",
// "ratio", "ci95", "rounds", "separated"}]}], "speedups": [{"workload", "case", "engine",
// "column", "threads", "speedup", "ci95", "rounds", "efficiency", "efficiency_ci95",
// "serial_fraction", "serial_fraction_ci95"}], "paybacks": [{"workload", "case",
// "column", "beside", "open_s", "gain_s", "gain_ci95_s", "rounds", "runs",
// "runs_ci95"}]}; new reference. A ratio is time of a over time of b; null is what was
// not reached or cannot be told.
json_t *scaling_to_json(const struct result *);

#endif
