// matmul_oracle.c -- see matmul_oracle.h.
//
// Over 400 lines: a third of it weighs the columns, which nobody else has a use for.
#include "matmul_oracle.h"

#include "matmul_reference.h"
#include "rng.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VECTORS = 8,       // an error that cancels in one shows in all 8 but 1 of 256 times
    SUSPECTS = 3,      // rows judged because they look worst
    SAMPLED_ROWS = 4,  // rows judged in every check
    ODD_ROWS = 2,      // some that a NaN or Inf in A reaches, some that overflow
    POSITIONS = 256,   // in odd columns
    KEPT_ELEMENTS = 1 << 20
};

static const double small_steps = 1 << 24;  // m n k up to which every element is judged

struct suspect {
    size_t row;
    double score;
};

// A row or column is odd when a NaN or Inf of A or B reaches it; a column also when C
// commonly overflows in it.
struct matmul_oracle {
    bool exact, ready;
    bool all;  // every row is kept
    uint64_t seed;
    double *scratch;  // one line, then one row of A, B or C
    double *kept;     // reference rows: all, or those in index
    size_t kept_rows;
    size_t index[SAMPLED_ROWS + ODD_ROWS];
    double *sign;   // large only: n x VECTORS, +-2^-e with an e for each column
    double *want;   // m x VECTORS, A (B sign)
    double *scale;  // m, |A| (|B| |sign|), and what C may lose as subnormals
    bool *odd_row;
    bool *tall_row;  // |A||B| may leave the range of the type
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
    return sizeof(double) * (lines + (VECTORS + 4) * (M + N + K));
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
    free(o->tall_row);
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

// The exponent of x as frexp gives it: x < 2^exponent.
static int exponent(double x)
{
    int e = 0;
    frexp(x, &e);
    return e;
}

static int within(int least, int x, int most)
{
    return x < least ? least : x > most ? most : x;
}

// share[p] is how much column p of A weighs in a row of A, as the mean of rows scaled to
// a maximum of 1, over k. The exponent of a typical row is returned: the mean, which a
// few huge rows do not move. Rows with a NaN or Inf are odd.
static int measure_a(const struct matmul *job, struct matmul_oracle *o, double *share)
{
    double *row = o->scratch + LINE_ARRAYS * job->n, exponents = 0, rows = 0;
    for (size_t i = 0; i < job->m; i++) {
        double most = 0;
        to_double(job->a, job->type, i * job->k, job->k, row);
        for (size_t p = 0; p < job->k; p++) {
            o->odd_row[i] |= !isfinite(row[p]);
            most = fabs(row[p]) > most ? fabs(row[p]) : most;
        }
        if (o->odd_row[i] || most == 0)
            continue;
        int e = within(-1000, exponent(most), 1024);
        double unit = ldexp(1, -e);
        for (size_t p = 0; p < job->k; p++)
            share[p] += fabs(row[p]) * unit;
        exponents += e;
        rows++;
    }
    // Not 0: a NaN of B must show, and B times the weights must stay finite.
    for (size_t p = 0; p < job->k; p++)
        share[p] = fmax(rows > 0 ? share[p] / (rows * (double)job->k) : 0, 0x1p-400);
    return rows > 0 ? (int)(exponents / rows) : 0;
}

// size[j] becomes how large |A||B| is in column j, over k times a row's maximum.
static void measure_b(const struct matmul *job, const struct matmul_oracle *o,
                      const double *share, double *size)
{
    double *row = o->scratch + LINE_ARRAYS * job->n;
    for (size_t p = 0; p < job->k; p++) {
        to_double(job->b, job->type, p * job->n, job->n, row);
        for (size_t j = 0; j < job->n; j++)
            size[j] += share[p] * fabs(row[j]);
    }
}

// The columns whose size is not finite, or where a typical row of C may overflow.
static int find_odd_columns(const struct matmul *job, struct matmul_oracle *o,
                            const double *size, int row_exponent)
{
    int top = job->type == ELEM_F32 ? FLT_MAX_EXP : DBL_MAX_EXP;
    double limit = ldexp(1, within(-1022, top - 2 - row_exponent, 1023)) / (double)job->k;
    o->odd_col = calloc(job->n + 1, sizeof *o->odd_col);
    if (!o->odd_col)
        return -1;
    for (size_t j = 0; j < job->n; j++)
        if (!(size[j] < limit))
            o->odd_col[o->odd_cols++] = j;
    return 0;
}

static void clear_odd_columns(const struct matmul_oracle *o, double *row)
{
    for (size_t i = 0; i < o->odd_cols; i++)
        row[o->odd_col[i]] = 0;
}

// Column j weighs 2^-e, so that every column of C rounds by about as much: else the noise
// of a large one would hide the errors of the small. Powers of two keep the products
// exact. Columns of subnormals weigh less, for what C loses there is not relative.
// Half of the row's exponent goes into the weight, to stay clear of both ends of double.
// Returned: what subnormals may lose, summed over the columns, in units of eps.
static double draw_signs(const struct matmul *job, struct matmul_oracle *o, double *size,
                         int row_exponent, struct rng *rng)
{
    double least_normal = job->type == ELEM_F32 ? (double)FLT_MIN : DBL_MIN, lost = 0;
    int least = exponent(least_normal) - row_exponent, steps = exponent((double)job->k);
    for (size_t j = 0; j < job->n; j++) {
        uint64_t bits = rng_next(rng);
        int e = size[j] > 0 ? exponent(size[j]) + steps : least;
        e = (e > least ? e : least) + row_exponent / 2;
        double weight = ldexp(1, -within(-1022, e, 1022));
        for (size_t v = 0; v < VECTORS; v++)
            o->sign[j * VECTORS + v] = bits >> (8 + v) & 1 ? weight : -weight;
        lost += size[j] > 0 ? weight * least_normal : 0;
        size[j] = weight;
    }
    return lost;
}

// b_sign = B sign, b_size = |B| weight, b_most = the largest |B| of each row.
static void multiply_b(const struct matmul *job, const struct matmul_oracle *o,
                       const double *weight, double *b_sign, double *b_size,
                       double *b_most)
{
    double *row = o->scratch + LINE_ARRAYS * job->n;
    for (size_t p = 0; p < job->k; p++) {
        to_double(job->b, job->type, p * job->n, job->n, row);
        clear_odd_columns(o, row);
        times_vectors(row, job->n, o->sign, b_sign + p * VECTORS);
        for (size_t j = 0; j < job->n; j++) {
            b_size[p] += fabs(row[j]) * weight[j];
            b_most[p] = fabs(row[j]) > b_most[p] ? fabs(row[j]) : b_most[p];
        }
    }
}

static void multiply_a(const struct matmul *job, struct matmul_oracle *o, double lost,
                       const double *b_sign, const double *b_size, const double *b_most)
{
    double top = job->type == ELEM_F32 ? (double)FLT_MAX : DBL_MAX;
    double *row = o->scratch + LINE_ARRAYS * job->n;
    for (size_t i = 0; i < job->m; i++) {
        double most = 0, scale = 0;
        to_double(job->a, job->type, i * job->k, job->k, row);
        times_vectors(row, job->k, b_sign, o->want + i * VECTORS);
        for (size_t p = 0; p < job->k; p++) {
            scale += fabs(row[p]) * b_size[p];
            most += fabs(row[p]) * b_most[p];
        }
        o->scale[i] = scale > 0 ? scale + lost : 0;
        o->tall_row[i] = !(most < top / 4) || !isfinite(scale);
    }
}

// The vectors, and what they make of A and B.
static int multiply_vectors(const struct matmul *job, struct matmul_oracle *o,
                            struct rng *rng)
{
    // For each column of A or row of B: share, size, most, and the vectors' products.
    double *inner = doubles(job->k, VECTORS + 3), *size = doubles(1, job->n);
    int rc = -1;
    if (inner && size) {
        double *share = inner + VECTORS * job->k, *b_size = share + job->k;
        int row_exponent = measure_a(job, o, share);
        measure_b(job, o, share, size);
        rc = find_odd_columns(job, o, size, row_exponent);
        if (!rc) {
            double lost = draw_signs(job, o, size, row_exponent, rng);
            multiply_b(job, o, size, inner, b_size, b_size + job->k);
            multiply_a(job, o, lost, inner, b_size, b_size + job->k);
        }
    }
    free(inner);
    free(size);
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
    o->tall_row = calloc(job->m + 1, sizeof *o->tall_row);
    if (!o->sign || !o->want || !o->scale || !o->odd_row || !o->tall_row ||
        multiply_vectors(job, o, &rng))
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
    if (!isfinite(o->scale[i]))
        return INFINITY;
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

// Positions drawn from the odd columns.
static int check_odd_columns(const struct matmul *job, struct rng *rng, struct fail *why)
{
    const struct matmul_oracle *o = job->oracle;
    for (size_t t = 0; o->odd_cols > 0 && t < POSITIONS; t++) {
        size_t i = rng_below(rng, job->m), j = o->odd_col[rng_below(rng, o->odd_cols)];
        if (reference_judge_element(job, i, j, why))
            return -1;
    }
    return 0;
}

static int check_large(const struct matmul *job, double *max_error, struct fail *why)
{
    const struct matmul_oracle *o = job->oracle;
    struct suspect worst[SUSPECTS] = {{0, 0}};
    size_t overflown[ODD_ROWS], overflows = 0;
    struct rng rng = {o->seed};
    double *row = o->scratch + LINE_ARRAYS * job->n;
    for (size_t i = 0; i < job->m; i++) {
        to_double(job->c, job->type, i * job->n, job->n, row);
        if (find_unwritten(job, i, row, why))
            return -1;
        if (o->odd_row[i])
            continue;
        clear_odd_columns(o, row);
        double score = score_row(o, i, row, job->n);
        if (isfinite(score) || !o->tall_row[i]) {
            suspect_row(worst, i, score);
            continue;
        }
        // It may overflow by right, and must not crowd out the rows that may not.
        size_t at = overflows < ODD_ROWS ? overflows : rng_below(&rng, overflows + 1);
        if (at < ODD_ROWS)
            overflown[at] = i;
        overflows++;
    }
    for (size_t s = 0; s < SUSPECTS && worst[s].score > 0; s++)
        if (judge(job, worst[s].row, max_error, why))
            return -1;
    for (size_t r = 0; r < ODD_ROWS && r < overflows; r++)
        if (judge(job, overflown[r], max_error, why))
            return -1;
    return check_odd_columns(job, &rng, why);
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
