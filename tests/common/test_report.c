// test_report.c -- every format of one fixed result, letter by letter where people read
// it, and what hostile names, missing figures and full disks do to each. Over 400 lines,
// since the goldens stand in it whole.
#include "report.h"

#include "fixture.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// ---- results

static struct cell *device_cell(struct result *r, const char *case_name,
                                const char *column)
{
    struct cell *cell = fixture_cell(r, "matmul", case_name, "ocl", 2);
    snprintf(cell->column, sizeof cell->column, "%s", column);
    snprintf(cell->facts.variant, sizeof cell->facts.variant, "packed");
    snprintf(cell->facts.device, sizeof cell->facts.device, "Example CPU (PoCL)");
    cell->open_s = 1.31;
    return cell;
}

// Two workloads on four engines; one cell died, two are not separated.
static struct result full_result(void)
{
    struct result r = fixture_result();
    const char *product = "1024x1024x1024 f32", *design = "four*2, 1024 books of 64 KiB";
    fixture_samples(fixture_cell(&r, "matmul", product, "serial", 1), 12, 17.2e-3, 0.008,
                    0);
    fixture_samples(fixture_cell(&r, "matmul", product, "csp", 2), 12, 9.12e-3, 0.009, 3);
    fixture_samples(fixture_cell(&r, "matmul", product, "omp", 2), 12, 8.96e-3, 0.007, 7);
    struct cell *cell = device_cell(&r, product, "ocl:0:0");
    fixture_samples(cell, 12, 10.4e-3, 0.02, 5);
    for (size_t i = 0; i < cell->count; i++) {
        cell->samples[i].upload_s = 0.02 * cell->samples[i].total_s;
        cell->samples[i].run_s = 0.96 * cell->samples[i].total_s;
        cell->samples[i].download_s = 0.02 * cell->samples[i].total_s;
    }
    fixture_samples(fixture_cell(&r, "gophers", design, "serial", 1), 12, 31e-3, 0.008,
                    2);
    fixture_samples(fixture_cell(&r, "gophers", design, "csp", 2), 12, 15.9e-3, 0.02, 6);
    fixture_samples(fixture_cell(&r, "gophers", design, "omp", 2), 12, 16e-3, 0.02, 1);
    cell = fixture_cell(&r, "gophers", design, "ocl", 2);
    snprintf(cell->column, sizeof cell->column, "ocl:0:0");
    fixture_samples(cell, 4, 11e-3, 0.02, 4);
    fixture_failure(
        cell, EXIT_DIED,
        "ended by signal 6 (Aborted); its last words: \"cannot create a thread: "
        "Resource temporarily unavailable\"");
    result_conclude(&r);
    return r;
}

// A result whose every text is an attack.
static struct result hostile_result(const char *bytes)
{
    struct result r = fixture_result();
    snprintf(r.host.cpu, sizeof r.host.cpu, "%s", bytes);
    snprintf(r.host.kernel, sizeof r.host.kernel, "%s", bytes);
    struct cell *cell = fixture_cell(&r, "matmul", bytes, "ocl", 2);
    snprintf(cell->column, sizeof cell->column, "%s", bytes);
    snprintf(cell->facts.device, sizeof cell->facts.device, "%s", bytes);
    snprintf(cell->facts.variant, sizeof cell->facts.variant, "%s", bytes);
    fixture_samples(cell, 7, 0.01, 0.01, 0);
    cell = fixture_cell(&r, "matmul", bytes, "csp", 2);
    snprintf(cell->column, sizeof cell->column, "%s", bytes);
    fixture_failure(cell, EXIT_DIED, bytes);
    result_conclude(&r);
    return r;
}

// ---- rendering

typedef int (*writer)(FILE *, const struct result *, struct fail *);

static const writer writers[] = {report_json, report_csv, report_markdown};

enum { WRITERS = sizeof writers / sizeof *writers };

