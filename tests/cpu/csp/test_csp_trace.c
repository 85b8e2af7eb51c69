// test_csp_trace.c -- the Chrome trace: by the rules of the format, which trace_check.py
// knows, and with the program's facts in it.
//
// Over 400 lines, since the checker and what it is shown belong together.

#include "csp_testing.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static char path[] = "/tmp/csp_trace_XXXXXX";
static char text[1 << 22], again[1 << 22];

struct facts {
    bool good;
    int busy;  // rows of workers or processors with something on them
    unsigned long long end_ns;
    int sends, wakes, tasks;
};

static void read_file(const char *from, char *into)
{
    FILE *f = fopen(from, "r");
    assert_non_null(f);
    size_t n = fread(into, 1, sizeof text - 1, f);
    into[n] = '\0';
    fclose(f);
}

// What the checker says about n files, called path and, beyond the first, path.1, ...
static void check(struct facts *facts, int n)
{
    char command[4096];
    int used = snprintf(command, sizeof command, "python3 %s %s", TRACE_CHECK, path);
    for (int i = 1; i < n; i++)
        used +=
            snprintf(command + used, sizeof command - (size_t)used, " %s.%d", path, i);
    FILE *checker = popen(command, "r");
    assert_non_null(checker);
    for (int i = 0; i < n; i++) {
        char verdict[8];
        assert_int_equal(fscanf(checker,
                                "%7s busy %d end %llu sends %d wakes %d tasks %d\n",
                                verdict, &facts[i].busy, &facts[i].end_ns,
                                &facts[i].sends, &facts[i].wakes, &facts[i].tasks),
                         6);
        facts[i].good = strcmp(verdict, "good") == 0;
    }
    assert_int_equal(pclose(checker), 0);
}

static struct facts traced(struct csp_opts opts, void (*fn)(void *), void *arg, int want)
{
    struct facts facts;
    opts.trace = path;
    assert_int_equal(run_with(opts, fn, arg), want);
    check(&facts, 1);
    assert_true(facts.good);
    read_file(path, text);
    return facts;
}

// 10 elements unbuffered, 20 through a buffer that is too small, 30 by selects, and some
// of everything else that a task can do.
enum { MEETINGS = 10, BUFFERED = 20, SELECTED = 30, ELEMENTS = 2 * 60 + 4 };

struct channels {
    int_chan plain, buffer, left, right, done;
};

static void sender(void *arg)
{
    const struct channels *c = arg;
    for (int i = 0; i < MEETINGS; i++)
        csp_send(c->plain, i);
    for (int i = 0; i < BUFFERED; i++)
        csp_send(c->buffer, i);
    for (int i = 0; i < SELECTED; i++) {
        struct csp_case cases[] = {CSP_CASE_SEND(c->left, &i),
                                   CSP_CASE_SEND(c->right, &i)};
        CHECK(csp_select(cases, 2, CSP_FOREVER) >= 0);
    }
    csp_send(c->done, 0);
}

static void receiver(void *arg)
{
    const struct channels *c = arg;
    int got;
    for (int i = 0; i < MEETINGS; i++)
        CHECK(csp_recv(c->plain, &got));
    for (int i = 0; i < BUFFERED; i++)
        CHECK(csp_recv(c->buffer, &got));
    csp_sleep(1);
    for (int i = 0; i < SELECTED; i++) {
        struct csp_case cases[] = {CSP_CASE_RECV(c->left, &got),
                                   CSP_CASE_RECV(c->right, &got)};
        CHECK(csp_select(cases, 2, CSP_FOREVER) >= 0);
    }
    csp_send(c->done, 0);
}

static int call(void *arg)
{
    (void)arg;
    return 7;
}

static void parked_for_ever(void *arg)
{
    (void)arg;
    csp_chan_recv(NULL, NULL);
}

static void busy_program(void *arg)
{
    (void)arg;
    struct channels c = {.plain = CSP_MAKE(int_chan, 0),
                         .buffer = CSP_MAKE(int_chan, 3),
                         .left = CSP_MAKE(int_chan, 0),
                         .right = CSP_MAKE(int_chan, 1),
                         .done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 2; i++) {
        CHECK(csp_go_named("sender", sender, &c) == CSP_OK);
        CHECK(csp_go_named("receiver", receiver, &c) == CSP_OK);
    }
    go(parked_for_ever, NULL);
    csp_yield();
    CHECK(csp_blocking(call, NULL) == 7);
    int pipe_fds[2];
    CHECK(pipe(pipe_fds) == 0);
    CHECK(csp_wait_fd(pipe_fds[0], POLLIN, 1000) == CSP_TIMEOUT);
    struct csp_chan *tick = csp_tick(1000);
    CHECK(csp_chan_recv(tick, NULL));
    await(c.done, 4);
    csp_close(c.plain);
    CHECK(!csp_recv(c.plain, NULL));
    csp_chan_free(tick);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    csp_free(c.plain);
    csp_free(c.buffer);
    csp_free(c.left);
    csp_free(c.right);
    csp_free(c.done);
}

