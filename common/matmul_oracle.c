// matmul_oracle.c -- see matmul_oracle.h.
#include "matmul_oracle.h"

#include "matmul_reference.h"
#include "rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VECTORS = 8,      // an error that cancels in one shows in all 8 but 1 of 256 times
    SUSPECTS = 3,     // rows judged because they look worst
    SAMPLED_ROWS = 4, // rows judged in every check
    ODD_ROWS = 2,     // and some of those that a NaN or Inf in A reaches
    POSITIONS = 256,  // in columns that a NaN or Inf in B reaches
    KEPT_ELEMENTS = 1 << 20
};

static const double small_steps = 1 << 24; // m n k up to which every element is judged

struct suspect {
    size_t row;
    double score;
};

// A row or column is odd when a NaN or Inf of A or B reaches it.
struct matmul_oracle {
    bool exact, ready;
    bool all; // every row is kept
    uint64_t seed;
    double *scratch; // one line, then one row of A, B or C
    double *kept;    // reference rows: all, or those in index
    size_t kept_rows;
    size_t index[SAMPLED_ROWS + ODD_ROWS];
    double *sign;  // large only: n x VECTORS, 0 in odd columns
    double *want;  // m x VECTORS, A (B sign)
    double *scale; // m, |A| (|B| 1)
    bool *odd_row;
    size_t *odd_col, odd_cols;
};

static double steps(const struct matmul *job)
{
    return (double)job->m * (double)job->n * (double)job->k;
}

static bool keeps_all(double m, double n, double k)
{
    return m <= SAMPLED_ROWS || (m * n * k <= small_steps && m * n <= KEPT_ELEMENTS);
}

double matmul_oracle_bytes(size_t m, size_t n, size_t k)
{
    double M = (double)m, N = (double)n, K = (double)k;
    if (keeps_all(M, N, K))
        return sizeof(double) * LINE_ARRAYS * (M + 1) * N;
    double lines = (SAMPLED_ROWS + ODD_ROWS + 1) * LINE_ARRAYS * N;
    return sizeof(double) * (lines + (VECTORS + 2) * (M + N + K));
}

struct matmul_oracle *matmul_oracle_make(bool exact, uint64_t seed, struct fail *why)
{
    struct matmul_oracle *o = calloc(1, sizeof *o);
    if (!o) {
        fail(why, EXIT_RESOURCE, "no memory for the check");
        return NULL;
    }
    o->exact = exact;
    o->seed = seed;
    return o;
}

// Back to how it was made.
static void forget(struct matmul_oracle *o)
{
    free(o->scratch);
    free(o->kept);
    free(o->sign);
    free(o->want);
    free(o->scale);
    free(o->odd_row);
    free(o->odd_col);
    *o = (struct matmul_oracle){.exact = o->exact, .seed = o->seed};
}

void matmul_oracle_free(struct matmul_oracle *o)
{
    if (o)
        forget(o);
    free(o);
}

// Elements [at, at + n) of a matrix, as double.
static double *to_double(const void *matrix, enum elem type, size_t at, size_t n,
                         double *to)
{
    if (type == ELEM_F64)
        return memcpy(to, (const double *)matrix + at, n * sizeof *to);
    for (size_t j = 0; j < n; j++)
        to[j] = (double)((const float *)matrix)[at + j];
    return to;
}

static double *doubles(size_t rows, size_t cols)
{
    return calloc(rows * cols + 1, sizeof(double));
}

// A row times VECTORS columns at once.
static void times_vectors(const double *row, size_t n, const double *vectors,
                          double product[static VECTORS])
{
    double sum[VECTORS] = {0};
    for (size_t j = 0; j < n; j++)
        for (size_t v = 0; v < VECTORS; v++)
            sum[v] += row[j] * vectors[j * VECTORS + v];
    memcpy(product, sum, sizeof sum);
}