static char *written(writer write, const struct result *r)
{
    char *text = NULL;
    size_t size = 0;
    struct fail why;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(write(out, r, &why), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *shown(const struct result *r, struct report_look look)
{
    char *text = NULL;
    size_t size = 0;
    struct fail why;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(report_text_as(out, r, &look, &why), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

// Follows "a.b.0.c" into a document.
static const json_t *at_path(const json_t *at, const char *path)
{
    char copy[128], *save = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok_r(copy, ".", &save); part && at;
         part = strtok_r(NULL, ".", &save))
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(part))
                               : json_object_get(at, part);
    return at;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        print_error("not found: \"%s\" in\n%s\n", part, text);
        fail();
    }
}

static void assert_shown(const struct result *r, struct report_look look,
                         const char *part)
{
    char *text = shown(r, look);
    assert_holds(text, part);
    free(text);
}

static size_t widest_line(const char *text)
{
    size_t widest = 0, width = 0;
    for (; *text; text++) {
        width = *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
        if (width > widest)
            widest = width;
    }
    return widest;
}

static const struct report_look at_80 = {.columns = 80},
                                ascii_80 = {.columns = 80, .ascii = true};

// ---- text

static const char golden[] =
    "gopherbench 0.1.0 (0123456789ab) · 2012-01-11T18:00:00Z\n"
    "machine  Example CPU, 2 cores, 2 usable CPUs, 24 GiB, Linux 6.1 x86_64\n"
    "limits   f32 276 GFLOP/s (138 on one CPU), f64 138 GFLOP/s (69.0 on one CPU),\n"
    "         triad 30.0 GB/s, SHA-256 4.80 GB/s, pipe hop 1.06 us, channel hop\n"
    "         98.0 ns\n"
    "\n"
    "matmul 1024x1024x1024 f32 · 2.15 GFLOP · 12 rounds\n"
    "  engine   threads     time  ±95%         rate  limit  vs serial        95%\n"
    "───────────────────────────────────────────────────────────────────────────\n"
    "✓ serial         1  17.2 ms ±0.9%  125 GFLOP/s    90%      1.00x\n"
    "✓ csp            2  9.11 ms ±1.0%  236 GFLOP/s    85%      1.88x 1.88..1.91\n"
    "✓ omp            2  8.97 ms ±0.8%  239 GFLOP/s    87%      1.93x 1.90..1.93\n"
    "✓ ocl:0:0        2  10.4 ms ±1.1%  207 GFLOP/s    75%      1.64x 1.63..1.68\n"
    "  serial, csp, omp: avx512\n"
    "  ocl:0:0: packed on Example CPU (PoCL)\n"
    "\n"
    "gophers four*2, 1024 books of 64 KiB · 67.1 MB · 12 rounds\n"
    "  engine   threads     time  ±95%         rate  limit  vs serial        95%\n"
    "───────────────────────────────────────────────────────────────────────────\n"
    "✓ serial         1  31.0 ms ±1.2%    2.16 GB/s    90%      1.00x\n"
    "✓ csp            2  15.8 ms ±2.1%    4.24 GB/s    88%      1.93x 1.92..1.99\n"
    "✓ omp            2  15.9 ms ±2.2%    4.22 GB/s    88%      1.94x 1.93..1.96\n"
    "✗ ocl:0:0  died: ended by signal 6 (Aborted); its last words: \"cannot create a\n"
    "           thread: Resource temporarily unavailable\" (after 4 finished rounds)\n"
    "\n"
    "matmul 1024x1024x1024 f32\n"
    "  - omp was fastest: 1.93x as fast as serial (95 % interval 1.90 to 1.93,\n"
    "    12 rounds) and 1.012x as fast as csp, the next (1.011 to 1.029).\n"
    "  - omp reached 87 % of the measured f32 FMA limit (276 GFLOP/s on 2 CPUs).\n"
    "  - Structure beside loops: csp took 1.012 times omp's time on 2 threads (95 %\n"
    "    interval 1.011 to 1.029, 12 rounds).\n"
    "  - ocl:0:0 spent 2 % of its time on upload, 96 % on running and 2 % on\n"
    "    download; its kernels alone ran at 215 GFLOP/s. Opening it, builds included,\n"
    "    took 1.31 s, apart.\n"
    "\n"
    "gophers four*2, 1024 books of 64 KiB\n"
    "  - csp had the shortest median: 1.93x as fast as serial (95 % interval 1.92 to\n"
    "    1.99, 12 rounds).\n"
    "  - Not separated from csp: omp (0.99 times its time, 95 % interval 0.99 to\n"
    "    1.03).\n"
    "  - csp reached 88 % of the measured SHA-256 limit (4.80 GB/s on 2 CPUs).\n"
    "  - Structure beside loops: not separated from none; csp took 1.01 times omp's\n"
    "    time on 2 threads (95 % interval 0.97 to 1.01, 12 rounds).\n"
    "\n"
    "scaling\n"
    "  - Opening ocl:0:0 for f32 took 1.31 s longer than opening omp: never paid\n"
    "    back, as no product was faster beyond doubt.\n"
    "\n"
    "✓ Every answer was checked, in every round, by an oracle that shares no code\n"
    "  with the engines.\n"
    "1 of 8 cells failed; their rows say why.\n";
static const char golden_ascii[] =
    "gopherbench 0.1.0 (0123456789ab), 2012-01-11T18:00:00Z\n"
    "machine  Example CPU, 2 cores, 2 usable CPUs, 24 GiB, Linux 6.1 x86_64\n"
    "limits   f32 276 GFLOP/s (138 on one CPU), f64 138 GFLOP/s (69.0 on one CPU),\n"
    "         triad 30.0 GB/s, SHA-256 4.80 GB/s, pipe hop 1.06 us, channel hop\n"
    "         98.0 ns\n"
    "\n"
    "matmul 1024x1024x1024 f32, 2.15 GFLOP, 12 rounds\n"
    "   engine   threads     time  +-95%         rate  limit  vs serial        95%\n"
    "-----------------------------------------------------------------------------\n"
    "ok serial         1  17.2 ms +-0.9%  125 GFLOP/s    90%      1.00x\n"
    "ok csp            2  9.11 ms +-1.0%  236 GFLOP/s    85%      1.88x 1.88..1.91\n"
    "ok omp            2  8.97 ms +-0.8%  239 GFLOP/s    87%      1.93x 1.90..1.93\n"
    "ok ocl:0:0        2  10.4 ms +-1.1%  207 GFLOP/s    75%      1.64x 1.63..1.68\n"
    "  serial, csp, omp: avx512\n";

static void golden_text(void **state)
{
    (void)state;
    struct result r = full_result();
    char *text = shown(&r, at_80);
    assert_string_equal(text, golden);
    free(text);
    text = shown(&r, ascii_80);
    text[strlen(golden_ascii)] = '\0';
    assert_string_equal(text, golden_ascii);
    free(text);
    result_free(&r);
}

static void ascii_is_ascii(void **state)
{
    (void)state;
    struct result r = full_result();
    char *text = shown(&r, ascii_80);
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    free(text);
    result_free(&r);
}

// Without its escape sequences, text in colour is the plain text.
static void colour_only_emphasises(void **state)
{
    (void)state;
    struct result r = full_result();
    char *plain = shown(&r, at_80);
    char *coloured = shown(&r, (struct report_look){.columns = 80, .color = true});
    assert_holds(coloured, "\033[");
    char *to = coloured;
    for (const char *from = coloured; *from;)
        if (*from == '\033')
            from = strchr(from, 'm') + 1;
        else
            *to++ = *from++;
    *to = '\0';
    assert_string_equal(coloured, plain);
    free(plain);
    free(coloured);
    result_free(&r);
}

static void never_wider_than_the_terminal(void **state)
{
    (void)state;
    struct result r = full_result();
    for (int columns = 40; columns <= 200; columns++)
        for (int ascii = 0; ascii < 2; ascii++) {
            char *text =
                shown(&r, (struct report_look){.columns = columns, .ascii = ascii});
            assert_in_range(widest_line(text), 1, (size_t)columns);
            free(text);
        }
    for (int columns = -1; columns < 40; columns++)  // hopeless, but it ends
        free(shown(&r, (struct report_look){.columns = columns}));
    result_free(&r);
}

static void narrow_terminals_lose_the_least_important(void **state)
{
    (void)state;
    static const struct {
        int columns;
        const char *header;
    } table[] = {
        {75, "\n  engine   threads     time  ±95%         rate  limit  vs serial        "
             "95%\n"},
        {74, "\n  engine   threads     time  ±95%         rate  limit  vs serial\n"},
        {62, "\n  engine   threads     time  ±95%         rate  vs serial\n"},
        {55, "\n  engine      time  ±95%         rate  vs serial\n"},
        {47, "\n  engine      time         rate  vs serial\n"},
        {40, "\n  engine      time  vs serial\n"},
    };
    struct result r = full_result();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_shown(&r, (struct report_look){.columns = table[i].columns},
                     table[i].header);
    result_free(&r);
}

static void long_names_are_cut_and_explained(void **state)
{
    (void)state;
    struct result r = full_result();
    const char *a = "ocl:A very long name that ends in one",
               *b = "ocl:A very long name that ends in two";
    snprintf(r.cells[1].column, sizeof r.cells[1].column, "%s", a);
    snprintf(r.cells[3].column, sizeof r.cells[3].column, "%s", b);
    char *text = shown(&r, at_80);
    assert_in_range(widest_line(text), 1, 80);
    assert_holds(text, "\n✓ ocl:A very…1 ");
    assert_holds(text, "\n✓ ocl:A very…2 ");
    assert_holds(text, "\n  …1 = ocl:A very long name that ends in one\n");
    assert_holds(text, "\n  …2 = ocl:A very long name that ends in two\n");
    free(text);
    text = shown(&r, (struct report_look){.columns = 160});
    assert_null(strstr(text, "…"));
    free(text);
    result_free(&r);
}

static struct result pair_result(int rounds, double a_s, double b_s, double noise)
{
    struct result r = fixture_result();
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2), rounds, a_s, noise,
                    2);
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2), rounds, b_s, noise,
                    7);
    result_conclude(&r);
    return r;
}

