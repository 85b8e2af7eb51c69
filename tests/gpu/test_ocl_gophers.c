// test_ocl_gophers.c -- every design and kernel on every device burns every book:
// libcrypto's digests, over libraries with empty, huge, tiny and unreadable books.
#include "ocl_fixture.h"

#include "ocl_gophers.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A job by hand: books of the given sizes.
static void make_job(struct gophers *job, const char *design, int carts,
                     size_t cart_bytes, const uint64_t *sizes, size_t count)
{
    struct fail why = {.text = ""};
    size_t total = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        total += sizes[i];
    *job = (struct gophers){.cart_bytes = cart_bytes};
    job->library.memory = malloc(total + 1);
    job->ash = calloc(count + 1, sizeof *job->ash);
    assert_non_null(job->library.memory);
    assert_non_null(job->ash);
    assert_int_equal(design_find(design, &job->design, &why), 0);
    job->carts = carts ? carts : design_gophers(&job->design);
    for (size_t i = 0; i < total; i++)
        job->library.memory[i] = (uint8_t)(i * 2654435761u >> 11);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(library_add(&job->library, "a book", job->library.memory + at,
                                     sizes[i], &why),
                         0);
        at += sizes[i];
    }
    if (gophers_cut(job, &why) != 0)
        fail_msg("%s", why.text);
}

static void free_job(struct gophers *job)
{
    library_free(&job->library);
    free(job->segment);
    free(job->load);
    free(job->shipment);
    free(job->ash);
}

static void check_ash(const struct gophers *job, const char *where)
{
    for (size_t i = 0; i < job->library.count; i++) {
        uint8_t digest[DIGEST_BYTES];
        assert_int_equal(EVP_Digest(job->library.books[i].text,
                                    job->library.books[i].bytes, digest, NULL,
                                    EVP_sha256(), NULL),
                         1);
        if (memcmp(digest, job->ash[i].digest, DIGEST_BYTES) != 0)
            fail_msg("%s: book %zu of %llu bytes has another digest", where, i,
                     (unsigned long long)job->library.books[i].bytes);
    }
}

static void burn_and_check(const struct ocl *o, const char *variant, struct gophers *job)
{
    struct fail why = {.text = ""};
    struct phases phases;
    char where[128];
    struct ocl_gophers *x = ocl_gophers_make(o, variant, job, &why);
    snprintf(where, sizeof where, "%s %s %s%s", o->device.seen.address, job->design.name,
             variant ? variant : "auto", o->device.unified ? "" : " copied");
    if (!x)
        fail_msg("%s: %s", where, why.text);
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < job->library.count; i++)
            memset(job->ash[i].digest, 0x7f, DIGEST_BYTES);
        if (ocl_gophers_run(x, &phases, &why) != 0)
            fail_msg("%s: %s", where, why.text);
        check_ash(job, where);
    }
    if (job->loads > 0)
        assert_true(phases.run_ns > 0);
    ocl_gophers_free(x);
}

// Around blocks and padding: 55 and 56, 63 to 65, 119 and 120; books longer than a cart.
static const uint64_t awkward[] = {
    0,   1,     3,   55,   56,   57,   63,  64,  65,   119, 120,  121, 127, 128,
    129, 1000,  0,   4096, 4095, 4097, 777, 99,  9000, 5,   8192, 64,  200, 300,
    400, 12345, 500, 600,  700,  0,    800, 900, 10,   20,  30,   4032};

enum { AWKWARD = sizeof awkward / sizeof *awkward };

static void every_design(void **state)
{
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        for (int i = 0; i < designs_count; i++) {
            for (int copied = 0; copied < 2; copied++) {
                struct gophers job;
                o.device.unified = fixture_devices[d].unified && !copied;
                make_job(&job, designs[i].name, 0, 4096, awkward, AWKWARD);
                burn_and_check(&o, NULL, &job);
                free_job(&job);
            }
        }
        ocl_close(&o);
    }
}

static void every_kernel_and_cart_size(void **state)
{
    static const size_t cart_bytes[] = {64, 100, 192, 4096, 1 << 20};
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        o.units = 1;  // so that few books go to the lanes, too
        for (const char *const *v = ocl_gophers_variants; *v; v++) {
            for (size_t i = 0; i < sizeof cart_bytes / sizeof *cart_bytes; i++) {
                struct gophers job;
                make_job(&job, "four", 3, cart_bytes[i], awkward, AWKWARD);
                burn_and_check(&o, *v, &job);
                free_job(&job);
            }
        }
        ocl_close(&o);
    }
}

