// machine_limits.c -- see machine_limits.h.
#include "machine_limits.h"

#include "clock.h"
#include "fma.h"
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

const struct limit_row limit_rows[] = {
    {"fma_f32_flops", offsetof(struct limits, fma_f32_flops)},
    {"fma_f64_flops", offsetof(struct limits, fma_f64_flops)},
    {"fma_f32_flops_1", offsetof(struct limits, fma_f32_flops_1)},
    {"fma_f64_flops_1", offsetof(struct limits, fma_f64_flops_1)},
    {"triad_bytes", offsetof(struct limits, triad_bytes)},
    {"triad_bytes_1", offsetof(struct limits, triad_bytes_1)},
    {"sha256_bytes", offsetof(struct limits, sha256_bytes)},
    {"sha256_bytes_1", offsetof(struct limits, sha256_bytes_1)},
    {"pipe_hop_s", offsetof(struct limits, pipe_hop_s)},
    {"channel_hop_s", offsetof(struct limits, channel_hop_s)},
};
const int limit_rows_count = sizeof limit_rows / sizeof *limit_rows;

double limit_value(const struct limits *limits, const struct limit_row *row)
{
    return *(const double *)(const void *)((const char *)limits + row->offset);
}

// ---- loops

// The work of a loop, cut into chunks of about 2 ms: short enough that losing the CPU
// spoils few of them, long enough for the clock.
struct loop {
    void (*run)(struct loop *, long steps);
    double amount;  // flop or bytes of one step
    const struct fma *fma;
    double *a, *b, *c;  // the triad's
    size_t doubles;
};

static const uint64_t CHUNK_NS = 2000000;

enum { CHUNKS_MAX = 4096 };

// Where results go, so that no optimiser drops the work.
static volatile double sink;

static void run_f32(struct loop *loop, long steps)
{
    float start[FMA_STARTS];
    for (int i = 0; i < FMA_STARTS; i++)
        start[i] = (float)(1 + i);
    sink = loop->fma->f32(steps, 0.5f, 1, start);
}

static void run_f64(struct loop *loop, long steps)
{
    double start[FMA_STARTS];
    for (int i = 0; i < FMA_STARTS; i++)
        start[i] = 1 + i;
    sink = loop->fma->f64(steps, 0.5, 1, start);
}

static void run_triad(struct loop *loop, long steps)
{
    for (long i = 0; i < steps; i++)
        loop->fma->triad(loop->a, loop->b, loop->c, 0.5, loop->doubles);
    sink = loop->a[loop->doubles / 2];
}

static uint64_t timed(struct loop *loop, long steps)
{
    const uint64_t start = clock_ns();
    loop->run(loop, steps);
    return clock_ns() - start;
}

// As many steps as take a chunk's time; on the way there the CPU wakes up.
static long calibrated(struct loop *loop)
{
    long steps = 1;
    uint64_t took_ns = timed(loop, steps);
    while (took_ns < CHUNK_NS / 2 && steps < 1L << 40) {
        steps *= 2;
        took_ns = timed(loop, steps);
    }
    return steps;
}

// Nine chunks in ten are slower than what this returns: a roof, but not one that a single
// lucky chunk made, as when the neighbour on the same core has not started yet. The first
// fifth of the time only warms up (wide vectors change the clock).
static double rate_of(struct loop *loop, double seconds)
{
    const long steps = calibrated(loop);
    double rates[CHUNKS_MAX];
    size_t count = 0;
    const uint64_t start = clock_ns();
    const uint64_t total_ns = (uint64_t)(fmax(seconds, 0) * 1e9);
    while (clock_ns() - start < total_ns / 5)
        timed(loop, steps);
    do
        rates[count++] = (double)steps * loop->amount * 1e9 / (double)timed(loop, steps);
    while (count < CHUNKS_MAX && clock_ns() - start < total_ns);
    return stats_quantile(rates, count, 0.9);
}

