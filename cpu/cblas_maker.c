// cblas_maker.c -- see cblas_maker.h.
//
// What a library says of itself is cut to fit, and hostile until escaped.
#include "cblas_maker.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cblas_find(void *library, const char *symbol, void *function)
{
    void *address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

// ---- OpenBLAS

static void tell_openblas(struct cblas *c)
{
    const char *(*config)(void), *(*core)(void);
    char version[24] = "";
    if (cblas_find(c->library, "openblas_get_config", &config)) {
        const char *text = config();
        sscanf(text, "OpenBLAS %23s", version);
        c->wide = strstr(text, "USE64BITINT") != NULL;
    }
    snprintf(c->name, sizeof c->name, "OpenBLAS %s", version);
    if (cblas_find(c->library, "openblas_get_corename", &core))
        snprintf(c->kernel, sizeof c->kernel, "%s", core());
}

static int threads_openblas(const struct cblas *c, int threads)
{
    void (*set)(int);
    int (*get)(void);
    if (!cblas_find(c->library, "openblas_set_num_threads", &set) ||
        !cblas_find(c->library, "openblas_get_num_threads", &get))
        return 0;
    set(threads);
    return get();
}

// ---- BLIS

static void tell_blis(struct cblas *c)
{
    const char *(*version)(void), *(*shown)(int);
    int (*chosen)(void);
    int64_t (*bits)(void);
    void (*start)(void);
    // BLIS_ARCH_TYPE is checked against what this makes.
    if (cblas_find(c->library, "bli_init", &start))
        start();
    if (cblas_find(c->library, "bli_info_get_version_str", &version))
        snprintf(c->name, sizeof c->name, "BLIS %s", version());
    if (cblas_find(c->library, "bli_arch_query_id", &chosen) &&
        cblas_find(c->library, "bli_arch_string", &shown))
        snprintf(c->kernel, sizeof c->kernel, "%s", shown(chosen()));
    if (cblas_find(c->library, "bli_info_get_blas_int_type_size", &bits))
        c->wide = bits() == 64;
}

// BLIS_ARCH_TYPE is a number that differs from release to release; the list of names ends
// with "generic".
static int force_blis(struct cblas *c, const char *kernel, struct fail *why)
{
    enum { KERNELS_MAX = 64 };
    const char *(*shown)(int);
    char known[300] = "", number[16];
    if (!cblas_find(c->library, "bli_arch_string", &shown))
        return fail(why, EXIT_ABSENT, "this BLIS does not tell the names of its kernels");
    for (int id = 0; id < KERNELS_MAX; id++) {
        const char *name = shown(id);
        if (strcasecmp(name, kernel) == 0) {
            snprintf(number, sizeof number, "%d", id);
            return setenv("BLIS_ARCH_TYPE", number, 1);
        }
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, " %s", name);
        if (strcmp(name, "generic") == 0)
            break;
    }
    return fail(why, EXIT_ABSENT, "BLIS has no kernels called '%.40s'; it knows%s",
                kernel, known);
}

static int threads_blis(const struct cblas *c, int threads)
{
    void (*set)(int64_t);
    int64_t (*get)(void), (*threaded)(void);
    if (cblas_find(c->library, "bli_info_get_enable_threading", &threaded) && !threaded())
        return 1;
    if (!cblas_find(c->library, "bli_thread_set_num_threads", &set) ||
        !cblas_find(c->library, "bli_thread_get_num_threads", &get))
        return 0;
    set(threads);
    return (int)get();
}

// ---- MKL: the names in capitals are C's, those in small letters Fortran's

static void tell_mkl(struct cblas *c)
{
    void (*version)(char *, int);
    int (*interface)(int);
    char text[200] = "", number[24] = "";
    // LP64 whatever the environment says: 0 is MKL_INTERFACE_LP64.
    if (cblas_find(c->library, "MKL_Set_Interface_Layer", &interface))
        interface(0);
    if (cblas_find(c->library, "MKL_Get_Version_String", &version))
        version(text, (int)sizeof text - 1);
    const char *at = strstr(text, "Version ");
    if (at)
        sscanf(at, "Version %23[^- ]", number);
    snprintf(c->name, sizeof c->name, "MKL %s", number);
}

