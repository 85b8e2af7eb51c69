// test_csp_switch.c -- what a task finds again after a switch: its registers, its control
// words, a stack as the ABI wants it, and an end of that stack that unwinders see.

#include "csp_testing.h"

#include <stdalign.h>
#include <unwind.h>

// registers_<arch>.S
uint64_t registers_kept(uint64_t seed, void (*call)(void *), void *arg);
uint64_t control_words(void);
void control_words_set(uint64_t words);
extern const uint64_t control_words_tried[4];

enum { TASKS = 4, ROUNDS = 10 };

struct ring {
    int_chan link[TASKS];  // task i receives from link i and sends to the next
    int_chan done;
};

struct member {
    const struct ring *ring;
    int index;
};

static void wait_by_yield(void *arg)
{
    (void)arg;
    csp_yield();
}

static void wait_by_sleep(void *arg)
{
    (void)arg;
    csp_sleep(1000);
}

static void wait_by_channel(void *arg)
{
    const struct member *m = arg;
    int v;
    csp_send(m->ring->link[(m->index + 1) % TASKS], m->index);
    CHECK(csp_recv(m->ring->link[m->index], &v));
}

static void wait_by_select(void *arg)
{
    (void)arg;
    CHECK(csp_select(NULL, 0, 1000) == CSP_TIMEOUT);
}

static int nothing_else(void *arg)
{
    return arg != NULL;
}

static void wait_by_call(void *arg)
{
    CHECK(csp_blocking(nothing_else, arg) == 1);
}

static void (*const waits[])(void *) = {wait_by_yield, wait_by_sleep, wait_by_channel,
                                        wait_by_select, wait_by_call};
enum { WAITS = sizeof waits / sizeof *waits };

static void keep_registers(void *arg)
{
    struct member *m = arg;
    // Seeds lie so far apart that no register of two tasks holds the same.
    uint64_t seed = UINT64_C(0x0123456789abcdef) * (uint64_t)(m->index + 1);
    for (int i = 0; i < ROUNDS * WAITS; i++)
        CHECK(registers_kept(seed, waits[i % WAITS], m) == 0);
    csp_send(m->ring->done, m->index);
}

static void keep_control_words(void *arg)
{
    struct member *m = arg;
    uint64_t words = control_words_tried[m->index];
    CHECK(control_words() == control_words_tried[0]);
    control_words_set(words);
    CHECK(control_words() == words);
    for (int i = 0; i < ROUNDS * WAITS; i++) {
        waits[i % WAITS](m);
        CHECK(control_words() == words);
    }
    csp_send(m->ring->done, m->index);
}

static void ring_of(void (*fn)(void *))
{
    struct ring r = {.done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < TASKS; i++)
        r.link[i] = CSP_MAKE(int_chan, 1);
    for (int i = 0; i < TASKS; i++)
        CHECK(csp_go_copy(fn, &(struct member){&r, i}, sizeof(struct member)) == CSP_OK);
    await(r.done, TASKS);
    for (int i = 0; i < TASKS; i++)
        csp_free(r.link[i]);
    csp_free(r.done);
}

static void registers(void *arg)
{
    (void)arg;
    ring_of(keep_registers);
}

static void own_control_words(void *arg)
{
    (void)arg;
    ring_of(keep_control_words);
    CHECK(control_words() == control_words_tried[0]);
}

struct heir {
    int_chan done;
    uint64_t words;
};

static void inherit(void *arg)
{
    struct heir *h = arg;
    CHECK(control_words() == h->words);
    csp_yield();
    CHECK(control_words() == h->words);
    csp_send(h->done, 0);
}

// A task begins with the control words of the one that starts it, not with those of
// whoever ran before it on its thread.
static void inherited_control_words(void *arg)
{
    (void)arg;
    struct heir h = {.done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 4; i++) {
        h.words = control_words_tried[i];
        control_words_set(h.words);
        go(inherit, &h);
        await(h.done, 1);
    }
    control_words_set(control_words_tried[0]);
    csp_free(h.done);
}

static void first_inherits(void *arg)
{
    CHECK(control_words() == *(uint64_t *)arg);
    control_words_set(control_words_tried[3]);
    csp_yield();
}

// The run begins with the caller's control words and leaves those alone.
static void caller_keeps_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        uint64_t words = control_words_tried[i];
        control_words_set(words);
        int result = run_with((struct csp_opts){.procs = 2}, first_inherits, &words);
        uint64_t after = control_words();
        control_words_set(control_words_tried[0]);
        assert_int_equal(result, CSP_OK);
        assert_true(after == words);
    }
}

__attribute__((noinline)) static void check_frame(int_chan done)
{
    CHECK((uintptr_t)__builtin_frame_address(0) % 16 == 0);
    csp_send(done, 0);
}

static void start_aligned(void *arg)
{
    CHECK((uintptr_t)__builtin_frame_address(0) % 16 == 0);
    alignas(16) volatile char on_stack[16] = {0};
    CHECK((uintptr_t)on_stack % 16 == 0);
    check_frame(*(int_chan *)arg);
}

enum { FRAMES_MOST = 16 };

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *arg)
{
    (void)context;
    int *frames = arg;
    return ++*frames < FRAMES_MOST ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static void unwind(void *arg)
{
    int frames = 0;
    CHECK(_Unwind_Backtrace(count_frame, &frames) == _URC_END_OF_STACK);
    CHECK(frames >= 2);
    csp_send(*(int_chan *)arg, 0);
}

static void shape(void *arg)
{
    int_chan done = CSP_MAKE(int_chan, 0);
    (void)arg;
    for (int i = 0; i < 20; i++) {
        go(start_aligned, &done);
        go(unwind, &done);
        await(done, 2);
    }
    csp_free(done);
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
        EVERYWHERE(registers),
        EVERYWHERE(own_control_words),
        EVERYWHERE(inherited_control_words),
        cmocka_unit_test(caller_keeps_its_own),
        EVERYWHERE(shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