// Every element has its arrow, whoever waited for whom, on however many threads. Most of
// the tasks were readied by a task.
static void keeps_the_rules(void **state)
{
    (void)state;
    static const struct csp_opts settings[] = {
        {.procs = 1},
        {.procs = 2},
        {.procs = 4},
        {.procs = 3, .migrate = true},
        {.procs = 1, .virtual_time = true},
        {.procs = 4, .virtual_time = true, .policy = CSP_RANDOM},
        {.procs = 4, .virtual_time = true, .policy = CSP_PCT},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct facts facts = traced(settings[i], busy_program, NULL, CSP_OK);
        assert_int_equal(facts.sends, ELEMENTS);
        assert_int_equal(facts.tasks, 6);
        assert_in_range(facts.wakes, 10, 100000);
        assert_non_null(strstr(text, "\"chan receive (nil chan)\""));
        assert_non_null(strstr(text, "\"name\":\"ready\""));
        if (!settings[i].virtual_time)
            assert_in_range(facts.busy, 1, settings[i].procs);
    }
}

static void worker(void *arg)
{
    const int_chan *done = arg;
    for (int i = 0; i < 10; i++) {
        csp_work(MS);
        csp_yield();
    }
    csp_send(*done, 0);
}

static void four_workers(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 4; i++)
        CHECK(csp_go_named("gopher", worker, &done) == CSP_OK);
    await(done, 4);
    csp_free(done);
}

// The same work: one row of 40 ms, or four rows of 10 ms.
static void draws_simulated_processors(void **state)
{
    (void)state;
    for (enum csp_policy policy = CSP_FIFO; policy <= CSP_PCT; policy++) {
        struct csp_opts opts = {.procs = 1, .virtual_time = true, .policy = policy};
        struct facts facts = traced(opts, four_workers, NULL, CSP_OK);
        assert_int_equal(facts.busy, 1);
        assert_int_equal(facts.end_ns, 40 * MS);
        assert_int_equal(facts.sends, 4);
        assert_non_null(strstr(text, "\"dur\":1000.000,\"name\":\"gopher\""));
        assert_null(strstr(text, "\"processor 1\""));
        opts.procs = 4;
        facts = traced(opts, four_workers, NULL, CSP_OK);
        assert_int_equal(facts.busy, 4);
        assert_int_equal(facts.end_ns, 10 * MS);
        assert_non_null(strstr(text, "\"processor 3\""));
    }
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct csp_opts opts = {.procs = 2,
                                .virtual_time = true,
                                .policy = CSP_RANDOM,
                                .seed = seed,
                                .trace = path};
        assert_int_equal(run_with(opts, busy_program, NULL), CSP_OK);
        read_file(path, again);
        assert_int_equal(run_with(opts, busy_program, NULL), CSP_OK);
        read_file(path, text);
        assert_string_equal(text, again);
        opts.seed += 100;
        assert_int_equal(run_with(opts, busy_program, NULL), CSP_OK);
        read_file(path, again);
        assert_true(strcmp(text, again) != 0);
    }
}

static void nothing(void *arg)
{
    (void)arg;
}

static void with_names(void *arg)
{
    const char *const *names = arg;
    for (; *names; names++)
        CHECK(csp_go_named(*names, nothing, NULL) == CSP_OK);
    go(nothing, NULL);
    csp_sleep(1);
}

static void survives_names(void **state)
{
    (void)state;
    // The last but one is cut at 31 bytes, in the middle of its last character.
    static const char *const names[] = {"a \"quoted\\ name",
                                        "line\nbreak\x7f",
                                        "\xff\xc0\x80\xed\xa0\x80\xf5",
                                        "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xb9",
                                        "123456789012345678901234567890\xc3\xbc",
                                        "",
                                        NULL};
    for (int simulated = 0; simulated < 2; simulated++) {
        struct csp_opts opts = {.procs = 1, .virtual_time = simulated};
        struct facts facts = traced(opts, with_names, (void *)(uintptr_t)names, CSP_OK);
        assert_int_equal(facts.tasks, 8);
        assert_non_null(strstr(text, "\"a \\\"quoted\\\\ name\""));
        assert_non_null(strstr(text, "\"line?break\x7f\""));
        assert_non_null(strstr(text, "\"???????\""));
        assert_non_null(strstr(text, "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xb9\""));
        assert_non_null(strstr(text, "\"123456789012345678901234567890?\""));
        assert_non_null(strstr(text, "\"task "));
        assert_non_null(strstr(text, "\"main\""));
    }
}

