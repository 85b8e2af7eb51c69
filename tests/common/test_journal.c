// test_journal.c -- whole lines, whatever happens: a full disk, kill -9 at any instant.
#include "journal.h"

#include "fixture.h"
#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

static struct scratch scratch;
static struct result result;
static struct cell *cell;

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    result = fixture_result();
    cell = fixture_cell(&result, "matmul", "8x8x8 f32", "csp", 2);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    result_free(&result);
    scratch_remove(&scratch);
    return 0;
}

static const struct sample SAMPLE = {.round = 3,
                                     .total_s = 0.125,
                                     .upload_s = 0.01,
                                     .run_s = 0.1,
                                     .download_s = 0.015,
                                     .outside_s = 0.5};

// Parses a journal line by line. Returns the whole lines; *torn tells of bytes behind the
// last.
static size_t lines_of(const char *path, json_t **last, bool *torn)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *line = NULL;
    size_t room = 0, count = 0;
    ssize_t length;
    *torn = false;
    *last = NULL;
    while ((length = getline(&line, &room, file)) > 0) {
        assert_false(*torn);  // only the last line can be
        if (line[length - 1] != '\n') {
            *torn = true;
            continue;
        }
        json_decref(*last);
        *last = json_loads(line, 0, NULL);
        assert_non_null(*last);
        count++;
    }
    free(line);
    fclose(file);
    return count;
}

static const char *text_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static double number_in(const json_t *object, const char *name)
{
    assert_true(json_is_number(json_object_get(object, name)));
    return json_number_value(json_object_get(object, name));
}

static void lines_hold_what_was_measured(void **state)
{
    (void)state;
    struct journal journal;
    struct fail why;
    const char *path = scratch_path(&scratch, "j");
    bool torn;
    json_t *last;
    assert_int_equal(journal_open(&journal, path, &result, &why), 0);
    assert_int_equal(lines_of(path, &last, &torn), 1);
    assert_string_equal(text_in(last, "schema"), RESULT_SCHEMA);
    assert_string_equal(text_in(last, "command"), "gopherbench compare");
    assert_string_equal(text_in(json_object_get(last, "host"), "cpu"), "Example CPU");
    assert_null(json_object_get(last, "cells"));
    json_decref(last);

    assert_int_equal(journal_append(&journal, cell, &SAMPLE, &why), 0);
    assert_int_equal(lines_of(path, &last, &torn), 2);
    assert_string_equal(text_in(last, "workload"), "matmul");
    assert_string_equal(text_in(last, "case"), "8x8x8 f32");
    assert_string_equal(text_in(last, "engine"), "csp");
    assert_string_equal(text_in(last, "device"), "");
    assert_true(number_in(last, "threads") == 2 && number_in(last, "round") == 3);
    assert_true(number_in(last, "total_s") == 0.125 &&
                number_in(last, "upload_s") == 0.01);
    assert_true(number_in(last, "run_s") == 0.1 &&
                number_in(last, "download_s") == 0.015);
    assert_true(number_in(last, "outside_s") == 0.5 && number_in(last, "repeats") == 1);
    assert_true(json_is_true(json_object_get(last, "verified")));
    json_decref(last);

    fixture_failure(cell, EXIT_DIED, "ended by \033[2J\xff");
    assert_int_equal(journal_append_failure(&journal, cell, &why), 0);
    assert_int_equal(lines_of(path, &last, &torn), 3);
    assert_string_equal(text_in(last, "error"), "ended by \\x1b[2J\\xff");
    assert_true(number_in(last, "exit_code") == EXIT_DIED);
    assert_null(json_object_get(last, "total_s"));
    json_decref(last);
    assert_false(torn);
    journal_close(&journal, true);
    assert_int_equal(access(path, F_OK), 0);
}

static void closing_keeps_or_removes(void **state)
{
    (void)state;
    struct journal journal = {.fd = -1};
    struct fail why;
    journal_close(&journal, false);
    journal_close(&journal, true);
    const char *path = scratch_path(&scratch, "j");
    assert_int_equal(journal_open(&journal, path, &result, &why), 0);
    journal_close(&journal, false);
    assert_int_equal(access(path, F_OK), -1);
    journal_close(&journal, false);  // once more is fine
}