static void sentences_claim_no_more_than_intervals(void **state)
{
    (void)state;
    const struct report_look wide = {.columns = 1000};
    struct result r = pair_result(12, 2e-3, 1e-3, 0.005);
    assert_shown(&r, wide, "  - omp was fastest: 1.99x as fast as csp, the next (95 %");
    assert_shown(
        &r, wide,
        "  - Structure beside loops: csp took 1.99 times omp's time on 2 threads (95 %");
    result_free(&r);

    r = pair_result(12, 1.001e-3, 1e-3, 0.05);
    assert_shown(&r, wide, "  - csp had the shortest median, 998 us.");
    assert_shown(&r, wide, "  - Not separated from csp: omp (");
    assert_shown(&r, wide,
                 "  - Structure beside loops: not separated from none; csp took ");
    assert_shown(&r, wide, " times omp's time on 2 threads (95 % interval ");
    assert_shown(&r, wide, "     ~ ");
    result_free(&r);

    r = pair_result(12, 1e-3, 2e-3, 0.005);
    assert_shown(&r, wide, "  - Structure beside loops: none here; csp took 0.49");
    result_free(&r);

    r = pair_result(3, 2e-3, 1e-3, 0.005);
    assert_shown(&r, wide, "  - omp had the shortest median: ");
    assert_shown(&r, wide, " (range ");
    assert_shown(&r, wide, ", 3 rounds).");
    assert_shown(&r, wide, "Fewer than 6 rounds hold no 95 % interval");
    result_free(&r);

    r = pair_result(1, 2e-3, 1e-3, 0.005);
    assert_shown(&r, wide, "(one round, so no interval).");
    result_free(&r);
}