// From here on stderr goes to the file; until.
static int stderr_was = -1;

static void catch_stderr(void)
{
    fflush(stderr);
    stderr_was = dup(STDERR_FILENO);
    FILE *caught = tmpfile();
    assert_non_null(caught);
    assert_true(dup2(fileno(caught), STDERR_FILENO) >= 0);
    fclose(caught);
}

static void give_stderr(char *into, size_t size)
{
    fflush(stderr);
    lseek(STDERR_FILENO, 0, SEEK_SET);
    ssize_t n = read(STDERR_FILENO, into, size - 1);
    into[n > 0 ? n : 0] = '\0';
    assert_true(dup2(stderr_was, STDERR_FILENO) >= 0);
    close(stderr_was);
}

static void deadlock(void *arg)
{
    go(parked_for_ever, NULL);
    csp_sleep(MS);
    csp_recv(*(int_chan *)arg, NULL);
}

// A run that hangs is the one whose trace is wanted.
static void shows_a_deadlock(void **state)
{
    (void)state;
    char said[4096];
    int_chan never = CSP_MAKE(int_chan, 0);
    for (int simulated = 0; simulated < 2; simulated++) {
        catch_stderr();
        struct csp_opts opts = {.procs = 2, .virtual_time = simulated};
        struct facts facts = traced(opts, deadlock, &never, CSP_DEADLOCK);
        give_stderr(said, sizeof said);
        assert_int_equal(facts.tasks, 2);
        assert_non_null(
            strstr(text, "\"name\":\"chan receive\",\"args\":{\"channel\":1}"));
    }
    csp_free(never);
}

static void needs_a_place(void **state)
{
    (void)state;
    struct csp_opts opts = {.trace = "/nonexistent/folder/trace.json"};
    assert_int_equal(csp_run(busy_program, NULL, &opts, NULL), CSP_ETHREAD);
}

static void says_when_the_disk_is_full(void **state)
{
    (void)state;
    char said[4096];
    struct csp_opts opts = {.procs = 1, .trace = "/dev/full"};
    catch_stderr();
    int result = csp_run(busy_program, NULL, &opts, NULL);
    give_stderr(said, sizeof said);
    assert_int_equal(result, CSP_OK);
    assert_string_equal(
        said, "csp: the trace /dev/full is incomplete: No space left on device\n");
}

// The link makes every malloc of the runtime this one; large ones are the trace's.
static _Atomic int large_mallocs_left = -1;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    if (size > 16000 && large_mallocs_left >= 0 && large_mallocs_left-- <= 0) {
        large_mallocs_left = 0;
        return NULL;
    }
    return __real_malloc(size);
}

static void ping(void *arg)
{
    const struct channels *c = arg;
    for (int i = 0; i < 1000; i++)
        csp_send(c->plain, i);
    csp_send(c->done, 0);
}

static void many_events(void *arg)
{
    (void)arg;
    struct channels c = {.plain = CSP_MAKE(int_chan, 0), .done = CSP_MAKE(int_chan, 0)};
    go(ping, &c);
    for (int i = 0; i < 1000; i++)
        CHECK(csp_recv(c.plain, NULL));
    await(c.done, 1);
    csp_free(c.plain);
    csp_free(c.done);
}

enum { FULL_CHANS = 8, FULL_CAP = 300 };

static void full_buffers(void *arg)
{
    (void)arg;
    int_chan c[FULL_CHANS];
    for (int i = 0; i < FULL_CHANS; i++) {
        c[i] = CSP_MAKE(int_chan, FULL_CAP);
        for (int k = 0; k < FULL_CAP; k++)
            csp_send(c[i], k);
    }
    for (int k = 0; k < FULL_CAP; k++) {
        for (int i = 0; i < FULL_CHANS; i++)
            CHECK(csp_recv(c[i], NULL));
    }
    for (int i = 0; i < FULL_CHANS; i++)
        csp_free(c[i]);
}

