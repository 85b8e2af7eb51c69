// test_worker_heap.c -- the heap of workers against a look at each, over random loads.
#include "rng.h"
#include "worker_heap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int fewest(const struct worker_heap *h)
{
    int least = h->workers[0].pending;
    for (int i = 1; i < h->count; i++)
        least = h->workers[i].pending < least ? h->workers[i].pending : least;
    return least;
}

static void check(const struct worker_heap *h)
{
    assert_int_equal(worker_heap_lightest(h)->pending, fewest(h));
    for (int i = 0; i < h->count; i++)
        assert_ptr_equal(h->places[h->workers[i].place], &h->workers[i]);
}

static void test_empty(void **state)
{
    (void)state;
    struct worker_heap h = {0};
    assert_null(worker_heap_lightest(&h));
}

static void test_numbers(void **state)
{
    (void)state;
    struct worker_heap h = {0};
    for (int i = 0; i < WORKERS_MOST; i++)
        worker_heap_add(&h);
    assert_int_equal(h.count, WORKERS_MOST);
    for (int i = 0; i < WORKERS_MOST; i++)
        assert_int_equal(h.workers[i].number, i);
    check(&h);
}

static void test_random_loads(void **state)
{
    (void)state;
    struct rng rng = {1};
    for (int workers = 1; workers <= WORKERS_MOST; workers += 7) {
        struct worker_heap h = {0};
        for (int i = 0; i < workers; i++) {
            worker_heap_add(&h);
            check(&h);
        }
        for (int i = 0; i < 2000; i++) {
            struct worker_load *w = &h.workers[rng_below(&rng, (uint64_t)workers)];
            w->pending += (int)rng_below(&rng, 7) - 3;
            worker_heap_update(&h, w);
            check(&h);
        }
    }
}

// An added worker, who has nothing to do, is the lightest of those who have.
static void test_newcomer(void **state)
{
    (void)state;
    struct worker_heap h = {0};
    for (int i = 0; i < 3; i++) {
        worker_heap_add(&h);
        struct worker_load *w = worker_heap_lightest(&h);
        assert_int_equal(w->number, i);
        w->pending = 5;
        worker_heap_update(&h, w);
    }
}

static void test_unevenness(void **state)
{
    (void)state;
    static const int loads[] = {2, 4, 4, 4, 5, 5, 7, 9};  // mean 5, deviation 2
    struct worker_heap h = {0};
    for (int i = 0; i < 8; i++) {
        worker_heap_add(&h);
        h.workers[i].pending = loads[i];
        worker_heap_update(&h, &h.workers[i]);
    }
    const struct unevenness u = worker_heap_unevenness(&h);
    assert_true(u.range == 7);
    assert_true(fabs(u.deviation - 2) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_random_loads), cmocka_unit_test(test_newcomer),
        cmocka_unit_test(test_unevenness)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
