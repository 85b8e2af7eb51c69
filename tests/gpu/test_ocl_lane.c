// test_ocl_lane.c -- lanes share a library: every load belongs to one lane, comes once,
// and the loads of a long book come in order and leave carts to the rest.
#include "ocl_fixture.h"

#include "ocl_lane.h"

#include <stdlib.h>
#include <string.h>

enum { BOOKS = 60 };

static struct ocl_cart empty[4];

// A library without text: long books among short ones.
static void make_job(struct gophers *job, const char *design)
{
    struct fail why;
    *job = (struct gophers){.cart_bytes = 4096};
    assert_int_equal(design_find(design, &job->design, &why), 0);
    job->carts = design_gophers(&job->design);
    for (uint64_t i = 0; i < BOOKS; i++)
        assert_int_equal(
            library_add(&job->library, "", NULL, i % 7 == 3 ? 20000 + i : i * 100, &why),
            0);
    assert_int_equal(gophers_cut(job, &why), 0);
}

static void free_job(struct gophers *job)
{
    library_free(&job->library);
    free(job->segment);
    free(job->load);
    free(job->shipment);
}

static void every_load_comes_once(void **state)
{
    static const char *const designs_tried[] = {"one", "four", "two-doubled", "four*5",
                                                "four*200"};
    (void)state;
    for (size_t d = 0; d < sizeof designs_tried / sizeof *designs_tried; d++) {
        struct gophers job;
        make_job(&job, designs_tried[d]);
        int *taken = calloc(job.loads, sizeof *taken);
        assert_non_null(taken);
        for (int l = 0; l < job.design.lanes; l++) {
            struct ocl_lane lane = {.job = &job, .carts = empty, .cart_count = 4};
            struct library_cursor *cursor;
            uint32_t last_of[BOOKS] = {0};
            ocl_lane_begin(&lane, l);
            for (const struct load *load; (load = ocl_lane_next(&lane, &cursor));) {
                const uint32_t number = (uint32_t)(load - job.load);
                const uint32_t book = job.segment[load->first_segment].book;
                taken[number]++;
                assert_int_equal(load->shipment % (uint32_t)job.design.lanes, l);
                assert_ptr_equal(cursor, ocl_lane_is_long(&job, load)
                                             ? &lane.longs.cursor
                                             : &lane.rest.cursor);
                assert_true(number + 1 > last_of[book]);
                last_of[book] = number + 1;
            }
            ocl_lane_end(&lane);
        }
        for (uint32_t i = 0; i < job.loads; i++)
            assert_int_equal(taken[i], 1);
        free(taken);
        free_job(&job);
    }
}

static void long_books_leave_half_of_the_carts(void **state)
{
    struct gophers job;
    struct library_cursor *cursor;
    (void)state;
    make_job(&job, "four");
    struct ocl_lane lane = {.job = &job, .carts = empty, .cart_count = 4};
    ocl_lane_begin(&lane, 0);
    assert_true(ocl_lane_is_long(&job, ocl_lane_next(&lane, &cursor)));
    lane.long_under_way = 1;
    assert_true(ocl_lane_is_long(&job, ocl_lane_next(&lane, &cursor)));
    lane.long_under_way = 2;
    assert_false(ocl_lane_is_long(&job, ocl_lane_next(&lane, &cursor)));
    ocl_lane_end(&lane);
    free_job(&job);
}

// How many carts travel, and which queues they share: the table in ocl_gophers.h.
static void designs_say_how_many_carts_and_queues(void **state)
{
    static const struct {
        const char *design;
        int carts;             // in the lane
        int travel;            // of eight
        bool own;              // a queue of its own in each cart
        int write, run, read;  // the lane's queue; -1: the cart's own
    } facts[] = {
        {"one", 8, 1, true, -1, -1, -1},
        {"two-messages", 8, 2, true, -1, LANE_RUNS, -1},
        {"staging", 8, 2, false, LANE_WRITES, LANE_RUNS, LANE_RUNS},
        {"staging", 1, 1, false, LANE_WRITES, LANE_RUNS, LANE_RUNS},
        {"three", 8, 8, false, LANE_WRITES, LANE_RUNS, LANE_READS},
        {"four", 8, 8, true, -1, -1, -1},
        {"four-staging", 8, 8, true, -1, -1, -1},
    };
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct gophers job;
        struct ocl_lane lane;
        struct fail why = {.text = ""};
        make_job(&job, facts[i].design);
        assert_int_equal(ocl_lane_open(&lane, &o, &job, facts[i].carts, &why), 0);
        assert_int_equal(lane.cart_count, facts[i].travel);
        for (int c = 0; c < lane.cart_count; c++) {
            const struct ocl_cart *cart = &lane.carts[c];
            const int wanted[] = {facts[i].write, facts[i].run, facts[i].read};
            const cl_command_queue has[] = {cart->write, cart->run, cart->read};
            assert_int_equal(cart->own != NULL, facts[i].own);
            for (int q = 0; q < LANE_QUEUES; q++)
                assert_int_equal(lane.queue[q] != NULL, facts[i].write == q ||
                                                            facts[i].run == q ||
                                                            facts[i].read == q);
            for (int q = 0; q < 3; q++)
                assert_ptr_equal(has[q],
                                 wanted[q] < 0 ? cart->own : lane.queue[wanted[q]]);
        }
        ocl_lane_close(&lane);
        ocl_lane_close(&lane);
        free_job(&job);
    }
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_load_comes_once),
        cmocka_unit_test(long_books_leave_half_of_the_carts),
        cmocka_unit_test(designs_say_how_many_carts_and_queues),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
