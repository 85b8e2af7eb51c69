// test_csp_heartbeat.c -- whatever the runtime does, it does beside tasks that compute.
//
// Nothing is timed: the run ends only when everything has happened twenty times beside
// them, and gives up after a minute.

#include "csp_testing.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static time_t seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

// Holds the OS thread, without a call of the runtime, until *n has come to `enough`.
static void spin_until(atomic_int *n, int enough)
{
    time_t end = seconds() + 60;
    while (atomic_load(n) < enough) {
        for (int i = 0; i < 1000 && atomic_load(n) < enough; i++)
            continue;
        CHECK(seconds() < end);
    }
}

enum {
    BY_SLEEP,
    BY_TICK,
    BY_TIMEOUT,
    BY_CHANNEL,
    BY_PIPE,
    BY_SOCKET,
    BY_SPAWN,
    BY_CALL,
    KINDS,
    BEATS = 20
};

// What beats while others compute; left behind when the run ends.
static struct {
    atomic_int beats[KINDS], least;
    int_chan c, done;
    struct csp_chan *tick;
    int pipe[2], socket[2];
} heart;

// Counts, and says how far all have come.
static void beat(int kind)
{
    int least = atomic_fetch_add(&heart.beats[kind], 1) + 1;
    for (int i = 0; i < KINDS; i++)
        least = heart.beats[i] < least ? heart.beats[i] : least;
    int was = heart.least;
    while (was < least && !atomic_compare_exchange_weak(&heart.least, &was, least))
        continue;
}

static int call(void *arg)
{
    return arg != NULL;
}

static void beat_by_sleep(void *arg)
{
    for (;; beat(BY_SLEEP))
        csp_sleep(arg ? 0 : MS);
}

static void beat_by_tick(void *arg)
{
    while (csp_chan_recv(heart.tick, arg))
        beat(BY_TICK);
}

static void beat_by_timeout(void *arg)
{
    struct csp_case quiet = {CSP_RECV, NULL, arg, false};
    while (csp_select(&quiet, 1, (int64_t)MS) == CSP_TIMEOUT)
        beat(BY_TIMEOUT);
}

static void send_beats(void *arg)
{
    for (;;)
        csp_send(heart.c, arg != NULL);
}

static void beat_by_channel(void *arg)
{
    while (csp_recv(heart.c, arg))
        beat(BY_CHANNEL);
}

static void echo(void *arg)
{
    int *fd = arg;
    char byte;
    while (csp_read(fd[1], &byte, 1) == 1)
        CHECK(csp_write(fd[1], &byte, 1) == 1);
}

static void beat_by_socket(void *arg)
{
    int *fd = arg;
    char byte = 'x';
    for (;; beat(BY_SOCKET))
        CHECK(csp_write(fd[0], &byte, 1) == 1 && csp_read(fd[0], &byte, 1) == 1);
}

static void write_pipe(void *arg)
{
    int *fd = arg;
    while (csp_write(fd[1], "x", 1) == 1)
        csp_sleep(MS / 10);
}

static void beat_by_pipe(void *arg)
{
    int *fd = arg;
    char byte;
    while (csp_read(fd[0], &byte, 1) == 1)
        beat(BY_PIPE);
}

static void beat_by_spawn(void *arg)
{
    beat(BY_SPAWN);
    csp_sleep(MS / 10);
    go(beat_by_spawn, arg);
}

static void beat_by_call(void *arg)
{
    for (;; beat(BY_CALL))
        csp_blocking(call, arg);
}

static void compute(void *arg)
{
    (void)arg;
    spin_until(&heart.least, BEATS);
    csp_send(heart.done, 0);
}

static int block(void *arg)
{
    time_t end = seconds() + 60;
    while (heart.least < BEATS) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        CHECK(seconds() < end);
    }
    return arg != NULL;
}

static void call_block(void *arg)
{
    csp_blocking(block, arg);
    csp_send(heart.done, 0);
}

static void hearts_beat(void *arg)
{
    int stuck = *(int *)arg;
    heart.tick = csp_tick(MS);
    go(beat_by_sleep, NULL);
    go(beat_by_tick, NULL);
    go(beat_by_timeout, NULL);
    go(send_beats, NULL);
    go(beat_by_channel, NULL);
    go(echo, heart.socket);
    go(beat_by_socket, heart.socket);
    go(write_pipe, heart.pipe);
    go(beat_by_pipe, heart.pipe);
    go(beat_by_spawn, NULL);
    go(beat_by_call, NULL);
    for (int i = 0; i < stuck; i++)
        go(compute, NULL);
    go(call_block, NULL);
    await(heart.done, stuck + 1);
}

// As many tasks compute as there are workers, one is in a blocking call, until everything
// else there is in the runtime has happened twenty times.
static void hearts_beat_beside_computing(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs *= 2) {
        memset(&heart, 0, sizeof heart);
        heart.c = CSP_MAKE(int_chan, 0);
        heart.done = CSP_MAKE(int_chan, 0);
        assert_int_equal(pipe2(heart.pipe, O_NONBLOCK | O_CLOEXEC), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                                    0, heart.socket),
                         0);
        assert_int_equal(run_with((struct csp_opts){.procs = procs}, hearts_beat, &procs),
                         CSP_OK);
        for (int i = 0; i < 2; i++) {
            close(heart.pipe[i]);
            close(heart.socket[i]);
        }
        csp_free(heart.c);
        csp_free(heart.done);
        csp_chan_free(heart.tick);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hearts_beat_beside_computing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