// An interval that is near 1 without holding it must not be printed as if it did.
static void near_one_is_not_one(void **state)
{
    (void)state;
    struct result r = pair_result(12, 1.0004e-3, 1e-3, 0);
    assert_shown(&r, at_80, "1.0004x");
    result_free(&r);
}

static void one_engine_alone(void **state)
{
    (void)state;
    struct result r = fixture_result();
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2), 6, 1e-3, 0.01, 0);
    result_conclude(&r);
    assert_shown(&r, at_80,
                 "  - omp took 1.00 ms (95 % interval 980 us to 1.01 ms, 6 rounds).");
    result_free(&r);
}

static void threads_and_one_thread(void **state)
{
    (void)state;
    struct result r = fixture_result();
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "serial", 1), 12, 4e-3, 0.002,
                    0);
    struct cell *one = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 1);
    struct cell *two = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    snprintf(one->column, sizeof one->column, "csp t1");
    snprintf(two->column, sizeof two->column, "csp t2");
    fixture_samples(one, 12, 4.4e-3, 0.002, 3);
    fixture_samples(two, 12, 2.2e-3, 0.002, 6);
    result_conclude(&r);
    const struct report_look wide = {.columns = 1000};
    assert_shown(&r, wide, "Structure cost: csp t1 took 1.10");
    assert_shown(&r, wide, " times serial's time on 1 thread (");
    assert_shown(&r, wide, "Execution gain: csp on 2 threads was ");
    result_free(&r);
}

// A time that is a mean says of how many, a trace shows them all, and what lies around
// them is told apart.
static void short_jobs_are_repeated(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *serial = fixture_cell(&r, "matmul", "8x8x8 f32", "serial", 1);
    struct cell *csp = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    fixture_samples(serial, 12, 4e-6, 0.002, 0);
    fixture_samples(csp, 12, 40e-6, 0.002, 3);
    serial->repeats = 1000;
    csp->repeats = 100;
    for (size_t i = 0; i < csp->count; i++)
        csp->samples[i].outside_s = 52e-6;
    result_conclude(&r);
    assert_shown(&r, at_80, " rounds · 100 to 1000 runs a sample\n");
    assert_shown(&r, at_80,
                 "  - Starting csp's run and ending it took 52.0 us around a sample, "
                 "apart.\n");
    char *text = written(report_trace, &r);
    json_t *trace = json_loads(text, 0, NULL);
    const json_t *slice = at_path(trace, "traceEvents.1");
    assert_int_equal(json_integer_value(at_path(slice, "args.repeats")), 1000);
    assert_true(fabs(json_number_value(at_path(slice, "dur")) /
                         (serial->samples[0].total_s * 1e6 * 1000) -
                     1) < 1e-6);
    json_decref(trace);
    free(text);
    serial->repeats = csp->repeats = 7;
    assert_shown(&r, at_80, " rounds · 7 runs a sample\n");
    serial->repeats = csp->repeats = 1;
    text = shown(&r, at_80);
    assert_null(strstr(text, "a sample\n"));
    free(text);
    result_free(&r);
}

static void the_span_bounds_a_skewed_library(void **state)
{
    (void)state;
    struct result r = full_result();
    json_t *described =
        json_pack("{sf sI}", "parallelism", 2.0, "span_bytes", (json_int_t)(32 << 20));
    for (int i = 4; i < 7; i++)
        r.cells[i].described = json_incref(described);
    json_decref(described);
    assert_shown(
        &r, (struct report_look){.columns = 1000},
        "The longest book, 32 MiB, is the span: all of them can burn at most 2.0 times "
        "as fast as one after another.");
    result_free(&r);
}

static void rows_that_failed_say_why(void **state)
{
    (void)state;
    struct result r = fixture_result();
    static const struct {
        enum exit_code code;
        const char *error, *row;
    } table[] = {
        {EXIT_WRONG, "element [0, 1] is 3, not 4",
         "✗ omp     wrong answer: element [0, 1] is 3"},
        {EXIT_ABSENT, "no OpenCL platform", "– omp     not here: no OpenCL platform"},
        {EXIT_INPUT, "a.npy: is a folder", "✗ omp     bad input: a.npy: is a folder"},
        {EXIT_RESOURCE, "no memory", "✗ omp     out of resources: no memory"},
        {EXIT_DIED, "ended by signal 9", "✗ omp     died: ended by signal 9"},
        {EXIT_DEADLOCK, "two tasks wait", "✗ omp     deadlock: two tasks wait"},
        {EXIT_USAGE, "too large", "✗ omp     failed: too large"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
        fixture_failure(cell, table[i].code, table[i].error);
    }
    fixture_cell(&r, "matmul", "9x9x9 f32", "omp", 2);
    r.interrupted = true;
    result_conclude(&r);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_shown(&r, at_80, table[i].row);
    assert_shown(&r, at_80, "– omp     interrupted before its first round");
    assert_shown(&r, at_80, "7 of 8 cells failed");
    assert_shown(&r, at_80, "Interrupted: ");
    r.cells[1].sole_default = true;
    assert_shown(&r, at_80, "6 of 8 cells failed");
    result_free(&r);
}

static void unverified_times_are_marked(void **state)
{
    (void)state;
    struct result r = full_result();
    r.cells[2].verified = false;
    assert_shown(&r, at_80, "\n? omp ");
    assert_shown(&r, at_80, "1 of 8 cells went unverified.");
    result_free(&r);
}

static void many_cases_are_told_briefly(void **state)
{
    (void)state;
    struct result r = fixture_result();
    char name[32];
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "%dx1x1 f32", i);
        fixture_samples(fixture_cell(&r, "matmul", name, "serial", 1), 6, 4e-3, 0.002, 0);
        fixture_samples(fixture_cell(&r, "matmul", name, "ocl", 2), 6, 2e-3, 0.002, 4);
    }
    result_conclude(&r);
    char *text = shown(&r, at_80);
    assert_holds(text, "ocl was fastest");
    assert_null(strstr(text, "Opening it"));
    free(text);
    result_free(&r);
}

