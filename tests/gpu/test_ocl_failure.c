// test_ocl_failure.c -- every command of a run fails once: the run says so, and the next
// one and the end are as if it had never been. The linker puts our commands before the
// driver's (--wrap).
#include "clock.h"
#include "ocl_fixture.h"

#include "ocl_gophers.h"
#include "ocl_matmul.h"
#include "ocl_pair.h"
#include "pages.h"

#include <stdlib.h>
#include <string.h>

enum { NEVER = -1, BOOKS = 300, SIDE = 100 };

static int commands_left = NEVER;  // until one fails

static bool is_refused(void)
{
    return commands_left != NEVER && commands_left-- == 0;
}

// The names are the linker's.
extern __typeof__(clEnqueueNDRangeKernel) __real_clEnqueueNDRangeKernel,
    __wrap_clEnqueueNDRangeKernel;
extern __typeof__(clEnqueueMapBuffer) __real_clEnqueueMapBuffer,
    __wrap_clEnqueueMapBuffer;
extern __typeof__(clEnqueueUnmapMemObject) __real_clEnqueueUnmapMemObject,
    __wrap_clEnqueueUnmapMemObject;
extern __typeof__(clEnqueueWriteBuffer) __real_clEnqueueWriteBuffer,
    __wrap_clEnqueueWriteBuffer;
extern __typeof__(clEnqueueReadBuffer) __real_clEnqueueReadBuffer,
    __wrap_clEnqueueReadBuffer;

cl_int __wrap_clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel,
                                     cl_uint dimensions, const size_t *offset,
                                     const size_t *global, const size_t *local,
                                     cl_uint waits, const cl_event *wait, cl_event *done)
{
    if (is_refused())
        return CL_OUT_OF_RESOURCES;
    return __real_clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local,
                                         waits, wait, done);
}

void *__wrap_clEnqueueMapBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                cl_map_flags flags, size_t offset, size_t bytes,
                                cl_uint waits, const cl_event *wait, cl_event *done,
                                cl_int *status)
{
    if (is_refused()) {
        *status = CL_MAP_FAILURE;
        return NULL;
    }
    return __real_clEnqueueMapBuffer(queue, buffer, blocking, flags, offset, bytes, waits,
                                     wait, done, status);
}

cl_int __wrap_clEnqueueUnmapMemObject(cl_command_queue queue, cl_mem buffer, void *mapped,
                                      cl_uint waits, const cl_event *wait, cl_event *done)
{
    if (is_refused())
        return CL_OUT_OF_RESOURCES;
    return __real_clEnqueueUnmapMemObject(queue, buffer, mapped, waits, wait, done);
}

cl_int __wrap_clEnqueueWriteBuffer(cl_command_queue queue, cl_mem buffer,
                                   cl_bool blocking, size_t offset, size_t bytes,
                                   const void *from, cl_uint waits, const cl_event *wait,
                                   cl_event *done)
{
    if (is_refused())
        return CL_OUT_OF_RESOURCES;
    return __real_clEnqueueWriteBuffer(queue, buffer, blocking, offset, bytes, from,
                                       waits, wait, done);
}

cl_int __wrap_clEnqueueReadBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                  size_t offset, size_t bytes, void *to, cl_uint waits,
                                  const cl_event *wait, cl_event *done)
{
    if (is_refused())
        return CL_OUT_OF_RESOURCES;
    return __real_clEnqueueReadBuffer(queue, buffer, blocking, offset, bytes, to, waits,
                                      wait, done);
}

// How often a buffer is mapped: the host has it, once. A driver may count an unmapping a
// moment after clFinish has returned, so it is asked for a second.
static void assert_mapped(cl_mem buffer)
{
    const uint64_t end_ns = clock_ns() + 1000000000;
    cl_uint count = 0;
    do {
        clGetMemObjectInfo(buffer, CL_MEM_MAP_COUNT, sizeof count, &count, NULL);
    } while (count != 1 && clock_ns() < end_ns);
    assert_int_equal(count, 1);
}

static void check_product(struct matmul *job, struct ocl_matmul *x)
{
    struct fail why = {.text = ""};
    struct phases phases;
    float *c = job->c;
    commands_left = NEVER;
    memset(c, 0x7f, SIDE * SIDE * sizeof *c);
    if (ocl_matmul_run(x, &phases, &why) != 0)
        fail_msg("the run after a failure: %s", why.text);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        assert_true(c[i] == SIDE);
}