static void libraries_of_every_size(void **state)
{
    static const uint64_t one[] = {100000};
    static const uint64_t nothing[] = {0};
    static uint64_t tiny[5000];
    static const struct {
        const uint64_t *sizes;
        size_t count;
    } libraries[] = {{NULL, 0}, {nothing, 1}, {one, 1}, {tiny, 5000}};
    (void)state;
    fixture_need_device();
    for (size_t i = 0; i < 5000; i++)
        tiny[i] = i % 100;
    struct ocl o;
    fixture_open(0, &o);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        struct gophers job;
        make_job(&job, "four*3", 7, 65536, libraries[i].sizes, libraries[i].count);
        burn_and_check(&o, NULL, &job);
        free_job(&job);
    }
    ocl_close(&o);
}

// Files are read while others burn. One is gone and one has shrunk: only they have no
// digest.
static void unreadable_books_cost_only_themselves(void **state)
{
    enum { BOOKS = 40 };
    char folder[] = "/tmp/gopherbench-test-XXXXXX", path[64], text[BOOKS * 100];
    struct gophers job = {.carts = 4, .cart_bytes = 1024};
    struct fail why = {.text = ""};
    struct phases phases;
    struct ocl o;
    (void)state;
    fixture_need_device();
    assert_non_null(mkdtemp(folder));
    memset(text, 'b', sizeof text);
    for (int i = 0; i < BOOKS; i++) {
        snprintf(path, sizeof path, "%s/%02d", folder, i);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(text, 1, (size_t)i * 100, f);
        fclose(f);
    }
    assert_int_equal(design_find("four", &job.design, &why), 0);
    assert_int_equal(library_walk(&job.library, &(const char *){folder}, 1, &why), 0);
    assert_int_equal(job.library.count, BOOKS);
    assert_int_equal(gophers_cut(&job, &why), 0);
    job.ash = calloc(BOOKS, sizeof *job.ash);
    assert_non_null(job.ash);
    snprintf(path, sizeof path, "%s/05", folder);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/30", folder);
    assert_int_equal(truncate(path, 2000), 0);

    fixture_open(0, &o);
    struct ocl_gophers *x = ocl_gophers_make(&o, NULL, &job, &why);
    assert_non_null(x);
    for (int i = 0; i < BOOKS; i++)
        memset(job.ash[i].digest, 0x7f, DIGEST_BYTES);
    assert_int_equal(ocl_gophers_run(x, &phases, &why), 0);
    for (size_t i = 0; i < BOOKS; i++) {
        uint8_t digest[DIGEST_BYTES];
        const bool lost = i == 5 || i == 30;
        assert_int_equal(job.ash[i].error, i == 5 ? ENOENT : i == 30 ? ESTALE : 0);
        EVP_Digest(text, i * 100, digest, NULL, EVP_sha256(), NULL);
        if (lost)
            memset(digest, 0x7f, DIGEST_BYTES);
        assert_memory_equal(job.ash[i].digest, digest, DIGEST_BYTES);
    }
    ocl_gophers_free(x);
    ocl_close(&o);
    free_job(&job);
    for (int i = 0; i < BOOKS; i++) {
        snprintf(path, sizeof path, "%s/%02d", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

static void what_cannot_be_is_a_sentence(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct gophers job;
    struct fail why = {.text = ""};
    fixture_open(0, &o);
    make_job(&job, "four", 4, 65536, awkward, AWKWARD);
    assert_null(ocl_gophers_make(&o, "lanes3", &job, &why));
    assert_int_equal(why.code, EXIT_USAGE);
    assert_non_null(strstr(why.text, "scalar lanes4 lanes8 lanes16"));
    o.memory_bytes = 100000;
    assert_null(ocl_gophers_make(&o, NULL, &job, &why));
    assert_int_equal(why.code, EXIT_RESOURCE);
    assert_non_null(strstr(why.text, "all carts together needs"));
    o.memory_bytes = 0;
    o.largest_bytes = 65535;
    assert_null(ocl_gophers_make(&o, NULL, &job, &why));
    assert_int_equal(why.code, EXIT_RESOURCE);
    free_job(&job);
    ocl_gophers_free(NULL);
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_design),
        cmocka_unit_test(every_kernel_and_cart_size),
        cmocka_unit_test(libraries_of_every_size),
        cmocka_unit_test(unreadable_books_cost_only_themselves),
        cmocka_unit_test(what_cannot_be_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