// A product of rounded inputs is shown and said to be that; it wins nothing, reaches no
// limit, and is no rival of the others.
static void rounded_inputs_are_another_job(void **state)
{
    (void)state;
    struct result r = full_result();
    struct cell *cell = &r.cells[3];
    snprintf(cell->facts.variant, sizeof cell->facts.variant, "tensor_tf32 128x128x16");
    for (size_t i = 0; i < cell->count; i++)
        cell->samples[i].total_s /= 20;
    result_conclude(&r);
    assert_shown(&r, at_80, "ocl:0:0 was fastest");
    cell->facts.input_epsilon = 0x1p-11;
    result_conclude(&r);
    assert_true(cell->limit_fraction == 0 && cell->limit_name == NULL);
    char *text = shown(&r, at_80);
    assert_holds(text, "omp was fastest: 1.93x as fast as serial");
    assert_holds(text, "ocl:0:0: its inputs are rounded by up to 0.00049 of themselves");
    assert_null(strstr(text, "ocl:0:0 was fastest"));
    free(text);
    // Nor is one as fast as the fastest its rival.
    for (size_t i = 0; i < cell->count; i++)
        cell->samples[i].total_s = r.cells[2].samples[i].total_s;
    result_conclude(&r);
    text = shown(&r, at_80);
    assert_null(strstr(text, "Not separated from omp: ocl"));
    free(text);
    // Where there is nothing else it is compared with its like.
    for (size_t i = 0; i < 4; i++)
        r.cells[i].facts.input_epsilon = 0x1p-11;
    result_conclude(&r);
    assert_shown(&r, at_80, "had the shortest median");
    result_free(&r);
}

static void nothing_measured(void **state)
{
    (void)state;
    struct result r = fixture_result();
    r.limits = (struct limits){0};
    r.host.usable_cpus = 1;
    r.host.dirty = true;
    r.started[0] = '\0';
    result_conclude(&r);
    char *text = shown(&r, at_80);
    assert_string_equal(text,
                        "gopherbench 0.1.0 (0123456789ab, modified)\n"
                        "machine  Example CPU, 2 cores, 1 usable CPU, 24 GiB, Linux 6.1 "
                        "x86_64\n");
    free(text);
    for (int i = 0; i < WRITERS; i++)
        free(written(writers[i], &r));
    result_free(&r);
}

// ---- JSON

static json_t *parsed(const struct result *r)
{
    char *text = written(report_json, r);
    json_error_t error;
    json_t *document = json_loads(text, 0, &error);
    if (!document)
        print_error("%s\n", error.text);
    assert_non_null(document);
    free(text);
    return document;
}

static const struct {
    const char *path;
    json_type type;
} schema[] = {
    {"schema", JSON_STRING},
    {"tool.version", JSON_STRING},
    {"tool.revision", JSON_STRING},
    {"tool.dirty", JSON_FALSE},
    {"tool.compiler", JSON_STRING},
    {"tool.flags", JSON_STRING},
    {"host.cpu", JSON_STRING},
    {"host.cores", JSON_INTEGER},
    {"host.usable_cpus", JSON_INTEGER},
    {"host.memory_bytes", JSON_INTEGER},
    {"host.kernel", JSON_STRING},
    {"host.isa", JSON_STRING},
    {"host.caches.l1d_bytes", JSON_INTEGER},
    {"host.caches.l3_bytes", JSON_NULL},
    {"limits.fma_f32_flops", JSON_REAL},
    {"limits.fma_f64_flops", JSON_REAL},
    {"limits.triad_bytes", JSON_REAL},
    {"limits.channel_hop_s", JSON_REAL},
    {"seed", JSON_INTEGER},
    {"command", JSON_STRING},
    {"started", JSON_STRING},
    {"interrupted", JSON_FALSE},
    {"elapsed_s", JSON_REAL},
    {"cells.1.workload", JSON_STRING},
    {"cells.1.case", JSON_STRING},
    {"cells.1.params", JSON_OBJECT},
    {"cells.1.engine", JSON_STRING},
    {"cells.1.device", JSON_STRING},
    {"cells.1.threads", JSON_INTEGER},
    {"cells.1.variant", JSON_STRING},
    {"cells.1.work", JSON_INTEGER},
    {"cells.1.unit", JSON_STRING},
    {"cells.1.open_s", JSON_REAL},
    {"cells.1.samples.11.total_s", JSON_REAL},
    {"cells.1.samples.11.upload_s", JSON_REAL},
    {"cells.1.samples.11.run_s", JSON_REAL},
    {"cells.1.samples.11.download_s", JSON_REAL},
    {"cells.1.samples.11.outside_s", JSON_REAL},
    {"cells.1.repeats", JSON_INTEGER},
    {"cells.1.median_s", JSON_REAL},
    {"cells.1.ci95_s.0", JSON_REAL},
    {"cells.1.ci95_s.1", JSON_REAL},
    {"cells.1.rate", JSON_REAL},
    {"cells.1.limit_fraction", JSON_REAL},
    {"cells.1.verified", JSON_TRUE},
    {"cells.1.max_error", JSON_REAL},
    {"cells.1.error", JSON_NULL},
    {"pairs.0.workload", JSON_STRING},
    {"pairs.0.case", JSON_STRING},
    {"pairs.0.a", JSON_STRING},
    {"pairs.0.b", JSON_STRING},
    {"pairs.0.ratio", JSON_REAL},
    {"pairs.0.ci95.0", JSON_REAL},
    {"pairs.0.ci95.1", JSON_REAL},
    {"pairs.0.rounds", JSON_INTEGER},
};

