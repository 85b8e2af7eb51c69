// test_csp_stack.c -- stacks: sizes, copies of arguments, reuse, control words, running
// out.

#include "csp_testing.h"

#include <fcntl.h>
#include <fenv.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct use {
    int_chan done;
    size_t bytes;
};

static int touch(size_t bytes)
{
    volatile char page[1024];
    page[0] = page[sizeof page - 1] = 1;
    return bytes < 2048 ? page[0] : touch(bytes - 2048) + page[sizeof page - 1];
}

static void use_stack(void *arg)
{
    struct use *u = arg;
    CHECK(touch(u->bytes) > 0);
    csp_send(u->done, 0);
}

static void sizes(void *arg)
{
    (void)arg;
    struct use u = {.done = CSP_MAKE(int_chan, 0)};
    for (size_t size = 1; size <= 32 << 20; size *= 4) {
        u.bytes = size / 4;
        CHECK(csp_go_stack(size, use_stack, &u) == CSP_OK);
        await(u.done, 1);
    }
    CHECK(csp_go_stack((32 << 20) + 1, use_stack, &u) == CSP_ENOMEM);
    csp_free(u.done);
}

struct copied {
    alignas(64) char text[200];
    int_chan done;
};

static void check_copy(void *arg)
{
    struct copied *c = arg;
    CHECK((uintptr_t)c % 64 == 0);
    CHECK(!strcmp(c->text, "as it was"));
    strcpy(c->text, "my own");
    csp_send(c->done, 0);
}

static void copies(void *arg)
{
    (void)arg;
    struct copied c = {.text = "as it was", .done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 10; i++)
        CHECK(csp_go_copy(check_copy, &c, sizeof c) == CSP_OK);
    strcpy(c.text, "changed later");
    await(c.done, 10);
    static char large[32768];
    CHECK(csp_go_copy(check_copy, large, sizeof large) == CSP_ENOMEM);
    csp_free(c.done);
}

static void round_up(void *arg)
{
    int_chan *done = arg;
    fesetround(FE_UPWARD);
    for (int i = 0; i < 10; i++) {
        csp_yield();
        CHECK(fegetround() == FE_UPWARD);
    }
    csp_send(*done, 0);
}

// The rounding mode is the task's own, and a child inherits it.
static void control_words(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 3; i++)
        go(round_up, &done);
    for (int i = 0; i < 10; i++) {
        csp_yield();
        CHECK(fegetround() == FE_TONEAREST);
    }
    await(done, 3);
    csp_free(done);
}

static void deep_then_exit(void *arg)
{
    touch(40000);
    csp_send(*(int_chan *)arg, 0);
    csp_exit();
}

static void reuse(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 300; i++) {
        go(deep_then_exit, &done);
        CHECK(csp_go_stack(100000, deep_then_exit, &done) == CSP_OK);
        await(done, 2);
    }
    csp_free(done);
}

static void hold_stack(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void spawn_until_full(void *arg)
{
    struct csp_chan *c = csp_chan_make(0, 0);
    int n = 0;
    while (csp_go_stack(1 << 20, hold_stack, c) == CSP_OK)
        n++;
    *(int *)arg = n;
    csp_chan_close(c);
}

// Under a limit of address space a spawn fails with CSP_ENOMEM, and the run goes on.
static void out_of_memory(void **state)
{
    (void)state;
    if (TEST_SANITIZED || TEST_EMULATED)  // qemu knows no RLIMIT_AS
        skip();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_AS, &(struct rlimit){2u << 30, 2u << 30});
        int n = 0;
        int result = run_with((struct csp_opts){.procs = 1}, spawn_until_full, &n);
        _exit(result == CSP_OK && n > 100 && n < 2048 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void nothing(void *arg)
{
    (void)arg;
}

// No memory for the first task, or no thread for a worker: said, not crashed.
static void run_cannot_start(void **state)
{
    (void)state;
    if (TEST_SANITIZED || TEST_EMULATED)  // qemu knows no RLIMIT_AS
        skip();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_AS, &(struct rlimit){100u << 20, 100u << 20});
        int memory = csp_run(nothing, NULL, &(struct csp_opts){.procs = 1}, NULL);
        int thread = csp_run(nothing, NULL, &(struct csp_opts){.procs = 200}, NULL);
        _exit(memory == CSP_ENOMEM && thread == CSP_ETHREAD ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct csp_opts large = {.stack_size = 64 << 20};
    assert_int_equal(csp_run(nothing, NULL, &large, NULL), CSP_ENOMEM);
}

// Whether madvise makes guard pages here (MADV_GUARD_INSTALL, Linux 6.13).
static bool kernel_makes_guards(void)
{
    int fd[2];
    assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
    char *page =
        mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    bool made = madvise(page, 65536, 102) == 0 && write(fd[1], page, 1) < 0;
    munmap(page, 65536);
    close(fd[0]);
    close(fd[1]);
    return made;
}

static int mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps);
    int n = 0;
    for (int c = getc(maps); c != EOF; c = getc(maps))
        n += c == '\n';
    fclose(maps);
    return n;
}

enum { GUARDED = 2000 };

static void park_guarded(void *arg)
{
    (void)arg;
    struct csp_chan *c = csp_chan_make(0, 0);
    int before = mappings();
    for (int i = 0; i < GUARDED; i++)
        go(hold_stack, c);
    csp_yield();
    CHECK(mappings() - before < GUARDED / 10);
    csp_chan_close(c);
}

// A guard must not cost mappings, of which a process has 65530, where the kernel can do
// without.
static void guards_split_no_mapping(void **state)
{
    (void)state;
    if (TEST_SANITIZED || !kernel_makes_guards())
        skip();
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, park_guarded, NULL), CSP_OK);
}

static void default_size(void **state)
{
    (void)state;
    for (size_t size = 65536; size <= 4 << 20; size *= 8) {
        struct csp_opts opts = {.procs = 2, .stack_size = size};
        assert_int_equal(csp_run(reuse, NULL, &opts, NULL), CSP_OK);
    }
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

#define EVERYWHERE(fn)                                                                   \
    {                                                                                    \
#fn, everywhere, NULL, NULL, (void *)(uintptr_t)(fn)                             \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        // First, as later there are stacks and threads left over from other runs.
        cmocka_unit_test(run_cannot_start),
        cmocka_unit_test(guards_split_no_mapping),
        EVERYWHERE(sizes),
        EVERYWHERE(copies),
        EVERYWHERE(control_words),
        EVERYWHERE(reuse),
        cmocka_unit_test(default_size),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