static void follows_elements_through_buffers(void **state)
{
    (void)state;
    struct csp_opts opts = {.procs = 1};
    assert_int_equal(traced(opts, full_buffers, NULL, CSP_OK).sends,
                     FULL_CHANS * FULL_CAP);
}

// Events for which there is no memory are counted; what there is, is good.
static void says_what_was_lost(void **state)
{
    (void)state;
    char said[4096];
    struct facts facts = {0};
    struct csp_opts opts = {.procs = 1, .trace = path};
    catch_stderr();
    large_mallocs_left = 2;
    int result = csp_run(many_events, NULL, &opts, NULL);
    large_mallocs_left = -1;
    give_stderr(said, sizeof said);
    assert_int_equal(result, CSP_OK);
    unsigned long long lost = 0;
    const char *number = strstr(said, " lacks ");
    assert_non_null(number);
    assert_int_equal(sscanf(number, " lacks %llu events: out of memory", &lost), 1);
    assert_in_range(lost, 1, 100000);
    check(&facts, 1);
    assert_true(facts.good);
    assert_in_range(facts.sends, 1, 999);
}

// What the checker must refuse, or it could not fail.
static void checker_refuses(void **state)
{
    (void)state;
#define NAMES                                                                            \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"ts\":0,\"name\":\"process_name\","              \
    "\"args\":{\"name\":\"p\"}},"                                                        \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"ts\":0,\"name\":\"thread_name\","               \
    "\"args\":{\"name\":\"t\"}}"
#define COUNT                                                                            \
    "{\"ph\":\"C\",\"pid\":1,\"tid\":1,\"ts\":0,\"name\":\"c\",\"args\":{\"n\":1}}"
#define SLICE(ts, dur)                                                                   \
    ",{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"name\":\"a\",\"ts\":" ts ",\"dur\":" dur "}"
#define ARROW(ph, ts)                                                                    \
    ",{\"ph\":\"" ph "\",\"pid\":1,\"tid\":1,\"name\":\"a\",\"cat\":\"c\",\"id\":1,"     \
    "\"ts\":" ts ",\"bp\":\"e\"}"
    static const struct {
        const char *events;
        bool good;
    } files[] = {
        {NAMES SLICE("0", "1.5") SLICE("1.500", "2"), true},
        {NAMES SLICE("0", "3") SLICE("1", "2"), true},
        {NAMES SLICE("0", "3") ARROW("s", "0") ARROW("f", "2.999"), true},
        {NAMES SLICE("0", "1.5") SLICE("1.499", "2"), false},
        {NAMES "," COUNT SLICE("0", "1"), true},
        {NAMES SLICE("0", "0"), false},
        {NAMES SLICE("-1", "3"), false},
        {NAMES SLICE("\"1\"", "3"), false},
        {COUNT SLICE("0", "3"), false},
        {NAMES SLICE("0", "3") ARROW("s", "0"), false},
        {NAMES SLICE("0", "3") ARROW("f", "0"), false},
        {NAMES SLICE("0", "3") ARROW("s", "0") ARROW("f", "1") ARROW("f", "1"), false},
        {NAMES SLICE("0", "3") ARROW("s", "2") ARROW("f", "1"), false},
        {NAMES SLICE("0", "3") ARROW("s", "2") ARROW("f", "3"), false},
        {NAMES ",{\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":0,\"name\":\"a\"}", false},
        {NAMES ",", false},
    };
    enum { FILES = sizeof files / sizeof *files };
    char name[64], said[8192];
    struct facts facts[FILES];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, i ? "%s.%d" : "%s", path, i);
        FILE *f = fopen(name, "w");
        assert_non_null(f);
        fprintf(f, "{\"traceEvents\":[%s]}", files[i].events);
        fclose(f);
    }
    catch_stderr();
    check(facts, FILES);
    give_stderr(said, sizeof said);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%s.%d", path, i);
        if (i > 0)
            unlink(name);
        if (facts[i].good != files[i].good)
            fail_msg("the checker is wrong about %s\n%s", files[i].events, said);
    }
}

static int open_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd >= 0 ? close(fd) : -1;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checker_refuses),
        cmocka_unit_test(keeps_the_rules),
        cmocka_unit_test(draws_simulated_processors),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(survives_names),
        cmocka_unit_test(shows_a_deadlock),
        cmocka_unit_test(needs_a_place),
        cmocka_unit_test(says_when_the_disk_is_full),
        cmocka_unit_test(follows_elements_through_buffers),
        cmocka_unit_test(says_what_was_lost),
    };
    return cmocka_run_group_tests(tests, open_path, remove_path);
}