static void json_has_the_schema_s_fields(void **state)
{
    (void)state;
    struct result r = full_result();
    json_t *document = parsed(&r);
    for (size_t i = 0; i < sizeof schema / sizeof *schema; i++) {
        const json_t *found = at_path(document, schema[i].path);
        if (!found || json_typeof(found) != schema[i].type)
            print_error("%s is not there, or not of its type\n", schema[i].path);
        assert_true(found && json_typeof(found) == schema[i].type);
    }
    json_decref(document);
    result_free(&r);
}

static void json_has_the_figures(void **state)
{
    (void)state;
    struct result r = full_result();
    json_t *document = parsed(&r);
    const struct cell *cell = &r.cells[1];
    assert_string_equal(json_string_value(at_path(document, "schema")), "gopherbench/1");
    assert_int_equal(json_array_size(at_path(document, "cells")), 8);
    assert_int_equal(json_array_size(at_path(document, "pairs")), 6 + 3);
    assert_string_equal(json_string_value(at_path(document, "cells.1.engine")), "csp");
    assert_int_equal(json_integer_value(at_path(document, "cells.1.work")), 2147483648);
    assert_int_equal(json_integer_value(at_path(document, "cells.1.threads")), 2);
    const struct {
        const char *path;
        double value;
    } table[] = {
        {"cells.1.median_s", cell->median_s},
        {"cells.1.ci95_s.0", cell->ci95_s.lo},
        {"cells.1.ci95_s.1", cell->ci95_s.hi},
        {"cells.1.rate", cell->rate},
        {"cells.1.limit_fraction", cell->limit_fraction},
        {"cells.1.samples.4.total_s", cell->samples[4].total_s},
        {"cells.1.max_error", 0.4},
        {"cells.3.samples.4.upload_s", r.cells[3].samples[4].upload_s},
        {"pairs.0.ratio", r.pairs[0].ratio},
        {"pairs.0.ci95.0", r.pairs[0].ci95.lo},
        {"limits.fma_f32_flops", 276e9},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const double got = json_number_value(at_path(document, table[i].path));
        assert_true(fabs(got / table[i].value - 1) < 1e-8);
    }
    assert_string_equal(json_string_value(at_path(document, "pairs.0.a")), "serial");
    assert_string_equal(json_string_value(at_path(document, "pairs.0.b")), "csp");
    json_decref(document);
    result_free(&r);
}