// Fails the product's first command, then its second, until a run is through. Returns
// how many commands that were.
static int refuse_products(const struct ocl *o, struct matmul *job)
{
    for (int n = 0;; n++) {
        struct fail why = {.text = ""};
        struct phases phases;
        struct ocl_matmul *x = ocl_matmul_make(o, NULL, job, &why);
        if (!x)
            fail_msg("%s", why.text);
        commands_left = n;
        const int result = ocl_matmul_run(x, &phases, &why);
        const bool through = commands_left >= 0;
        assert_int_equal(result, through ? 0 : -1);
        if (n % 2 || through)
            check_product(job, x);
        commands_left = NEVER;
        ocl_matmul_free(x);
        if (through)
            return n;
    }
}

static void products_survive(void **state)
{
    struct fail why = {.text = ""};
    (void)state;
    fixture_need_device();
    float *a = pages_make(SIDE * SIDE * sizeof *a, "a test", &why);
    float *c = pages_make(SIDE * SIDE * sizeof *c, "a test", &why);
    struct matmul job = {.m = SIDE, .n = SIDE, .k = SIDE, .a = a, .b = a, .c = c};
    assert_true(a && c);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        a[i] = 1;
    for (int d = 0; d < fixture_device_count; d++) {
        for (int copied = 0; copied < 2; copied++) {
            struct ocl o;
            fixture_open(d, &o);
            o.device.unified = fixture_devices[d].unified && !copied;
            assert_true(refuse_products(&o, &job) >= 3);
            ocl_close(&o);
        }
    }
    free(a);
    free(c);
}

static void make_library(struct gophers *job, const char *design)
{
    struct fail why = {.text = ""};
    *job = (struct gophers){.cart_bytes = 256};
    job->library.memory = malloc(3);
    job->ash = calloc(BOOKS, sizeof *job->ash);
    assert_true(job->library.memory && job->ash);
    memcpy(job->library.memory, "abc", 3);
    assert_int_equal(design_find(design, &job->design, &why), 0);
    job->carts = design_gophers(&job->design);
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(library_add(&job->library, "", job->library.memory, 3, &why), 0);
    assert_int_equal(gophers_cut(job, &why), 0);
}

static void free_library(struct gophers *job)
{
    library_free(&job->library);
    free(job->segment);
    free(job->load);
    free(job->shipment);
    free(job->ash);
}

static void check_ash(struct gophers *job, struct ocl_gophers *x)
{
    // SHA-256 of "abc", as FIPS 180-4's examples have it.
    static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    struct fail why = {.text = ""};
    struct phases phases;
    memset(job->ash, 0, BOOKS * sizeof *job->ash);
    if (ocl_gophers_run(x, &phases, &why) != 0)
        fail_msg("the run after a failure: %s", why.text);
    for (int i = 0; i < BOOKS; i++)
        assert_memory_equal(job->ash[i].digest, abc, sizeof abc);
}

// The first journeys of all carts, and of some again: a command of each kind.
enum { COMMANDS = 40 };

static void refuse_gophers(const struct ocl *o, struct gophers *job)
{
    struct fail why = {.text = ""};
    struct ocl_gophers *x = ocl_gophers_make(o, "scalar", job, &why);
    if (!x)
        fail_msg("%s", why.text);
    for (int n = 0; n < COMMANDS; n++) {
        struct phases phases;
        commands_left = n;
        assert_int_equal(ocl_gophers_run(x, &phases, &why), -1);
        commands_left = NEVER;
        if (n % 2)
            check_ash(job, x);
    }
    ocl_gophers_free(x);
}

static void gophers_survive(void **state)
{
    static const char *const designs_tried[] = {"one", "staging", "three", "four"};
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        for (size_t i = 0; i < sizeof designs_tried / sizeof *designs_tried; i++) {
            for (int copied = 0; copied < 2; copied++) {
                struct ocl o;
                struct gophers job;
                fixture_open(d, &o);
                o.device.unified = fixture_devices[d].unified && !copied;
                make_library(&job, designs_tried[i]);
                refuse_gophers(&o, &job);
                free_library(&job);
                ocl_close(&o);
            }
        }
    }
}

// A pair whose journey failed is the host's again, mapped once, whatever was done.
static void pairs_are_recalled(void **state)
{
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        struct ocl_pair p;
        struct fail why = {.text = ""};
        fixture_open(d, &o);
        if (o.device.unified) {
            assert_int_equal(ocl_pair_make(&p, &o, 1000, &why), 0);
            ocl_pair_recall(&p);
            assert_mapped(p.device);
            for (int n = 0; n < 3; n++) {
                commands_left = n;
                if (ocl_pair_give(&p, o.queue, 1000, NULL, &why) == 0)
                    ocl_pair_take(&p, o.queue, 1000, NULL, NULL, &why);
                commands_left = NEVER;
                assert_int_equal(clFinish(o.queue), CL_SUCCESS);
                ocl_pair_recall(&p);
                assert_mapped(p.device);
            }
            ocl_pair_free(&p);
        }
        ocl_close(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_recalled),
        cmocka_unit_test(products_survive),
        cmocka_unit_test(gophers_survive),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
