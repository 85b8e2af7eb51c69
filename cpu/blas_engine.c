// blas_engine.c -- a peer: the product by an installed CBLAS library, on as many threads
// as every engine's.
//
// Devices are libraries; cblas.h says how one is named. Libraries take their kernels by
// the CPU's family and brand, and on one that they do not know, kernels that leave half
// of it or more idle: such a library is listed both ways.
#include "cblas.h"
#include "cblas_maker.h"
#include "clock.h"
#include "engine.h"
#include "host.h"
#include "isa.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct blas {
    struct cblas cblas;
};

// ---- probing: each library in a process of its own, for a loaded one cannot be
// unloaded, reads its variables once, and may crash

// What a child found out.
struct sighting {
    bool here, died;
    struct device device;
    char kernel[24];
    struct fail why;
};

static void look(const char *choice, struct sighting *s)
{
    struct cblas c;
    *s = (struct sighting){.here = cblas_load(&c, choice, &s->why) == 0};
    if (!s->here)
        return;
    snprintf(s->device.address, sizeof s->device.address, "%s", choice);
    cblas_describe(&c, s->device.name, sizeof s->device.name);
    snprintf(s->device.driver, sizeof s->device.driver, "%s", c.path);
    snprintf(s->kernel, sizeof s->kernel, "%s", c.kernel);
    s->device.units = host_usable_cpus(NULL);
}

// A library that dies when it is loaded is listed, with how: opening it says the same.
static void note_death(const char *choice, int status, struct sighting *s)
{
    *s = (struct sighting){
        .here = true, .died = true, .device.units = host_usable_cpus(NULL)};
    snprintf(s->device.address, sizeof s->device.address, "%s", choice);
    if (WIFSIGNALED(status))
        snprintf(s->device.name, sizeof s->device.name, "dies when loaded, by SIG%s",
                 sigabbrev_np(WTERMSIG(status)));
    else
        snprintf(s->device.name, sizeof s->device.name,
                 "ends the process when loaded, with status %d", WEXITSTATUS(status));
}

static int inspect(const char *choice, struct sighting *s, struct fail *why)
{
    enum { PATIENCE_S = 10 };
    int fd[2], status = 0;
    if (pipe2(fd, O_CLOEXEC) != 0)
        return fail(why, EXIT_RESOURCE, "cannot look for a library: no pipe: %s",
                    strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGALRM, SIG_DFL);
        alarm(PATIENCE_S);
        look(choice, s);
        _exit(write(fd[1], s, sizeof *s) != (ssize_t)sizeof *s);
    }
    close(fd[1]);
    const ssize_t got = child > 0 ? read(fd[0], s, sizeof *s) : -1;
    close(fd[0]);
    if (child < 0)
        return fail(why, EXIT_RESOURCE, "cannot look for a library: %s", strerror(errno));
    waitpid(child, &status, 0);
    if (got != (ssize_t)sizeof *s)
        note_death(choice, status, s);
    return 0;
}

// "blis:skx", where BLIS chose kernels that leave much of this CPU idle; false: nothing
// better is known.
static bool better_choice(const struct cblas_maker *m, const char *kernel, char *choice,
                          size_t bytes)
{
    char isa[128], padded[32];
    const struct cblas_better *b = m->better;
    isa_names(isa, sizeof isa);
    while (b->extension && !strstr(isa, b->extension))
        b++;
    snprintf(padded, sizeof padded, " %s ", kernel);
    if (!b->extension || strstr(b->enough, padded))
        return false;
    snprintf(choice, bytes, "%s:%s", m->choice, b->kernel);
    return true;
}

// A maker's library as it comes and, where that is better, with kernels forced on it;
// returns how many were found.
static int probe_maker(const struct cblas_maker *m, struct device *found, int max,
                       struct fail *why)
{
    struct sighting s;
    char choice[32];
    if (inspect(m->choice, &s, why) != 0)
        return -1;
    if (!s.here)
        return 0;
    found[0] = s.device;
    if (max < 2 || s.died || !better_choice(m, s.kernel, choice, sizeof choice))
        return 1;
    if (inspect(choice, &s, why) != 0)
        return -1;
    if (!s.here || s.died)
        return 1;
    found[1] = s.device;
    return 2;
}

static int probe(struct device *found, int max, struct fail *why)
{
    int count = 0;
    for (const struct cblas_maker *m = cblas_makers; m->choice && count < max; m++) {
        // A CBLAS of no known maker is a reference, some hundred times slower.
        if (!m->mark && count > 0)
            continue;
        const int more = probe_maker(m, found + count, max - count, why);
        if (more < 0)
            return -1;
        count += more;
    }
    return count > 0 ? count : cblas_absent(why);
}

// ---- working

static void blas_close(void *ctx)
{
    free(ctx);
}

static int blas_open(const struct engine_opts *opts, struct engine_facts *facts,
                     void **ctx, struct fail *why)
{
    struct blas *e = calloc(1, sizeof *e);
    *ctx = NULL;
    if (!e)
        return fail(why, EXIT_RESOURCE, "no memory to open a library");
    if (cblas_load(&e->cblas, opts->device, why) != 0 ||
        cblas_threads(&e->cblas, opts->threads, why) != 0) {
        blas_close(e);
        return -1;
    }
    *facts = (struct engine_facts){.threads = opts->threads};
    cblas_describe(&e->cblas, facts->variant, sizeof facts->variant);
    *ctx = e;
    return 0;
}

// Multiplies once: libraries get their buffers at the first call.
static int blas_prepare(void *ctx, struct matmul *job, struct engine_facts *facts,
                        struct fail *why)
{
    const struct blas *e = ctx;
    (void)facts;
    if (cblas_fits(&e->cblas, job, why) != 0)
        return -1;
    cblas_multiply(&e->cblas, job);
    return 0;
}

static int blas_matmul(void *ctx, struct matmul *job, struct phases *phases,
                       struct fail *why)
{
    const struct blas *e = ctx;
    const uint64_t start_ns = clock_ns();
    (void)why;
    cblas_multiply(&e->cblas, job);
    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}

extern const struct engine engine_blas;

const struct engine engine_blas = {
    .name = "blas",
    .summary = "the CPU's BLAS: OpenBLAS, BLIS, MKL or any other CBLAS",
    .peer = true,
    .takes = "blas:openblas, blas:blis:skx or blas:/path/lib.so",
    .probe = probe,
    .open = blas_open,
    .prepare_matmul = blas_prepare,
    .matmul = blas_matmul,
    .close = blas_close,
};