static void json_has_no_time_for_what_failed(void **state)
{
    (void)state;
    struct result r = full_result();
    json_t *document = parsed(&r);
    const json_t *cell = json_array_get(json_object_get(document, "cells"), 7);
    static const char *const empty[] = {"open_s",    "median_s",       "ci95_s",
                                        "rate",      "limit_fraction", "limit",
                                        "max_error", "repeats"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_true(json_is_null(json_object_get(cell, empty[i])));
    assert_int_equal(json_array_size(json_object_get(cell, "samples")), 0);
    assert_true(json_is_false(json_object_get(cell, "verified")));
    assert_int_equal(json_integer_value(json_object_get(cell, "exit_code")), EXIT_DIED);
    assert_holds(json_string_value(json_object_get(cell, "error")),
                 "after 4 finished rounds");
    assert_int_equal(json_integer_value(json_object_get(document, "exit_code")),
                     EXIT_DIED);
    json_decref(document);
    result_free(&r);
}

static void no_format_knows_nan(void **state)
{
    (void)state;
    struct result r = full_result();
    r.limits.triad_bytes = NAN;
    r.elapsed_s = INFINITY;
    r.cells[0].max_error = NAN;
    r.cells[0].rate = INFINITY;
    r.cells[0].samples[0].upload_s = -INFINITY;
    r.pairs[0].ratio = NAN;
    for (int i = 0; i < WRITERS; i++) {
        char *text = written(writers[i], &r);
        if (writers[i] != report_markdown) {
            assert_null(strcasestr(text, "nan,"));
            assert_null(strcasestr(text, "inf,"));
            assert_null(strstr(text, ": nan"));
        }
        free(text);
    }
    json_decref(parsed(&r));
    free(shown(&r, at_80));
    result_free(&r);
}

// ---- CSV

// Splits a record of RFC 4180 in place; returns the next one.
static char *csv_record(char *at, char *field[], size_t *count)
{
    *count = 0;
    for (;;) {
        char *to = at;
        field[(*count)++] = to;
        if (*at == '"') {
            for (at++; *at != '"' || at[1] == '"'; at++) {
                assert_true(*at != '\0');
                at += *at == '"';
                *to++ = *at;
            }
            at++;
        } else {
            while (*at != ',' && *at != '\r') {
                assert_true(*at != '\0' && *at != '"' && *at != '\n');
                *to++ = *at++;
            }
        }
        const char end = *at++;
        *to = '\0';
        if (end == '\r') {
            assert_int_equal(*at, '\n');
            return at + 1;
        }
        assert_int_equal(end, ',');
    }
}

enum { CSV_FIELDS = 21 };

static void csv_has_a_row_a_sample(void **state)
{
    (void)state;
    struct result r = full_result();
    char *text = written(report_csv, &r), *field[64], *at;
    size_t count, rows = 0;
    at = csv_record(text, field, &count);
    assert_int_equal(count, CSV_FIELDS);
    assert_string_equal(field[0], "workload");
    assert_string_equal(field[8], "total_s");
    assert_string_equal(field[18], "error");
    assert_string_equal(field[19], "repeats");
    assert_string_equal(field[20], "outside_s");
    for (; *at; rows++) {
        at = csv_record(at, field, &count);
        assert_int_equal(count, CSV_FIELDS);
        if (rows == 0) {
            assert_string_equal(field[1], "1024x1024x1024 f32");
            assert_string_equal(field[7], "1");
            assert_string_equal(field[12], "2147483648");
            assert_string_equal(field[14], "true");
            assert_string_equal(field[19], "1");
            assert_string_equal(field[20], "0");
            assert_true(fabs(atof(field[8]) - r.cells[0].samples[0].total_s) < 1e-9);
        }
    }
    assert_int_equal(rows, 7 * 12 + 1);
    assert_string_equal(field[7], "");  // the cell that died is the last
    assert_string_equal(field[8], "");
    assert_string_equal(field[17], "7");
    assert_string_equal(field[19], "");
    assert_string_equal(field[20], "");
    assert_holds(field[18], "its last words: \"cannot create a thread");
    free(text);
    result_free(&r);
}

static void csv_defuses_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *field;
    } table[] = {
        {"=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(1)", "'@SUM(1)"},
        {"\t=1", "'\\x09=1"},
        {"\r=1", "'\\x0d=1"},
        {"a,b\n\"c\"", "a,b\\x0a\"c\""},
        {"plain", "plain"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct result r = hostile_result(table[i].bytes);
        char *text = written(report_csv, &r), *field[64], *at;
        size_t count;
        at = csv_record(text, field, &count);
        while (*at) {
            at = csv_record(at, field, &count);
            assert_int_equal(count, CSV_FIELDS);
            assert_string_equal(field[1], table[i].field);
            assert_string_equal(field[3], table[i].field);
        }
        assert_string_equal(field[18], table[i].field);
        free(text);
        result_free(&r);
    }
}

// ---- Markdown

static void markdown_is_a_table(void **state)
{
    (void)state;
    struct result r = full_result();
    char *text = written(report_markdown, &r);
    assert_holds(text,
                 "- Example CPU, 2 cores, 2 usable CPUs, 24 GiB, Linux 6.1 x86_64\n");
    assert_holds(text,
                 "\n### matmul 1024x1024x1024 f32\n\n2.15 GFLOP · 12 rounds\n\n"
                 "|  | engine | threads | time ±95% | rate | limit | vs serial | 95% |\n"
                 "|:--|:--|--:|--:|--:|--:|--:|--:|\n| ✓ | serial | 1 | 17.2 ms ±");
    assert_holds(text, "\n### gophers four\\*2, 1024 books of 64 KiB\n");
    assert_holds(text, "\n| ✗ | ocl:0:0 |  | died: ended by signal 6 (Aborted)");
    assert_holds(text, "\n- omp was fastest: 1.9");
    free(text);
    result_free(&r);
}

static void markdown_rows_stay_rows(void **state)
{
    (void)state;
    struct result r = hostile_result("a|b`<script>*x*\n# [l](u)");
    char *text = written(report_markdown, &r);
    assert_holds(text, "a\\|b\\`\\<script\\>\\*x\\*\\\\x0a\\# \\[l\\](u)");
    assert_null(strstr(text, "\n#  "));
    free(text);
    result_free(&r);
}

// ---- all formats