static int threads_mkl(const struct cblas *c, int threads)
{
    void (*set)(int), (*dynamic)(int);
    int (*get)(void);
    if (!cblas_find(c->library, "MKL_Set_Num_Threads", &set) ||
        !cblas_find(c->library, "MKL_Get_Max_Threads", &get))
        return 0;
    if (cblas_find(c->library, "MKL_Set_Dynamic", &dynamic))
        dynamic(0);
    set(threads);
    return get();
}

// ---- anybody's

static void tell_nobody(struct cblas *c)
{
    const char *file = strrchr(c->path, '/');
    snprintf(c->name, sizeof c->name, "CBLAS of %.30s", file ? file + 1 : c->path);
}

// ---- the table

static const char *const openblas_libraries[] = {"libopenblas.so.0", "libopenblasp.so.0",
                                                 "libopenblas.so", NULL};
static const char *const blis_libraries[] = {
    "libblis.so.4", "libblis.so.5", "libblis.so.3", "libblis-mt.so", "libblis.so", NULL};
static const char *const mkl_libraries[] = {"libmkl_rt.so.2", "libmkl_rt.so.1",
                                            "libmkl_rt.so", NULL};
static const char *const any_libraries[] = {"libcblas.so.3", "libblas.so.3",
                                            "libcblas.so", "libblas.so", NULL};

static const char *const openblas_quiet[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                             NULL};
static const char *const blis_quiet[] = {
    "BLIS_NUM_THREADS", "BLIS_JC_NT", "BLIS_PC_NT", "BLIS_IC_NT",
    "BLIS_JR_NT",       "BLIS_IR_NT", NULL};
static const char *const mkl_quiet[] = {"MKL_NUM_THREADS", "MKL_DOMAIN_NUM_THREADS",
                                        NULL};
static const char *const no_quiet[] = {NULL};

static const struct cblas_better openblas_better[] = {
    {"avx512f", " SkylakeX Cooperlake SapphireRapids ", "SkylakeX"},
    {"avx2", " Haswell Zen SkylakeX Cooperlake SapphireRapids ", "Haswell"},
    {0}};
static const struct cblas_better blis_better[] = {
    {"avx512f", " skx ", "skx"}, {"avx2", " haswell zen zen2 zen3 skx ", "haswell"}, {0}};
static const struct cblas_better no_better[] = {{0}};

const struct cblas_maker cblas_makers[] = {
    {.choice = "openblas",
     .shown = "OpenBLAS",
     .package = "libopenblas0-pthread",
     .libraries = openblas_libraries,
     .mark = "openblas_get_config",
     .quiet = openblas_quiet,
     .kernel_variable = "OPENBLAS_CORETYPE",
     .better = openblas_better,
     .tell = tell_openblas,
     .threads = threads_openblas},
    {.choice = "blis",
     .shown = "BLIS",
     .package = "libblis4-openmp",
     .libraries = blis_libraries,
     .mark = "bli_info_get_version_str",
     .quiet = blis_quiet,
     .force = force_blis,
     .better = blis_better,
     .tell = tell_blis,
     .threads = threads_blis},
    {.choice = "mkl",
     .shown = "MKL",
     .package = "libmkl-rt",
     .libraries = mkl_libraries,
     .mark = "MKL_Get_Version_String",
     .quiet = mkl_quiet,
     .better = no_better,
     .tell = tell_mkl,
     .threads = threads_mkl},
    {.choice = "cblas",
     .shown = "CBLAS",
     .package = "libblas3",
     .libraries = any_libraries,
     .quiet = no_quiet,
     .better = no_better,
     .tell = tell_nobody},
    {0},
};

const struct cblas_maker *cblas_maker_of(void *library)
{
    const struct cblas_maker *m = cblas_makers;
    while (m->mark && !dlsym(library, m->mark))
        m++;
    return m;
}
