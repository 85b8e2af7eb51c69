// test_gophers_oracle.c -- the ash is judged: lost, mixed up, wrong, and changed under
// us.
#include "burnt_library.h"
#include "scratch.h"

#include <errno.h>

static struct scratch scratch;

static void lost_and_mixed_up_books_are_named(void **state)
{
    (void)state;
    struct gophers *job = make_generated(20, 500, 1000, "lognormal");
    assert_wrong(job, "book 0, book-000000, was lost");
    burn(job);
    assert_right(job);
    struct ash kept = job->ash[7];
    job->ash[7] = job->ash[12];
    assert_wrong(job, "book 7, book-000007, has the ash of book 12, book-000012");
    job->ash[7] = kept;
    job->ash[7].digest[31] ^= 1;
    assert_wrong(job, "book 7, book-000007, has burnt to the wrong ash");
    job->ash[7] = kept;
    job->ash[3].error = EIO;
    assert_wrong(job, "book 3, book-000003, was given up (Input/output error)");
    job->ash[3].error = 0;
    workload_gophers.damage(job, SABOTAGE_OFF_BY_ONE);
    assert_right(job);
    workload_gophers.damage(job, SABOTAGE_LOST_BOOK);
    assert_wrong(job, "book 10, book-000010, was lost");
    workload_gophers.reset(job);
    assert_wrong(job, "book 0, book-000000, was lost");
    burn(job);
    assert_right(job);
    workload_gophers.free(job);
}

static void a_sample_still_finds_what_never_burnt(void **state)
{
    (void)state;
    struct gophers *job =
        make(json_pack("{s:i, s:i, s:i, s:s}", "books", 500, "book_bytes", 10, "seed", 4,
                       "verify", "sample"));
    json_t *told = workload_gophers.describe(job);
    assert_int_equal(json_integer_value(json_object_get(told, "verified_books")), 64);
    json_decref(told);
    burn(job);
    assert_right(job);
    // Wrong ash shows in the books of the sample, lost ash in all of them.
    int found = 0;
    for (size_t i = 0; i < 500; i++) {
        struct fail why;
        double error;
        job->ash[i].digest[0] ^= 1;
        found += workload_gophers.check(job, &error, &why) != 0;
        job->ash[i].digest[0] ^= 1;
    }
    assert_int_equal(found, 64);
    struct gophers *other = make_generated(500, 10, 4096, "none");
    workload_gophers.reset(other);
    for (size_t i = 0; i < 500; i += 31) {
        struct ash kept = job->ash[i];
        job->ash[i] = other->ash[i];
        assert_wrong(job, "was lost");
        job->ash[i] = kept;
    }
    workload_gophers.free(other);
    workload_gophers.free(job);
}

static size_t count_complaints(const struct gophers *job, const char *about)
{
    json_t *list = workload_gophers.complaints(job);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        n += strstr(json_string_value(json_array_get(list, i)), about) != NULL;
    json_decref(list);
    return n;
}

static void files_that_change_are_complaints_and_leave_the_manifest(void **state)
{
    enum { LONG = 9000 };  // several carts
    static char text[LONG];
    (void)state;
    mkdir(scratch_path(&scratch, "f"), 0755);
    scratch_file(&scratch, "f/a", "aaa", 3);
    scratch_file(&scratch, "f/b", text, LONG);
    scratch_file(&scratch, "f/c", "ccc", 3);
    mkfifo(scratch_path(&scratch, "f/fifo\n"), 0600);
    struct gophers *job = make_real(scratch_path(&scratch, "f"));
    assert_false(gophers_in_memory(job));
    assert_int_equal(count_complaints(job, "f/fifo\\x0a: is a FIFO"), 1);
    burn(job);
    assert_right(job);
    assert_int_equal(count_lines(job), 3);

    // It shrinks before the next run: the engine and the oracle both see that.
    assert_int_equal(truncate(scratch_path(&scratch, "f/b"), 8500), 0);
    workload_gophers.reset(job);
    burn(job);
    assert_int_equal(job->ash[1].error, ESTALE);
    assert_right(job);
    assert_int_equal(count_lines(job), 2);
    assert_int_equal(count_complaints(job, "f/b: changed while it was read"), 1);

    // The length stays, the words change: burnt right, but not what was read at first.
    scratch_file(&scratch, "f/b", text, LONG);
    scratch_file(&scratch, "f/c", "CCC", 3);
    workload_gophers.reset(job);
    burn(job);
    assert_right(job);
    assert_int_equal(count_lines(job), 3);
    // Changed again, after it was burnt.
    scratch_file(&scratch, "f/c", "ccc", 3);
    workload_gophers.reset(job);
    burn(job);
    scratch_file(&scratch, "f/c", "...", 3);
    assert_right(job);
    assert_int_equal(count_lines(job), 2);

    unlink(scratch_path(&scratch, "f/a"));
    workload_gophers.reset(job);
    burn(job);
    assert_right(job);
    assert_int_equal(count_complaints(job, "f/a: cannot be read: No such file"), 1);
    workload_gophers.free(job);
}

static void a_file_that_could_be_read_must_be(void **state)
{
    (void)state;
    mkdir(scratch_path(&scratch, "g"), 0755);
    scratch_file(&scratch, "g/a", "aaa", 3);
    scratch_file(&scratch, "g/\033", "bbb", 3);
    struct gophers *job = make_real(scratch_path(&scratch, "g"));
    burn(job);
    assert_right(job);
    job->ash[0].error = EIO;
    assert_wrong(job, "was given up (Input/output error), but it can be read");
    job->ash[0].error = 0;
    job->ash[1].digest[0] ^= 1;
    assert_wrong(job, "wrong ash");
    workload_gophers.free(job);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_and_mixed_up_books_are_named),
        cmocka_unit_test(a_sample_still_finds_what_never_burnt),
        cmocka_unit_test(files_that_change_are_complaints_and_leave_the_manifest),
        cmocka_unit_test(a_file_that_could_be_read_must_be),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
