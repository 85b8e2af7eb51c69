// test_site_alloc.c -- the gophers without memory: a sentence and EXIT_RESOURCE, never a
// crash or a leak.
//
// The program is linked so that what the gophers and the runtime ask for passes through
// here (-Wl,--wrap). The calls of a run are counted; then it is repeated, in a child each
// time as the runtime keeps what it has, the n-th call and all after it failing, for
// every n there was.
#include "site_testing.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

static int calls, failing;  // from `failing` on; 0: none

static bool fails(void)
{
    return ++calls >= failing && failing > 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__real_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    if (!fails())
        return __real_mmap(at, size, prot, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

// 0: it ran, 1: it said that it cannot; anything else is wrong.
static int try_run(const struct gopher_plan *p)
{
    struct record r;
    struct fail why = {0};
    const int failed = site_run(p, &r, &why);
    failing = 0;
    if (failed == 0) {
        const bool well = r.result == CSP_OK && r.lost == 0;
        record_free(&r);
        return well ? 0 : 2;
    }
    const bool freed = !r.diaries && !r.burnt_ns;
    return why.code == EXIT_RESOURCE && why.text[0] && freed ? 1 : 3;
}

static int try_in_child(const struct gopher_plan *p, int n)
{
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        calls = 0;
        failing = n;
        _exit(try_run(p));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void without_memory(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("sixteen");
    p.loads = 5;
    p.work = WORK_REAL;
    p.book_bytes = 100;
    int n = 1, refused = 0, result;
    while ((result = try_in_child(&p, n)) == 1) {
        refused++;
        n++;
    }
    assert_int_equal(result, 0);
    assert_true(refused > 50);
    // Those after it are for what can be done without.
    for (int more = n; more < n + 20; more++)
        assert_true(try_in_child(&p, more) <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