// The columns of B that hold a NaN or an Inf.
static int find_odd_columns(const struct matmul *job, struct matmul_oracle *o)
{
    bool *odd = calloc(job->n + 1, sizeof *odd);
    double *row = o->scratch + LINE_ARRAYS * job->n;
    if (!odd)
        return -1;
    for (size_t p = 0; p < job->k; p++) {
        to_double(job->b, job->type, p * job->n, job->n, row);
        for (size_t j = 0; j < job->n; j++)
            odd[j] |= !isfinite(row[j]);
    }
    for (size_t j = 0; j < job->n; j++)
        o->odd_cols += odd[j];
    o->odd_col = calloc(o->odd_cols + 1, sizeof *o->odd_col);
    if (o->odd_col)
        for (size_t j = 0, used = 0; j < job->n; j++)
            if (odd[j])
                o->odd_col[used++] = j;
    free(odd);
    return o->odd_col ? 0 : -1;
}

static void clear_odd_columns(const struct matmul_oracle *o, double *row)
{
    for (size_t i = 0; i < o->odd_cols; i++)
        row[o->odd_col[i]] = 0;
}

static void draw_signs(const struct matmul *job, struct matmul_oracle *o, struct rng *rng)
{
    for (size_t j = 0; j < job->n; j++) {
        uint64_t bits = rng_next(rng);
        for (size_t v = 0; v < VECTORS; v++)
            o->sign[j * VECTORS + v] = bits >> (8 + v) & 1 ? 1 : -1;
    }
}

// want = A (B sign), and scale = |A| (|B| 1); a row of A that is not finite is odd.
static int multiply_vectors(const struct matmul *job, struct matmul_oracle *o)
{
    double *row = o->scratch + LINE_ARRAYS * job->n;
    double *b_sign = doubles(job->k, VECTORS), *b_size = doubles(job->k, 1);
    for (size_t p = 0; b_sign && b_size && p < job->k; p++) {
        to_double(job->b, job->type, p * job->n, job->n, row);
        clear_odd_columns(o, row);
        times_vectors(row, job->n, o->sign, b_sign + p * VECTORS);
        for (size_t j = 0; j < job->n; j++)
            b_size[p] += fabs(row[j]);
    }
    for (size_t i = 0; b_sign && b_size && i < job->m; i++) {
        to_double(job->a, job->type, i * job->k, job->k, row);
        times_vectors(row, job->k, b_sign, o->want + i * VECTORS);
        for (size_t p = 0; p < job->k; p++) {
            o->scale[i] += fabs(row[p]) * b_size[p];
            o->odd_row[i] |= !isfinite(row[p]);
        }
    }
    int rc = b_sign && b_size ? 0 : -1;
    free(b_sign);
    free(b_size);
    return rc;
}

static int keep_rows(const struct matmul *job, struct matmul_oracle *o)
{
    o->kept = doubles(o->kept_rows, LINE_ARRAYS * job->n);
    if (!o->kept)
        return -1;
    for (size_t r = 0; r < o->kept_rows; r++)
        reference_row(job, o->all ? r : o->index[r],
                      line_at(o->kept + r * LINE_ARRAYS * job->n, job->n));
    return 0;
}

static int prepare_large(const struct matmul *job, struct matmul_oracle *o)
{
    struct rng rng = {o->seed ^ 0x6f7261636c65u};
    o->sign = doubles(job->n, VECTORS);
    o->want = doubles(job->m, VECTORS);
    o->scale = doubles(job->m, 1);
    o->odd_row = calloc(job->m + 1, sizeof *o->odd_row);
    if (!o->sign || !o->want || !o->scale || !o->odd_row || find_odd_columns(job, o))
        return -1;
    draw_signs(job, o, &rng);
    if (multiply_vectors(job, o))
        return -1;
    while (o->kept_rows < SAMPLED_ROWS)
        o->index[o->kept_rows++] = rng_below(&rng, job->m);
    size_t start = rng_below(&rng, job->m);
    for (size_t i = 0; i < job->m && o->kept_rows < SAMPLED_ROWS + ODD_ROWS; i++)
        if (o->odd_row[(start + i) % job->m])
            o->index[o->kept_rows++] = (start + i) % job->m;
    return keep_rows(job, o);
}