static void what_cannot_be_a_journal(void **state)
{
    (void)state;
    struct journal journal;
    struct fail why;
    const char *path = scratch_file(&scratch, "old", "samples\n", 8);
    assert_int_equal(journal_open(&journal, path, &result, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_non_null(strstr(why.text, "cut short"));
    journal_close(&journal, false);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 8);  // the earlier run's samples are still there

    assert_int_equal(journal_open(&journal, scratch.folder, &result, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_int_equal(
        journal_open(&journal, scratch_path(&scratch, "no/j"), &result, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_non_null(strstr(why.text, strerror(ENOENT)));
    assert_int_equal(journal.fd, -1);
}

// A disk that is full at some byte: everything up to there is whole lines.
static void a_full_disk_leaves_whole_lines(void **state)
{
    (void)state;
    for (rlim_t room = 0; room < 4000; room += 61) {
        const char *path = scratch_path(&scratch, "full");
        unlink(path);
        const pid_t child = fork();
        if (child == 0) {
            struct journal journal;
            struct fail why;
            const struct rlimit limit = {.rlim_cur = room, .rlim_max = room};
            signal(SIGXFSZ, SIG_IGN);
            if (setrlimit(RLIMIT_FSIZE, &limit))
                _exit(1);
            int failed = journal_open(&journal, path, &result, &why);
            for (int i = 0; i < 40 && !failed; i++)
                failed = journal_append(&journal, cell, &SAMPLE, &why);
            // It has to fail, say why, and leave a file to be kept.
            _exit(failed && why.code == EXIT_OUTPUT && strstr(why.text, "cannot write") &&
                          !strstr(why.text, "torn")
                      ? 0
                      : 2);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        bool torn = false;
        json_t *last = NULL;
        if (access(path, F_OK) == 0) {
            assert_true(lines_of(path, &last, &torn) >= 1);
            json_decref(last);
        }
        assert_false(torn);
    }
}

static void appending_goes_on_after_a_full_disk(void **state)
{
    (void)state;
    struct journal journal;
    struct fail why;
    struct stat st;
    const char *path = scratch_path(&scratch, "j");
    assert_int_equal(journal_open(&journal, path, &result, &why), 0);
    assert_int_equal(stat(path, &st), 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit tight = {.rlim_cur = (rlim_t)st.st_size + 10,
                                 .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const int failed = journal_append(&journal, cell, &SAMPLE, &why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(failed, -1);
    assert_int_equal(journal_append(&journal, cell, &SAMPLE, &why), 0);
    bool torn;
    json_t *last;
    assert_int_equal(lines_of(path, &last, &torn), 2);
    assert_false(torn);
    json_decref(last);
    journal_close(&journal, true);
}

static void kill_9_at_any_instant(void **state)
{
    (void)state;
    enum { KILLS = 30 };
    size_t most = 0;
    for (int i = 0; i < KILLS; i++) {
        const char *path = scratch_path(&scratch, "killed");
        unlink(path);
        int begun[2];
        assert_int_equal(pipe(begun), 0);
        const pid_t child = fork();
        if (child == 0) {
            struct journal journal;
            struct fail why;
            if (journal_open(&journal, path, &result, &why))
                _exit(1);
            for (;;) {
                if (journal_append(&journal, cell, &SAMPLE, &why))
                    _exit(2);
                if (write(begun[1], "", 1) != 1)
                    _exit(3);
            }
        }
        close(begun[1]);
        char byte;
        for (int n = 0; n <= 3 * i; n++)
            assert_int_equal(read(begun[0], &byte, 1), 1);
        nanosleep(&(struct timespec){.tv_nsec = 1000 * i * i % 97}, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        close(begun[0]);
        bool torn;
        json_t *last;
        const size_t count = lines_of(path, &last, &torn);
        assert_true(count >= 2 + 3 * (size_t)i);  // nothing that was finished is lost
        json_decref(last);
        if (count > most)
            most = count;
    }
    assert_true(most > KILLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_hold_what_was_measured, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_keeps_or_removes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_a_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_whole_lines, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(appending_goes_on_after_a_full_disk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(kill_9_at_any_instant, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
