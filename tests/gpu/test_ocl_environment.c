// test_ocl_environment.c -- what is set before OpenCL's first call, and what is left
// alone.
#include "ocl_environment.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gopherbench-test-XXXXXX");
    unsetenv("POCL_CACHE_DIR");
    unsetenv("OCL_ICD_VENDORS");
    unsetenv("POCL_MAX_PTHREAD_COUNT");
    unsetenv("POCL_CPU_MAX_CU_COUNT");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    ocl_environment_leave();
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777;
}

static void cache_is_private(void **state)
{
    struct fail why;
    (void)state;
    setenv("XDG_CACHE_HOME", in("cache"), 1);
    assert_int_equal(ocl_environment_enter(3, &why), 0);
    assert_string_equal(getenv("POCL_CACHE_DIR"), in("cache/gopherbench/pocl"));
    assert_int_equal(mode_of(in("cache/gopherbench/pocl")), 0700);
    assert_string_equal(getenv("POCL_MAX_PTHREAD_COUNT"), "3");
    assert_string_equal(getenv("POCL_CPU_MAX_CU_COUNT"), "3");
    assert_string_equal(getenv("POCL_SIGFPE_HANDLER"), "0");
    assert_non_null(getenv("PATH"));
}

static void what_the_user_set_stays(void **state)
{
    struct fail why;
    (void)state;
    setenv("POCL_CACHE_DIR", "/somewhere", 1);
    setenv("POCL_MAX_PTHREAD_COUNT", "7", 1);
    assert_int_equal(ocl_environment_enter(3, &why), 0);
    assert_string_equal(getenv("POCL_CACHE_DIR"), "/somewhere");
    assert_string_equal(getenv("POCL_MAX_PTHREAD_COUNT"), "7");
    assert_string_equal(getenv("POCL_CPU_MAX_CU_COUNT"), "7");
}

static void others_may_not_write_to_the_cache(void **state)
{
    struct fail why;
    (void)state;
    setenv("XDG_CACHE_HOME", folder, 1);
    assert_int_equal(mkdir(in("gopherbench"), 0700), 0);
    assert_int_equal(mkdir(in("gopherbench/pocl"), 0700), 0);
    assert_int_equal(chmod(in("gopherbench/pocl"), 0777), 0);
    assert_int_equal(ocl_environment_enter(1, &why), 0);
    assert_int_equal(mode_of(in("gopherbench/pocl")), 0700);
}

// A cache that cannot be made gives way to a temporary one, which goes when we leave and
// is made again when we return.
static void no_cache_means_a_temporary_one(void **state)
{
    struct fail why;
    char path[256];
    (void)state;
    write_file("gopherbench", "a file where the folder should be");
    setenv("XDG_CACHE_HOME", folder, 1);
    setenv("TMPDIR", folder, 1);
    assert_int_equal(ocl_environment_enter(1, &why), 0);
    snprintf(path, sizeof path, "%s", getenv("POCL_CACHE_DIR"));
    assert_non_null(strstr(path, "gopherbench-pocl-"));
    assert_int_equal(mode_of(path), 0700);
    ocl_environment_leave();
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(ocl_environment_enter(1, &why), 0);
    assert_int_equal(mode_of(path), 0700);
    unsetenv("TMPDIR");
}

static int count_icds(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strstr(e->d_name, ".icd") != NULL;
    closedir(d);
    return n;
}

// libm stands in for a driver: all that matters is that it can be loaded.
static void a_driver_without_its_file_gets_one(void **state)
{
    char made[256], line[64] = "";
    (void)state;
    write_file("pocl.icd", "libpocl.so.2\n");
    assert_int_equal(mkfifo(in("blocks.icd"), 0600), 0);
    assert_true(ocl_vendor_folder(folder, "libm.so.6", folder, made, sizeof made));
    assert_int_equal(count_icds(made), 3);
    assert_true(strlen(made) + sizeof "/gopherbench-nvidia.icd" < sizeof made);
    strcat(made, "/gopherbench-nvidia.icd");
    FILE *icd = fopen(made, "r");
    assert_non_null(icd);
    assert_non_null(fgets(line, sizeof line, icd));
    fclose(icd);
    assert_string_equal(line, "libm.so.6\n");
}

static void no_folder_where_none_is_needed(void **state)
{
    char made[256] = "";
    (void)state;
    assert_false(
        ocl_vendor_folder(folder, "libno-such-driver.so.1", folder, made, sizeof made));
    write_file("nvidia.icd", "libnvidia-opencl.so.1\n");
    assert_false(ocl_vendor_folder(folder, "libm.so.6", folder, made, sizeof made));
    assert_false(ocl_vendor_folder("/nonexistent", "libm.so.6", "/nonexistent", made,
                                   sizeof made));
    assert_string_equal(made, "");
}

static void vendor_files_are_counted(void **state)
{
    (void)state;
    assert_int_equal(ocl_vendor_files("/nonexistent"), 0);
    assert_int_equal(ocl_vendor_files(folder), 0);
    write_file("a.icd", "liba.so\n");
    write_file("b.icd", "");
    write_file("c.txt", "no\n");
    assert_int_equal(mkdir(in("d.icd"), 0700), 0);
    assert_int_equal(ocl_vendor_files(folder), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cache_is_private, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_the_user_set_stays, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(others_may_not_write_to_the_cache, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_driver_without_its_file_gets_one, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(no_folder_where_none_is_needed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(vendor_files_are_counted, make_folder,
                                        remove_folder),
        // The last: the temporary cache stays this process' own.
        cmocka_unit_test_setup_teardown(no_cache_means_a_temporary_one, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
