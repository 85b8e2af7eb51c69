// engine.h -- what an engine is: a way to hand out work.
//
// Engines differ only in how work is handed out. serial does everything on one plain
// thread, csp with tasks and channels, omp with data-parallel loops, ocl with kernels on
// a device. One engine is one `const struct engine engine_<name>` and one file per
// workload, <engine>_<workload>.c.
//
// To add an engine: write <name>_engine.c (probe, open, close) and <name>_<workload>.c
// for each workload it offers, in cpu/ or gpu/; name it in common/cli/registry.c; give
// its files to its target in CMakeLists.txt. Where its library may be missing,
// <name>_absent.c defines the same symbol with a probe that says why not, and the build
// picks the file. tests/test_engines.c runs it on every workload from then on.
//
// A peer is an engine whose work somebody else's library does, loaded at run time where
// it is installed: it is measured like any other, but never stands for us.
#ifndef ENGINE_H
#define ENGINE_H

#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

struct matmul;
struct gophers;

enum { DEVICES_MAX = 32 };

// What probe found. The texts come from drivers: they are cut to fit, and hostile until
// escaped.
struct device {
    char address[24];  // "0:1", platform:device; "blis:skx"; empty: there is one
    char name[128];
    char driver[128];  // platform and driver version, or the library's
    int units;         // compute units, or CPUs
    bool gpu;
    uint64_t memory_bytes;
};

// A number that a variant's kernels are built with, and the values worth trying.
enum { KNOBS_MAX = 8, KNOB_VALUES_MAX = 8 };
struct knob {
    const char *name;
    int values[KNOB_VALUES_MAX];  // until a 0, if there are fewer
};

// A variant with knobs. With numbers of its own it is named "buffered[BM=64 TN=4]"; what
// is not said there the engine chooses.
struct tunable {
    const char *variant;
    const struct knob *knobs;  // until one without a name, KNOBS_MAX at most
};

struct engine_opts {
    int threads;          // >= 1; the resolved CPU count, the same for every engine
    const char *device;   // "P:D", part of a name, "cpu", "gpu", "auto"; NULL: auto
    const char *variant;  // a name from the engine's list; NULL: the engine chooses
    uint64_t seed;        // for schedulers that draw random numbers
};

// What will really run, filled by open and prepare: it goes into the result.
struct engine_facts {
    int threads;       // that work at once; 0: does not apply (a GPU)
    char device[160];  // "" on the CPU
    char variant[64];  // the kernel or micro-kernel chosen
    bool gpu;          // the CPU's measured limits do not bound it
    uint64_t blocks;   // that one product is handed out in; 0: not handed out
    // matmul: a variant that rounds its inputs says how far, relatively (at most; half a
    // unit of their last bit). It has an error bound of its own, and is no product of the
    // type. 0: it does not.
    double input_epsilon;
    char remark[256];  // a sentence that the user should see, or ""
};

// Where the time of one run went; zero where a phase does not exist. They need not add up
// to the total when phases overlap.
struct phases {
    uint64_t upload_ns, run_ns, download_ns;
};

// A device's own limits, measured, per second; 0: not measured.
struct device_limits {
    double fma_f32_flops, fma_f64_flops, upload_bytes, download_bytes;
};

struct engine {
    const char *name;     // as typed: "csp"
    const char *summary;  // one line for `gopherbench list`
    bool sequential;      // one thread, whatever is asked
    bool peer;            // somebody else's library: in no comparison unless asked for
    const char *takes;    // what -e NAME:... may name, for messages; NULL: nothing
    const char *const
        *matmul_variants;  // NULL-terminated names for --variant; NULL: none
    const char *const *gophers_variants;
    const struct tunable *matmul_tunables;  // until one without a variant; NULL: none

    // Cheap. Fills up to max devices and returns how many (>= 1), or -1 and says why
    // none.
    int (*probe)(struct device *found, int max, struct fail *why);

    // Never timed as work, reported as open_s: threads, contexts, queues.
    int (*open)(const struct engine_opts *, struct engine_facts *, void **ctx,
                struct fail *why);

    // Gets everything ready for one job: buffers, packed panels' space, program builds. A
    // second prepare replaces the first. The job must outlive the runs.
    int (*prepare_matmul)(void *ctx, struct matmul *, struct engine_facts *,
                          struct fail *why);
    int (*prepare_gophers)(void *ctx, struct gophers *, struct engine_facts *,
                           struct fail *why);

    // Remembers, for this user, what the prepared product's variant was tuned to: a later
    // open of this device uses it. NULL where there are no tunables.
    int (*keep_matmul)(void *ctx, struct fail *why);

    // Forgets the prepared job and gives back what refers to its memory; called before
    // the job is freed. Harmless when nothing is prepared. NULL: nothing refers to it.
    void (*release)(void *ctx);

    // Run the prepared job once and return when the result is complete in host memory.
    // Timed by the caller: no allocation, no compilation, no printing. On failure the
    // output is unspecified and *why says what went wrong. NULL: not offered.
    int (*matmul)(void *ctx, struct matmul *, struct phases *, struct fail *why);
    int (*gophers)(void *ctx, struct gophers *, struct phases *, struct fail *why);

    // Calls body(arg) in the engine's own world and returns what it returns: what must be
    // up before a first run and would be up already in a program that lives in it (a run
    // of tasks) is started before body and ended after it. The entries above work inside
    // as well as outside. NULL: there is no such world.
    int (*within)(void *ctx, int (*body)(void *arg), void *arg, struct fail *why);

    // Measures the opened device's own limits; NULL: the CPU's apply.
    int (*limits)(void *ctx, struct device_limits *, struct fail *why);

    // NULL and half-opened contexts are fine. A library's own idle threads may stay.
    void (*close)(void *ctx);
};

#endif
