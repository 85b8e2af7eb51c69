// judge_bits.c -- see judge_bits.h.
#include "judge_bits.h"

#include "bench.h"
#include "cases.h"
#include "matmul.h"
#include "plan.h"
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// ---- the bits

static const struct {
    int m, n, k;
} shapes[] = {{200, 210, 190}, {97, 101, 300}, {13, 257, 64}, {1, 70, 9}};

enum { SHAPES = sizeof shapes / sizeof *shapes, PRODUCTS = 4 * SHAPES };

static json_t *product(int number, uint64_t seed)
{
    const int shape = number / 4;
    return json_pack("{s:i, s:i, s:i, s:s, s:s, s:I}", "m", shapes[shape].m, "n",
                     shapes[shape].n, "k", shapes[shape].k, "type",
                     number % 2 ? "f64" : "f32", "fill",
                     number / 2 % 2 ? "integer" : "uniform", "seed", (json_int_t)seed);
}

// What one engine saved of each product.
struct saved {
    void *bytes[PRODUCTS];
    size_t size[PRODUCTS];
};

static void saved_free(struct saved *s)
{
    for (int i = 0; i < PRODUCTS; i++)
        free(s->bytes[i]);
}

static int ask(struct worker *w, json_t *request, struct fail *why)
{
    json_t *reply;
    if (worker_ask(w, request, bench_deadline_s(0, NULL), &reply, why))
        return -1;
    json_decref(reply);
    return 0;
}

// Takes what the worker wrote to the file and empties it for the next.
static int collect(int fd, struct saved *s, int number, struct fail *why)
{
    const off_t size = lseek(fd, 0, SEEK_END);
    s->size[number] = size > 0 ? (size_t)size : 0;
    s->bytes[number] = malloc(s->size[number] + 1);
    if (!s->bytes[number])
        return fail(why, EXIT_RESOURCE, "no memory for a product");
    if (pread(fd, s->bytes[number], s->size[number], 0) != size || ftruncate(fd, 0) ||
        lseek(fd, 0, SEEK_SET))
        return fail(why, EXIT_RESOURCE, "a product cannot be read back");
    return 0;
}

static int multiply_all(struct worker *w, const char *engine, int threads, uint64_t seed,
                        int fd, struct saved *s, struct fail *why)
{
    if (ask(w,
            json_pack("{s:s, s:s, s:i, s:I}", "do", "open", "engine", engine, "threads",
                      threads, "seed", (json_int_t)seed),
            why))
        return -1;
    for (int i = 0; i < PRODUCTS; i++)
        if (ask(w,
                json_pack("{s:s, s:s, s:o}", "do", "make", "workload",
                          workload_matmul.name, "params", product(i, seed)),
                why) ||
            ask(w, json_pack("{s:s, s:i}", "do", "sample", "sabotage", SABOTAGE_NONE),
                why) ||
            ask(w, json_pack("{s:s}", "do", "save"), why) || collect(fd, s, i, why))
            return -1;
    return 0;
}

// All products of one engine, in a worker of its own.
static int have_multiplied(const char *engine, int threads, uint64_t seed,
                           struct saved *s, struct fail *why)
{
    struct worker w;
    const int fd = memfd_create("product", MFD_CLOEXEC);
    const struct worker_inheritance gets = {
        .threads = threads, .save_fd = fd, .stdin_fd = -1};
    if (fd < 0)
        return fail(why, EXIT_RESOURCE, "no memory for a file of products");
    int failed = worker_start(&w, &gets, why);
    if (!failed) {
        failed = multiply_all(&w, engine, threads, seed, fd, s, why);
        worker_stop(&w);
    }
    close(fd);
    return failed;
}

static int count_different(const struct saved *a, const struct saved *b)
{
    int different = 0;
    for (int i = 0; i < PRODUCTS; i++)
        different += a->size[i] != b->size[i] || a->size[i] == 0 ||
                     memcmp(a->bytes[i], b->bytes[i], a->size[i]) != 0;
    return different;
}

