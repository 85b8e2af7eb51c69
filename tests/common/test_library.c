// test_library.c -- books from a seed, books from folders, and files that change under
// us.
#include "library.h"

#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct scratch scratch;

static uint64_t sum_of_sizes(const struct library *lib)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < lib->count; i++)
        sum += lib->books[i].bytes;
    return sum;
}

static void generate(struct library *lib, uint64_t seed, size_t count, uint64_t mean,
                     enum skew skew)
{
    struct fail why;
    assert_int_equal(library_generate(lib, seed, count, mean, skew, &why), 0);
    assert_int_equal(lib->count, count);
    assert_int_equal(lib->files, 0);
    assert_int_equal(sum_of_sizes(lib), lib->total_bytes);
}

static void sizes_follow_the_skew(void **state)
{
    struct library lib;
    (void)state;
    generate(&lib, 1, 10, 1000, SKEW_NONE);
    assert_int_equal(lib.total_bytes, 10000);
    assert_int_equal(lib.longest_bytes, 1000);
    for (size_t i = 0; i < lib.count; i++)
        assert_int_equal(lib.books[i].bytes, 1000);
    assert_string_equal(lib.books[3].name, "book-000003");
    library_free(&lib);

    generate(&lib, 1, 11, 1000, SKEW_GIANT);
    assert_int_equal(lib.total_bytes, 5500 + 10 * 550);
    assert_int_equal(lib.longest_bytes, 5500);
    library_free(&lib);

    // Rounded down, a byte a book at most is missing; the longest is far above the mean,
    // and the median (exp(-1/2) of it) well below.
    generate(&lib, 1, 4000, 1000, SKEW_LOGNORMAL);
    assert_in_range(lib.total_bytes, 4000 * 999, 4000 * 1000);
    assert_true(lib.longest_bytes > 5000);
    size_t below = 0;
    for (size_t i = 0; i < lib.count; i++)
        below += lib.books[i].bytes < 607;
    assert_in_range(below, 1800, 2200);
    library_free(&lib);
}

static void the_seed_decides_alone(void **state)
{
    struct library a, b, c;
    (void)state;
    for (int skew = SKEW_NONE; skew <= SKEW_GIANT; skew++) {
        generate(&a, 5, 100, 333, (enum skew)skew);
        generate(&b, 5, 100, 333, (enum skew)skew);
        generate(&c, 6, 100, 333, (enum skew)skew);
        assert_int_equal(a.total_bytes, b.total_bytes);
        for (size_t i = 0; i < 100; i++) {
            assert_int_equal(a.books[i].bytes, b.books[i].bytes);
            assert_memory_equal(a.books[i].text, b.books[i].text, a.books[i].bytes);
        }
        assert_memory_not_equal(a.memory, c.memory, 1000);
        library_free(&a);
        library_free(&b);
        library_free(&c);
    }
}

static void empty_libraries_are_fine(void **state)
{
    struct library lib;
    (void)state;
    for (int skew = SKEW_NONE; skew <= SKEW_GIANT; skew++) {
        generate(&lib, 1, 0, 1000, (enum skew)skew);
        library_free(&lib);
        generate(&lib, 1, 7, 0, (enum skew)skew);
        assert_int_equal(lib.total_bytes, 0);
        assert_non_null(lib.books[6].text);
        library_free(&lib);
        generate(&lib, 1, 1, 500, (enum skew)skew);
        assert_in_range(lib.total_bytes, 499, 500);
        library_free(&lib);
        library_free(&lib);
    }
}

static void what_fits_no_memory_is_refused(void **state)
{
    struct library lib;
    struct fail why;
    (void)state;
    assert_int_equal(library_generate(&lib, 1, 1 << 20, UINT64_MAX / 2, SKEW_NONE, &why),
                     -1);
    assert_int_equal(why.code, EXIT_USAGE);
    assert_int_equal(
        library_generate(&lib, 1, 1 << 10, (uint64_t)1 << 40, SKEW_NONE, &why), -1);
    assert_int_equal(why.code, EXIT_RESOURCE);
    assert_int_equal(library_generate(&lib, 1, (size_t)1 << 50, 0, SKEW_NONE, &why), -1);
    assert_int_equal(why.code, EXIT_RESOURCE);
}

static void make_folder(const char *name)
{
    assert_int_equal(mkdir(scratch_path(&scratch, name), 0755), 0);
}

static void make_link(const char *to, const char *name)
{
    assert_int_equal(symlink(to, scratch_path(&scratch, name)), 0);
}

static void walk(struct library *lib, const char *path)
{
    struct fail why;
    if (library_walk(lib, &path, 1, &why))
        fail_msg("%s", why.text);
}

