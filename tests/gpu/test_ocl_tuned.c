// test_ocl_tuned.c -- tuned numbers are remembered, found and named; and nothing is taken
// from a file or a folder that others could have written, that is damaged, or that was
// found with another device, driver or kernels.
#include "ocl_matmul.h"
#include "ocl_product.h"
#include "ocl_settings.h"
#include "ocl_store.h"
#include "ocl_tuned.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/gopherbench-test-XXXXXX";
static char folder[64], file[160];
static struct ocl o;
static struct matmul job;
static const struct ocl_rung *rung;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

// An empty cache, and the numbers [BM=64 BN=64] in it.
static void keep_some(void)
{
    struct fail why;
    struct ocl_settings s;
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(ocl_settings_read("[BM=64 BN=64]", rung->knobs, &s, &why), 0);
    if (ocl_tuned_keep(&o, rung, &job, &s, &why) != 0)
        fail_msg("%s", why.text);
}

static int begin(void **state)
{
    struct fail why;
    struct ocl_settings none;
    char name[64];
    (void)state;
    if (fixture_find(NULL) != 0 || !mkdtemp(home))
        return -1;
    if (fixture_device_count == 0)
        return 0;
    fixture_open(0, &o);
    o.units = 1;  // so that plans take large tiles by themselves
    setenv("XDG_CACHE_HOME", home, 1);
    rung = ocl_rung_choose(&o, "buffered", &none, &why);
    make_job(&job, 70, 70, 16, ELEM_F32);
    snprintf(folder, sizeof folder, "%s/gopherbench", home);
    snprintf(file, sizeof file, "%s/%s", folder, ocl_tuned_name(&o, name));
    return 0;
}

static int end(void **state)
{
    (void)state;
    nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (fixture_device_count > 0) {
        free_job(&job);
        ocl_close(&o);
    }
    return 0;
}

static void assert_found(void)
{
    struct fail why;
    struct ocl_settings s;
    if (!ocl_tuned_find(&o, rung, &job, &s, &why))
        fail_msg("not found: %s", why.text);
    assert_int_equal(s.value[0], 64);
    assert_string_equal(why.text, "");
}

// Nothing is found, and the sentence says why; "" means that there is none.
static void assert_not_found(const char *says)
{
    struct fail why;
    struct ocl_settings s;
    assert_false(ocl_tuned_find(&o, rung, &job, &s, &why));
    if (*says ? !strstr(why.text, says) : *why.text)
        fail_msg("expected '%s', got '%s'", says, why.text);
}

static void write_file(const char *text)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static char *read_file(void)
{
    char *text = calloc(1, 4096);
    FILE *f = fopen(file, "r");
    assert_non_null(text);
    assert_non_null(f);
    assert_true(fread(text, 1, 4095, f) > 0);
    fclose(f);
    return text;
}

// The file with `from` replaced by `to`, which is as long.
static void edit_file(const char *from, const char *to)
{
    char *text = read_file(), *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    write_file(text);
    free(text);
}

static void what_is_kept_is_found(void **state)
{
    struct stat info;
    (void)state;
    fixture_need_device();
    keep_some();
    assert_found();
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);

    struct matmul other = job;
    struct ocl_settings s;
    struct fail why;
    other.type = ELEM_F64;
    assert_false(ocl_tuned_find(&o, rung, &other, &s, &why));
    // A second entry leaves the first.
    assert_int_equal(ocl_settings_read("[BM=32]", rung->knobs, &s, &why), 0);
    assert_int_equal(ocl_tuned_keep(&o, rung, &other, &s, &why), 0);
    assert_true(ocl_tuned_find(&o, rung, &other, &s, &why));
    assert_int_equal(s.value[0], 32);
    assert_found();
    // What suits a large product need not suit one of a hundredth.
    other = job;
    other.m = 1;
    assert_false(ocl_tuned_find(&o, rung, &other, &s, &why));
    assert_string_equal(why.text, "");
}

static void the_key_is_device_driver_and_kernels(void **state)
{
    (void)state;
    fixture_need_device();
    const struct ocl as_it_is = o;
    keep_some();
    o.device.seen.name[0] ^= 1;
    assert_not_found("");
    o = as_it_is;
    o.units++;
    assert_not_found("");
    o = as_it_is;
    o.device.seen.driver[0] ^= 1;
    assert_not_found("stale, of another driver");
    o = as_it_is;
    assert_found();
    char *text = read_file(), kernels[] = "\"kernels\": \"0";
    const char *at = strstr(text, "\"kernels\": \"");
    assert_non_null(at);
    char was[sizeof kernels];
    snprintf(was, sizeof was, "%s", at);
    kernels[sizeof kernels - 2] = was[sizeof kernels - 2] == '0' ? '1' : '0';
    edit_file(was, kernels);
    assert_not_found("stale, of other kernels");
    free(text);
    // What is stale is replaced, not added to.
    keep_some();
    assert_found();
    edit_file("gopherbench-tuned/1", "gopherbench-tuned/0");
    assert_not_found("another version");
}

static void damaged_files_are_ignored(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "null", "{}{}", "\x80\xff"};
    (void)state;
    fixture_need_device();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        keep_some();
        write_file(texts[i]);
        assert_not_found("damaged");
    }
    keep_some();
    edit_file("BM=64", "BM=6x");
    assert_not_found("damaged");
    keep_some();
    edit_file("BM=64", "XX=64");
    assert_not_found("damaged");
    keep_some();
    edit_file("\"numbers\"", "\"nombers\"");
    assert_not_found("damaged");
    keep_some();
    edit_file("\"found\"", "\"fount\"");
    assert_not_found("damaged");
}

