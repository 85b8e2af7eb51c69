// test_csp_races.c -- the memory model, as Go tests it: ThreadSanitizer must report a
// race in the programs that have one, and none in the others.
//
// Each case runs in a process of its own, this program called with the case's name, since
// a race ends it. TSan sees what happened, not what might have: so a case runs on several
// numbers of workers, and under virtual time, a few times each. Without TSan the cases
// only have to come to their end.
//
//   test_csp_races [CASE [PROCS]]        PROCS 0: virtual time

#include "race_cases.h"

#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define JUDGED 1
#endif
#endif
#ifndef JUDGED
#define JUDGED 0
#endif

enum { ROUNDS = 2, RACE_FOUND = 66 };

static const int all_procs[] = {1, 2, 4, 0};
enum { N_PROCS = sizeof all_procs / sizeof *all_procs };

static struct scene *scene;

static void on_panic(const char *msg)
{
    (void)msg;
    if (scene->recovered)
        scene->recovered(scene);
}

static void free_channels(struct scene *s)
{
    csp_free(s->c);
    csp_free(s->c1);
    csp_free(s->c2);
    csp_free(s->c3);
    csp_free(s->old);
    csp_free(s->done);
    csp_free(s->p);
    csp_free(s->queue);
}

static void run_case(const struct race_case *c, int procs)
{
    struct csp_opts opts = {.procs = procs ? procs : 2,
                            .virtual_time = procs == 0,
                            .policy = CSP_RANDOM,
                            .on_panic = on_panic};
    for (int i = 0; i < ROUNDS; i++) {
        opts.seed = (uint64_t)i + 1;
        scene = calloc(1, sizeof *scene);
        CHECK(scene);
        int result = csp_run(c->fn, scene, &opts, NULL);
        // A race may end in a panic, and a late task may find nobody.
        CHECK(result == CSP_OK || c->race);
        free_channels(scene);
        free(scene);
    }
}

static const struct race_case *find(const char *name)
{
    const struct race_case *tables[] = {race_cases_chan, race_cases_close,
                                        race_cases_select, race_cases_own};
    const size_t sizes[] = {n_race_cases_chan, n_race_cases_close, n_race_cases_select,
                            n_race_cases_own};
    for (size_t t = 0; t < sizeof sizes / sizeof *sizes; t++) {
        for (size_t i = 0; i < sizes[t]; i++) {
            if (!strcmp(tables[t][i].name, name))
                return &tables[t][i];
        }
    }
    return NULL;
}

// What a child said, and its exit status.
struct verdict {
    int status;
    char said[16384];
};

static struct verdict *judge(const struct race_case *c, int procs)
{
    static struct verdict v;
    char number[16];
    int out[2];
    size_t len = 0;
    ssize_t got;
    snprintf(number, sizeof number, "%d", procs);
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        close(out[1]);
        setenv("TSAN_OPTIONS",
               "halt_on_error=1:exitcode=66:atexit_sleep_ms=0:symbolize=0", 1);
        execl("/proc/self/exe", "test_csp_races", c->name, number, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    while ((got = read(out[0], v.said + len, sizeof v.said - 1 - len)) > 0)
        len += (size_t)got;
    close(out[0]);
    v.said[len] = '\0';
    assert_int_equal(waitpid(pid, &v.status, 0), pid);
    return &v;
}

static bool as_expected(const struct race_case *c, int procs)
{
    const struct verdict *v = judge(c, procs);
    bool reported = strstr(v->said, "WARNING: ThreadSanitizer: data race");
    int status = WIFEXITED(v->status) ? WEXITSTATUS(v->status) : -1;
    if (reported == c->race && status == (c->race ? RACE_FOUND : 0))
        return true;
    print_error("%s with %d processors: %s, exit status %d\n%s\n", c->name, procs,
                reported ? "a race" : "no race", status, v->said);
    return false;
}

static void run_cases(const struct race_case *cases, size_t n)
{
    int wrong = 0;
    for (size_t i = 0; i < n; i++) {
        for (int p = 0; p < N_PROCS; p++) {
            if (JUDGED)
                wrong += !as_expected(&cases[i], all_procs[p]);
            else
                run_case(&cases[i], all_procs[p]);
        }
    }
    assert_int_equal(wrong, 0);
}

static void chan_cases(void **state)
{
    (void)state;
    run_cases(race_cases_chan, n_race_cases_chan);
}

static void close_cases(void **state)
{
    (void)state;
    run_cases(race_cases_close, n_race_cases_close);
}

static void select_cases(void **state)
{
    (void)state;
    run_cases(race_cases_select, n_race_cases_select);
}

static void own_cases(void **state)
{
    (void)state;
    run_cases(race_cases_own, n_race_cases_own);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chan_cases),
        cmocka_unit_test(close_cases),
        cmocka_unit_test(select_cases),
        cmocka_unit_test(own_cases),
    };
    if (argc == 1)
        return cmocka_run_group_tests(tests, NULL, NULL);
    const struct race_case *c = find(argv[1]);
    CHECK(c);
    for (int p = 0; p < N_PROCS; p++) {
        if (argc == 2 || atoi(argv[2]) == all_procs[p])
            run_case(c, all_procs[p]);
    }
    return 0;
}