// All books' names, without the folder in front, with spaces between.
static const char *names(const struct library *lib)
{
    static char all[1024];
    size_t used = 0;
    all[0] = '\0';
    for (size_t i = 0; i < lib->count; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? " " : "",
                                 lib->books[i].name + strlen(scratch.folder));
    return all;
}

static bool complains(const struct library *lib, const char *about)
{
    for (size_t i = 0; i < lib->complaint_count; i++)
        if (strstr(lib->complaints[i], about))
            return true;
    return false;
}

static void walks_folders_in_the_order_of_bytes(void **state)
{
    struct library lib;
    char slash[80];
    (void)state;
    make_folder("w");
    make_folder("w/b");
    make_folder("w/b/deep");
    make_folder("w/empty");
    scratch_file(&scratch, "w/c", "ccc", 3);
    scratch_file(&scratch, "w/a", "a", 1);
    scratch_file(&scratch, "w/Z", "", 0);
    scratch_file(&scratch, "w/b-", "x", 1);
    scratch_file(&scratch, "w/b/2", "22", 2);
    scratch_file(&scratch, "w/b/10", "10", 2);
    scratch_file(&scratch, "w/b/deep/.hidden", "h", 1);
    scratch_file(&scratch, "w/\xff\n", "odd", 3);
    walk(&lib, scratch_path(&scratch, "w"));
    assert_string_equal(
        names(&lib), "/w/Z /w/a /w/b/10 /w/b/2 /w/b/deep/.hidden /w/b- /w/c /w/\xff\n");
    assert_int_equal(lib.complaint_count, 0);
    assert_int_equal(lib.files, 8);
    assert_int_equal(lib.total_bytes, 13);
    assert_int_equal(lib.longest_bytes, 3);
    library_free(&lib);
    // A slash at the end is not doubled.
    snprintf(slash, sizeof slash, "%s/w/b/", scratch.folder);
    walk(&lib, slash);
    assert_string_equal(names(&lib), "/w/b/10 /w/b/2 /w/b/deep/.hidden");
    library_free(&lib);
}

static void follows_links_but_not_in_circles(void **state)
{
    struct library lib;
    (void)state;
    make_folder("l");
    make_folder("l/f");
    scratch_file(&scratch, "l/f/book", "b", 1);
    make_link("f/book", "l/to-book");
    make_link("f", "l/to-folder");
    make_link("..", "l/f/up");
    make_link("nowhere", "l/dangling");
    make_link("self", "l/self");
    walk(&lib, scratch_path(&scratch, "l"));
    assert_string_equal(names(&lib), "/l/f/book /l/to-book");
    assert_int_equal(lib.complaint_count, 2);
    assert_true(complains(&lib, "l/dangling: cannot be read: No such file"));
    assert_true(complains(&lib, "l/self: cannot be read: Too many levels"));
    library_free(&lib);
    walk(&lib, scratch_path(&scratch, "l/to-folder"));
    assert_string_equal(names(&lib), "/l/to-folder/book");
    library_free(&lib);
}

static void complains_about_odd_files_and_goes_on(void **state)
{
    struct library lib;
    struct fail why;
    (void)state;
    make_folder("o");
    make_folder("o/locked");
    assert_int_equal(mkfifo(scratch_path(&scratch, "o/fifo"), 0644), 0);
    scratch_file(&scratch, "o/secret", "s", 1);
    scratch_file(&scratch, "o/good", "g", 1);
    chmod(scratch_path(&scratch, "o/secret"), 0);
    chmod(scratch_path(&scratch, "o/locked"), 0);
    chmod(scratch.folder, 0755);
    uid_t self = geteuid();
    bool others = self != 0 || seteuid(65534) == 0;
    walk(&lib, scratch_path(&scratch, "o"));
    assert_int_equal(seteuid(self), 0);
    assert_true(complains(&lib, "o/fifo: is a FIFO"));
    if (others) {
        assert_string_equal(names(&lib), "/o/good");
        assert_int_equal(lib.complaint_count, 3);
        assert_true(complains(&lib, "o/secret: cannot be read: Permission denied"));
        assert_true(complains(&lib, "o/locked: cannot be read: Permission denied"));
    }
    library_free(&lib);
    chmod(scratch_path(&scratch, "o/locked"), 0755);

    const char *const missing[] = {"/nowhere/at/all"};
    assert_int_equal(library_walk(&lib, missing, 1, &why), -1);
    assert_int_equal(why.code, EXIT_INPUT);
    assert_string_equal(why.text,
                        "/nowhere/at/all: cannot be read: No such file or directory");
    const char *const devices[] = {"/dev/zero", "/dev/null", ""};
    assert_int_equal(library_walk(&lib, devices, 3, &why), -1);
    assert_int_equal(why.code, EXIT_INPUT);
    assert_non_null(strstr(why.text, "(3 complaints)"));
    assert_non_null(strstr(why.text, "/dev/zero: is a device"));
    assert_int_equal(library_walk(&lib, NULL, 0, &why), 0);
    library_free(&lib);
}