static void what_others_could_write_is_ignored(void **state)
{
    (void)state;
    fixture_need_device();
    keep_some();
    assert_int_equal(chmod(file, 0622), 0);
    assert_not_found("others may write to it");
    assert_int_equal(chmod(file, 0620), 0);
    assert_not_found("others may write to it");
    assert_int_equal(chmod(file, 0644), 0);
    assert_found();

    assert_int_equal(chmod(folder, 0777), 0);
    assert_not_found("others may write to it");
    struct fail why;
    struct ocl_settings s = {.given = true};
    assert_int_equal(ocl_tuned_keep(&o, rung, &job, &s, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_found();

    // A link, to the very file.
    char moved[200];
    snprintf(moved, sizeof moved, "%s.moved", file);
    assert_int_equal(rename(file, moved), 0);
    assert_int_equal(symlink(moved, file), 0);
    assert_not_found("it is a link");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_not_found("no regular file");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rename(moved, file), 0);

    // The folder, a link.
    snprintf(moved, sizeof moved, "%s.moved", folder);
    assert_int_equal(rename(folder, moved), 0);
    assert_int_equal(symlink(moved, folder), 0);
    assert_not_found("it is a link");
    assert_int_equal(unlink(folder), 0);
    assert_int_equal(rename(moved, folder), 0);
    assert_found();

    assert_int_equal(truncate(file, STORE_FILE_BYTES + 1), 0);
    assert_not_found("too large");
}

static void what_others_own_is_ignored(void **state)
{
    (void)state;
    fixture_need_device();
    keep_some();
    // Only root can give a file away.
    if (chown(file, 12345, 12345) != 0)
        skip();
    assert_not_found("it belongs to another user");
    keep_some();
    assert_int_equal(chown(folder, 12345, 12345), 0);
    assert_not_found("it belongs to another user");
    assert_int_equal(chown(folder, geteuid(), getegid()), 0);
    assert_found();
}

static void without_a_home_nothing_is_remembered(void **state)
{
    struct fail why;
    struct ocl_settings s = {.given = true};
    (void)state;
    fixture_need_device();
    keep_some();
    char *was = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_not_found("");
    assert_int_equal(ocl_tuned_keep(&o, rung, &job, &s, &why), -1);
    assert_non_null(strstr(why.text, "neither XDG_CACHE_HOME nor HOME is set"));
    // A path that is not absolute is none.
    setenv("XDG_CACHE_HOME", "cache", 1);
    assert_not_found("");
    setenv("XDG_CACHE_HOME", home, 1);
    assert_found();
    if (was)
        setenv("HOME", was, 1);
    free(was);
}

// The engine uses them, says so, checks them like any others, and names take precedence.
static void products_use_them(void **state)
{
    static const struct {
        const char *variant, *is;
    } facts[] = {{"buffered", "buffered 64x64x16, tuned"},
                 {"buffered[BM=128]", "buffered 128x128x16"},
                 {"registers", "registers 64x64x16"}};
    (void)state;
    fixture_need_device();
    struct fail why;
    struct phases phases;
    char variant[64];
    struct matmul large;
    make_job(&large, 260, 250, 16, ELEM_F32);
    keep_some();
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct ocl_matmul *x = ocl_matmul_make(&o, facts[i].variant, &large, &why);
        assert_non_null(x);
        assert_string_equal(ocl_matmul_variant(x, variant, sizeof variant), facts[i].is);
        assert_string_equal(ocl_matmul_remark(x), "");
        poison(&large);
        assert_int_equal(ocl_matmul_run(x, &phases, &why), 0);
        check(&large, variant);
        ocl_matmul_free(x);
    }
    // Numbers that no kernel can have, and a file that is no use: its own choice, and a
    // sentence.
    static const struct {
        const char *from, *to, *says;
    } bad[] = {{"BM=64", "BM=65", "no whole tile"},
               {"gopherbench-tuned/1", "gopherbench-tuned/2", "another version"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        keep_some();
        edit_file(bad[i].from, bad[i].to);
        struct ocl_matmul *x = ocl_matmul_make(&o, "buffered", &large, &why);
        assert_non_null(x);
        assert_string_equal(ocl_matmul_variant(x, variant, sizeof variant),
                            "buffered 128x128x16");
        assert_non_null(strstr(ocl_matmul_remark(x), bad[i].says));
        ocl_matmul_free(x);
    }
    free_job(&large);
}

// A prepared product's numbers, whole, as its plan chose them.
static void a_product_can_be_kept(void **state)
{
    (void)state;
    fixture_need_device();
    struct fail why;
    keep_some();
    struct ocl_matmul *x = ocl_matmul_make(&o, "buffered[BK=32]", &job, &why);
    assert_non_null(x);
    assert_int_equal(ocl_matmul_keep(x, &why), 0);
    ocl_matmul_free(x);
    char *text = read_file();
    assert_non_null(strstr(text, "BM=64 BN=64 BK=32 TM=8 TN=4"));
    free(text);
    x = ocl_matmul_make(&o, "naive", &job, &why);
    assert_non_null(x);
    assert_int_equal(ocl_matmul_keep(x, &why), -1);
    ocl_matmul_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_found),
        cmocka_unit_test(the_key_is_device_driver_and_kernels),
        cmocka_unit_test(damaged_files_are_ignored),
        cmocka_unit_test(what_others_could_write_is_ignored),
        cmocka_unit_test(what_others_own_is_ignored),
        cmocka_unit_test(without_a_home_nothing_is_remembered),
        cmocka_unit_test(products_use_them),
        cmocka_unit_test(a_product_can_be_kept),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