static void add_name(struct bits *b, const char *engine, int threads, bool told)
{
    const size_t used = strlen(b->engines);
    char count[16] = "";
    if (told)
        snprintf(count, sizeof count, " t%d", threads);
    snprintf(b->engines + used, sizeof b->engines - used, "%s%s%s", used ? ", " : "",
             engine, count);
}

int bits_compare(struct bits *b, int procs, uint64_t seed, struct fail *why)
{
    const struct {
        const char *engine;
        int threads;
    } rows[] = {{"serial", 1}, {"csp", 1}, {"csp", procs}, {"omp", procs}};
    struct saved first = {0};
    int failed = 0, compared = 0;
    *b = (struct bits){.products = PRODUCTS};
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !failed; i++) {
        struct saved other = {0};
        struct saved *s = i == 0 ? &first : &other;
        if (i == 2 && procs == 1)
            continue;
        failed = have_multiplied(rows[i].engine, rows[i].threads, seed, s, why);
        if (!failed) {
            add_name(b, rows[i].engine, rows[i].threads, i > 0);
            b->different += i > 0 ? count_different(&first, s) : 0;
            compared += i > 0;
        } else if (why->code == EXIT_ABSENT) {
            failed = 0;
        }
        saved_free(&other);
    }
    saved_free(&first);
    if (!failed && compared == 0)
        return fail(why, EXIT_ABSENT, "no other engine is here to compare with serial");
    return failed;
}

// ---- the times

static const struct cell *cell_of(const struct result *r, const char *engine, int threads)
{
    for (size_t i = 0; i < r->cell_count; i++)
        if (strcmp(r->cells[i].engine, engine) == 0 && r->cells[i].threads == threads &&
            result_stands(&r->cells[i]))
            return &r->cells[i];
    return NULL;
}

// "1.93x (1.90..1.95)": the time of a over that of b; "not measured".
static const char *ratio_of(char text[static 40], const struct result *r,
                            const struct cell *a, const struct cell *b)
{
    struct pair pair;
    if (a && b && result_pair(r, a, b, &pair))
        snprintf(text, 40, "%.2fx (%.2f..%.2f)", pair.ratio, pair.ci95.lo, pair.ci95.hi);
    else
        snprintf(text, 40, "not measured");
    return text;
}

static void tell(char *text, size_t size, const struct result *r, int procs)
{
    char cost[40], gain[40], loops[40];
    const struct cell *serial = cell_of(r, "serial", 1), *one = cell_of(r, "csp", 1);
    ratio_of(cost, r, one, serial);
    if (procs == 1) {
        snprintf(text, size, "structure took %s of serial's time; one processor", cost);
        return;
    }
    ratio_of(gain, r, one, cell_of(r, "csp", procs));
    ratio_of(loops, r, serial, cell_of(r, "omp", procs));
    snprintf(text, size,
             "structure took %s of serial's time on 1; gained %s on %d, loops %s; "
             "ceiling %dx",
             cost, gain, procs, loops, procs);
}

void bits_time(char *text, size_t size, int procs, uint64_t seed)
{
    static const double TIME_S = 2;
    struct result r = {.seed = seed};
    struct plan plan = {.result = &r};
    struct fail why = {.text = ""};
    char *engines[] = {"serial", "csp", "omp"}, *types[] = {"f32"};
    int threads[] = {1, procs};
    struct size3 sizes[] = {{512, 512, 512}};
    struct options o = {.engines = {.item = engines, .count = 3},
                        .types = {.item = types, .count = 1},
                        .threads = threads,
                        .thread_count = procs > 1 ? 2 : 1,
                        .threads_given = true,
                        .sizes = sizes,
                        .size_count = 1,
                        .seed = seed};
    const struct bench_opts how = {
        .warmup = 1, .time_s = TIME_S, .save_fd = -1, .stdin_fd = -1};
    if (plan_columns(&plan, &o, NULL, false, &why) || cases_matmul(&plan, &o, &why) ||
        bench_run(&r, plan.opts, &how, &why)) {
        snprintf(text, size, "%.*s", (int)size - 1, why.text);
    } else {
        result_conclude(&r);
        tell(text, size, &r, procs);
    }
    plan_free(&plan);
    result_free(&r);
}