static void standard_input_is_a_book(void **state)
{
    static const char *const paths[] = {"-", "-"};
    enum { BYTES = 3 << 20 };  // more than a step of reading
    struct library lib;
    struct fail why;
    (void)state;
    uint8_t *text = malloc(BYTES);
    for (size_t i = 0; i < BYTES; i++)
        text[i] = (uint8_t)(i * 2654435761u >> 11);
    int saved = dup(STDIN_FILENO);
    int fd = open(scratch_file(&scratch, "stdin", text, BYTES), O_RDONLY | O_CLOEXEC);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(library_walk(&lib, paths, 2, &why), 0);
    assert_int_equal(lib.count, 2);
    assert_int_equal(lib.files, 0);
    assert_int_equal(lib.books[0].bytes, BYTES);
    assert_memory_equal(lib.books[0].text, text, BYTES);
    assert_int_equal(lib.books[1].bytes, 0);
    assert_string_equal(lib.books[0].name, "-");
    library_free(&lib);
    close(STDIN_FILENO);
    assert_int_equal(library_walk(&lib, paths, 1, &why), -1);
    assert_int_equal(why.code, EXIT_INPUT);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(fd);
    free(text);
}

static void reads_any_stretch(void **state)
{
    struct library lib;
    struct library_cursor cursor = LIBRARY_CURSOR;
    char to[16] = "";
    (void)state;
    make_folder("r");
    scratch_file(&scratch, "r/1", "abcdefghij", 10);
    scratch_file(&scratch, "r/2", "", 0);
    walk(&lib, scratch_path(&scratch, "r"));
    assert_int_equal(library_read(&lib, 0, 0, 4, to, &cursor), 0);
    assert_true(cursor.fd >= 0);
    assert_int_equal(library_read(&lib, 0, 4, 3, to + 4, &cursor), 0);
    assert_int_equal(library_read(&lib, 1, 0, 0, to, &cursor), 0);
    assert_int_equal(library_read(&lib, 0, 7, 3, to + 7, &cursor), 0);
    assert_true(cursor.fd < 0);
    assert_string_equal(to, "abcdefghij");
    library_cursor_close(&cursor);
    library_free(&lib);
    generate(&lib, 1, 3, 100, SKEW_NONE);
    assert_int_equal(library_read(&lib, 2, 90, 10, to, &cursor), 0);
    assert_memory_equal(to, lib.books[2].text + 90, 10);
    library_free(&lib);
}

static void files_that_change_are_errors(void **state)
{
    static const struct {
        const char *change;
        int error;
    } facts[] = {
        {"grow", ESTALE},
        {"shrink", ESTALE},
        {"vanish", ENOENT},
        {"fifo", ESTALE},
    };
    (void)state;
    make_folder("c");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        for (int early = 0; early < 2; early++) {
            struct library lib;
            struct library_cursor cursor = LIBRARY_CURSOR;
            char to[8];
            const char *path = scratch_file(&scratch, "c/book", "12345678", 8);
            walk(&lib, path);
            // Late: the file is open already, and half of it was read.
            if (!early)
                assert_int_equal(library_read(&lib, 0, 0, 4, to, &cursor), 0);
            if (i == 0)
                assert_int_equal(truncate(path, 9), 0);
            else if (i == 1)
                assert_int_equal(truncate(path, 5), 0);
            else
                assert_int_equal(unlink(path), 0);
            if (i == 3)
                assert_int_equal(mkfifo(path, 0600), 0);
            // A wrong length is seen at once, not with the last byte.
            if (early && i < 2) {
                assert_int_equal(library_read(&lib, 0, 0, 2, to, &cursor), ESTALE);
                assert_true(cursor.fd < 0);
            }
            // An open file that was removed is still whole.
            int expected = early || i < 2 ? facts[i].error : 0;
            int error = library_read(&lib, 0, 4, 4, to, &cursor);
            assert_int_equal(error, expected);
            library_cursor_close(&cursor);
            library_free(&lib);
            unlink(path);
        }
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
        cmocka_unit_test(sizes_follow_the_skew),
        cmocka_unit_test(the_seed_decides_alone),
        cmocka_unit_test(empty_libraries_are_fine),
        cmocka_unit_test(what_fits_no_memory_is_refused),
        cmocka_unit_test(walks_folders_in_the_order_of_bytes),
        cmocka_unit_test(follows_links_but_not_in_circles),
        cmocka_unit_test(complains_about_odd_files_and_goes_on),
        cmocka_unit_test(standard_input_is_a_book),
        cmocka_unit_test(reads_any_stretch),
        cmocka_unit_test(files_that_change_are_errors),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