static const struct fma *widest(void)
{
    int i = 0;
    while (!fma_rows[i]->usable())
        i++;
    return fma_rows[i];
}

double limits_fma_f32(double seconds)
{
    const struct fma *fma = widest();
    struct loop loop = {.run = run_f32, .amount = fma->flops_f32, .fma = fma};
    return rate_of(&loop, seconds);
}

double limits_fma_f64(double seconds)
{
    const struct fma *fma = widest();
    struct loop loop = {.run = run_f64, .amount = fma->flops_f64, .fma = fma};
    return rate_of(&loop, seconds);
}

double limits_triad(size_t doubles, double seconds)
{
    size_t bytes;
    if (doubles == 0 || __builtin_mul_overflow(doubles, 3 * sizeof(double), &bytes))
        return 0;
    double *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 0;
    // Written before it is timed, so that every page is there.
    for (size_t i = 0; i < 3 * doubles; i++)
        memory[i] = 1;
    struct loop loop = {.run = run_triad,
                        .amount = 24 * (double)doubles,
                        .fma = widest(),
                        .a = memory,
                        .b = memory + doubles,
                        .c = memory + 2 * doubles,
                        .doubles = doubles};
    const double rate = rate_of(&loop, seconds);
    munmap(memory, bytes);
    return rate;
}

// ---- a message between two processes

static bool pass(int from, int to)
{
    char byte;
    return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

// The median over batches, so that losing the CPU now and then does not count.
static double hop_s(int to, int from, int rounds)
{
    enum { BATCH = 16 };
    double hops[CHUNKS_MAX];
    size_t count = 0;
    for (int done = 0; done < rounds && count < CHUNKS_MAX; done += BATCH, count++) {
        const uint64_t start = clock_ns();
        for (int i = 0; i < BATCH; i++) {
            char byte = 0;
            if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
                return 0;
        }
        hops[count] = (double)(clock_ns() - start) * 1e-9 / (2 * BATCH);
    }
    return stats_median(hops, count);
}

// Two processes on one CPU: the figure is the switch from one to the other. On two CPUs
// it would be the time that an idle one takes to wake up, which is another thing, and
// which of the two the kernel chooses is chance.
static void stay_on_this_cpu(void)
{
    const int here = sched_getcpu();
    if (here < 0)
        return;
    const size_t cpu = (size_t)here;
    cpu_set_t *only = CPU_ALLOC(cpu + 1);
    if (!only)
        return;
    const size_t bytes = CPU_ALLOC_SIZE(cpu + 1);
    CPU_ZERO_S(bytes, only);
    CPU_SET_S(cpu, bytes, only);
    sched_setaffinity(0, bytes, only);
    CPU_FREE(only);
}

// In a process of its own, which ends: nobody else's affinity changes.
static double hop_with_echo(int rounds)
{
    int ping[2], pong[2];
    if (pipe2(ping, O_CLOEXEC) || pipe2(pong, O_CLOEXEC))
        return 0;
    stay_on_this_cpu();
    const pid_t echo = fork();
    if (echo == 0) {
        close(ping[1]);
        while (pass(ping[0], pong[1]))
            continue;
        _exit(0);
    }
    close(ping[0]);
    close(pong[1]);
    const double hop = echo > 0 ? hop_s(ping[1], pong[0], rounds) : 0;
    close(ping[1]);
    waitpid(echo, NULL, 0);
    return hop;
}

double limits_pipe_hop(int rounds)
{
    int answer[2];
    if (rounds < 1 || pipe2(answer, O_CLOEXEC))
        return 0;
    const pid_t child = fork();
    if (child == 0) {
        const double hop = hop_with_echo(rounds);
        _exit(write(answer[1], &hop, sizeof hop) != sizeof hop);
    }
    close(answer[1]);
    double hop = 0;
    ssize_t n = 0;
    while (child > 0 && (n = read(answer[0], &hop, sizeof hop)) < 0 && errno == EINTR)
        continue;
    close(answer[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    return n == sizeof hop ? hop : 0;
}