static void hostile_names_do_no_harm(void **state)
{
    (void)state;
    static const char *const attacks[] = {
        "\033]0;owned\a",
        "\033[2J",
        "\x9b"
        "31m",
        "\xe2\x80\xae"
        "exe.txt",
        "\xff\xfe",
        "</script><b>",
        "\"\\u0000",
        "\xed\xa0\x80",
        "%s%n%s%n",
        "a\nb\r\nc",
        "\\",
        "",
        "\xe2\x81\xa6x",
        "$(touch x)",
        "'; --",
        "\xc3",
    };
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct result r = hostile_result(attacks[i]);
        char *texts[WRITERS + 1];
        for (int w = 0; w < WRITERS; w++)
            texts[w] = written(writers[w], &r);
        texts[WRITERS] = shown(&r, at_80);
        for (int w = 0; w <= WRITERS; w++) {
            for (const char *at = texts[w]; *at; at++)
                assert_true((unsigned char)*at >= 0x20 || *at == '\n' || *at == '\r');
            assert_null(strstr(texts[w], "\xe2\x80\xae"));
            assert_null(strstr(texts[w], "\xe2\x81\xa6"));
            assert_null(strchr(texts[w], '\xff'));
            json_t *valid = json_string(texts[w]);  // refuses what is not UTF-8
            assert_non_null(valid);
            json_decref(valid);
            free(texts[w]);
        }
        json_decref(parsed(&r));
        result_free(&r);
    }
}

static int text_at_80(FILE *out, const struct result *r, struct fail *why)
{
    return report_text(out, r, 80, false, why);
}

static void full_disks_are_noticed(void **state)
{
    (void)state;
    static const writer all[] = {report_json, report_csv, report_markdown, text_at_80};
    struct result r = full_result();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct fail why = {.code = EXIT_OK};
        FILE *out = fopen("/dev/full", "we");
        assert_non_null(out);
        assert_int_equal(all[i](out, &r, &why), -1);
        assert_int_equal(why.code, EXIT_OUTPUT);
        assert_holds(why.text, "cannot write");
        fclose(out);
        // Without a buffer the failure lies before the last step.
        out = fopen("/dev/full", "we");
        assert_non_null(out);
        setvbuf(out, NULL, _IONBF, 0);
        why.code = EXIT_OK;
        assert_int_equal(all[i](out, &r, &why), -1);
        assert_int_equal(why.code, EXIT_OUTPUT);
        fclose(out);
    }
    result_free(&r);
}

static void locales_do_not_matter(void **state)
{
    (void)state;
    struct result r = full_result();
    char *before[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        before[i] = written(writers[i], &r);
    static const char *const locales[] = {"de_DE.UTF-8", "tr_TR.UTF-8", "fa_IR.UTF-8",
                                          "C.UTF-8"};
    for (size_t l = 0; l < sizeof locales / sizeof *locales; l++) {
        setlocale(LC_CTYPE, locales[l]);  // as the program does; LC_NUMERIC stays "C"
        for (int i = 0; i < WRITERS; i++) {
            char *after = written(writers[i], &r);
            assert_string_equal(after, before[i]);
            free(after);
        }
    }
    setlocale(LC_CTYPE, "C");
    for (int i = 0; i < WRITERS; i++)
        free(before[i]);
    result_free(&r);
}

// The environment decides between UTF-8's signs and ASCII.
static void the_environment_s_locale_counts(void **state)
{
    (void)state;
    struct result r = full_result();
    unsetenv("LC_CTYPE");
    unsetenv("LANG");
    setenv("LC_ALL", "C", 1);
    char *text = written(text_at_80, &r);
    assert_holds(text, "\nok serial ");
    free(text);
    setenv("LC_ALL", "en_US.utf8", 1);
    text = written(text_at_80, &r);
    assert_holds(text, "\n✓ serial ");
    free(text);
    unsetenv("LC_ALL");
    setenv("LANG", "C.UTF-8", 1);
    text = written(text_at_80, &r);
    assert_holds(text, "\n✓ serial ");
    free(text);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_text),
        cmocka_unit_test(ascii_is_ascii),
        cmocka_unit_test(colour_only_emphasises),
        cmocka_unit_test(never_wider_than_the_terminal),
        cmocka_unit_test(narrow_terminals_lose_the_least_important),
        cmocka_unit_test(long_names_are_cut_and_explained),
        cmocka_unit_test(sentences_claim_no_more_than_intervals),
        cmocka_unit_test(near_one_is_not_one),
        cmocka_unit_test(one_engine_alone),
        cmocka_unit_test(threads_and_one_thread),
        cmocka_unit_test(short_jobs_are_repeated),
        cmocka_unit_test(the_span_bounds_a_skewed_library),
        cmocka_unit_test(rows_that_failed_say_why),
        cmocka_unit_test(unverified_times_are_marked),
        cmocka_unit_test(many_cases_are_told_briefly),
        cmocka_unit_test(rounded_inputs_are_another_job),
        cmocka_unit_test(nothing_measured),
        cmocka_unit_test(json_has_the_schema_s_fields),
        cmocka_unit_test(json_has_the_figures),
        cmocka_unit_test(json_has_no_time_for_what_failed),
        cmocka_unit_test(no_format_knows_nan),
        cmocka_unit_test(csv_has_a_row_a_sample),
        cmocka_unit_test(csv_defuses_formulas),
        cmocka_unit_test(markdown_is_a_table),
        cmocka_unit_test(markdown_rows_stay_rows),
        cmocka_unit_test(hostile_names_do_no_harm),
        cmocka_unit_test(full_disks_are_noticed),
        cmocka_unit_test(locales_do_not_matter),
        cmocka_unit_test(the_environment_s_locale_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