static int prepare(const struct matmul *job, struct matmul_oracle *o)
{
    size_t longest = job->n > job->k ? job->n : job->k;
    o->scratch = doubles(1, LINE_ARRAYS * job->n + longest);
    if (!o->scratch)
        return -1;
    if (keeps_all((double)job->m, (double)job->n, (double)job->k)) {
        o->all = true;
        o->kept_rows = job->m;
        return keep_rows(job, o);
    }
    return steps(job) <= small_steps ? 0 : prepare_large(job, o);
}

static void suspect_row(struct suspect worst[static SUSPECTS], size_t row, double score)
{
    size_t at = SUSPECTS;
    while (at > 0 && score > worst[at - 1].score)
        at--;
    if (at == SUSPECTS)
        return;
    memmove(worst + at + 1, worst + at, (SUSPECTS - 1 - at) * sizeof *worst);
    worst[at] = (struct suspect){row, score};
}

// How far row i of C is from what the vectors promise, relative to the size of its terms.
static double score_row(const struct matmul_oracle *o, size_t i, const double *row,
                        size_t n)
{
    double got[VECTORS], worst = 0;
    times_vectors(row, n, o->sign, got);
    for (size_t v = 0; v < VECTORS; v++) {
        double off = fabs(got[v] - o->want[i * VECTORS + v]);
        if (!isfinite(off))
            return INFINITY;
        worst = off > worst ? off : worst;
    }
    return worst > 0 ? worst / o->scale[i] : 0;
}

static int find_unwritten(const struct matmul *job, size_t i, const double *row,
                          struct fail *why)
{
    bool nan = false;
    for (size_t j = 0; j < job->n; j++)
        nan |= row[j] != row[j];
    for (size_t j = 0; nan && j < job->n; j++)
        if (matmul_is_poison(job, i * job->n + j))
            return fail(why, EXIT_WRONG, "C[%zu,%zu] was never written", i, j);
    return 0;
}

static int judge(const struct matmul *job, size_t i, double *max_error, struct fail *why)
{
    struct line line = line_at(job->oracle->scratch, job->n);
    reference_row(job, i, line);
    return reference_judge_row(job, job->oracle->exact, i, line, max_error, why);
}

static int check_large(const struct matmul *job, double *max_error, struct fail *why)
{
    const struct matmul_oracle *o = job->oracle;
    struct suspect worst[SUSPECTS] = {{0, 0}};
    struct rng rng = {o->seed};
    double *row = o->scratch + LINE_ARRAYS * job->n;
    for (size_t i = 0; i < job->m; i++) {
        to_double(job->c, job->type, i * job->n, job->n, row);
        if (find_unwritten(job, i, row, why))
            return -1;
        if (o->odd_row[i])
            continue;
        clear_odd_columns(o, row);
        suspect_row(worst, i, score_row(o, i, row, job->n));
    }
    for (size_t s = 0; s < SUSPECTS && worst[s].score > 0; s++)
        if (judge(job, worst[s].row, max_error, why))
            return -1;
    for (size_t t = 0; o->odd_cols > 0 && t < POSITIONS; t++) {
        size_t i = rng_below(&rng, job->m), j = o->odd_col[rng_below(&rng, o->odd_cols)];
        if (reference_judge_element(job, i, j, why))
            return -1;
    }
    return 0;
}

int matmul_oracle_check(const struct matmul *job, double *max_error, struct fail *why)
{
    struct matmul_oracle *o = job->oracle;
    *max_error = 0;
    if (job->m == 0 || job->n == 0)
        return 0;
    if (!o->ready && prepare(job, o)) {
        forget(o);
        return fail(why, EXIT_RESOURCE, "no memory for the check");
    }
    o->ready = true;
    for (size_t r = 0; r < o->kept_rows; r++)
        if (reference_judge_row(job, o->exact, o->all ? r : o->index[r],
                                line_at(o->kept + r * LINE_ARRAYS * job->n, job->n),
                                max_error, why))
            return -1;
    if (o->want)
        return check_large(job, max_error, why);
    for (size_t i = 0; !o->all && i < job->m; i++)
        if (judge(job, i, max_error, why))
            return -1;
    return 0;
}
