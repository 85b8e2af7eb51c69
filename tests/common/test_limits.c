// test_limits.c -- the loops compute what they claim to, and the figures hang together.
#include "machine_limits.h"

#include "fma.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// a = a / 2 + 1 has the fixed point 2: after many steps every lane of every accumulator
// holds it, so that the sum counts them. One step of n lanes is 2 n flop: the same
// number.
static void every_lane_is_counted(void **state)
{
    (void)state;
    float start_f32[FMA_STARTS];
    double start_f64[FMA_STARTS];
    for (int i = 0; i < FMA_STARTS; i++)
        start_f64[i] = start_f32[i] = (float)(100 + i);
    int usable = 0;
    for (int i = 0; fma_rows[i]; i++) {
        const struct fma *fma = fma_rows[i];
        if (!fma->usable())
            continue;
        usable++;
        assert_true(fma->f32(200, 0.5f, 1, start_f32) == (float)fma->flops_f32);
        assert_true(fma->f64(200, 0.5, 1, start_f64) == (double)fma->flops_f64);
        // Fewer steps give something else: the loop really ran.
        assert_true(fma->f32(3, 0.5f, 1, start_f32) > (float)fma->flops_f32);
        assert_true(fma->f64(3, 0.5, 1, start_f64) > (double)fma->flops_f64);
    }
    assert_true(usable >= 1);
}

static void triads_are_right(void **state)
{
    (void)state;
    enum { N = 37 };
    for (int i = 0; fma_rows[i]; i++) {
        double a[N], b[N], c[N];
        if (!fma_rows[i]->usable())
            continue;
        for (int j = 0; j < N; j++) {
            b[j] = j;
            c[j] = 2 * j;
        }
        fma_rows[i]->triad(a, b, c, 0.5, N);
        for (int j = 0; j < N; j++)
            assert_true(a[j] == 2 * j);
    }
}

// Twice as many lanes do twice the work. The machine may be busy, so it has some
// attempts.
static void rates_hang_together(void **state)
{
    (void)state;
    bool twice = false;
    for (int attempt = 0; attempt < 20 && !twice; attempt++) {
        const double f32 = limits_fma_f32(0.02), f64 = limits_fma_f64(0.02);
        assert_true(f32 > 1e7 && f32 < 1e13 && f64 > 1e7 && f64 < 1e13);
        twice = f32 / f64 > 1.8 && f32 / f64 < 2.2;
    }
    assert_true(twice);
    const double triad = limits_triad(1 << 16, 0.01);
    assert_true(triad > 1e7 && triad < 1e13);
    assert_true(isfinite(limits_fma_f32(0)) && isfinite(limits_fma_f32(-1)));
}

static void what_cannot_be_measured_is_zero(void **state)
{
    (void)state;
    assert_true(limits_triad(0, 0.01) == 0);
    assert_true(limits_triad(((size_t)1 << 61) + 1024, 0.01) ==
                0);  // 24 KiB, if it wrapped
    assert_true(limits_triad((size_t)1 << 58, 0.01) == 0);
    assert_true(limits_pipe_hop(0) == 0);
    assert_true(limits_pipe_hop(-1) == 0);
}

static void a_hop_leaves_no_trace(void **state)
{
    (void)state;
    cpu_set_t before, after;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    const double hop_s = limits_pipe_hop(500);
    assert_true(hop_s > 1e-8 && hop_s < 1e-2);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

static void rows_name_every_limit(void **state)
{
    (void)state;
    enum { COUNT = sizeof(struct limits) / sizeof(double) };
    struct limits limits;
    double values[COUNT];
    assert_int_equal(limit_rows_count, COUNT);
    for (int i = 0; i < COUNT; i++)
        values[i] = i + 1;
    memcpy(&limits, values, sizeof limits);
    double sum = 0;
    for (int i = 0; i < limit_rows_count; i++) {
        sum += limit_value(&limits, &limit_rows[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(limit_rows[i].name, limit_rows[j].name);
    }
    assert_true(sum == COUNT * (COUNT + 1) / 2);  // each one once
    limits.triad_bytes_1 = 77;
    for (int i = 0; i < limit_rows_count; i++)
        if (strcmp(limit_rows[i].name, "triad_bytes_1") == 0)
            assert_true(limit_value(&limits, &limit_rows[i]) == 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lane_is_counted),
        cmocka_unit_test(triads_are_right),
        cmocka_unit_test(rates_hang_together),
        cmocka_unit_test(what_cannot_be_measured_is_zero),
        cmocka_unit_test(a_hop_leaves_no_trace),
        cmocka_unit_test(rows_name_every_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
