// test_csp_netpoll.c -- waiting for descriptors, over pipes and socket pairs.

#include "csp_testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

struct ends {
    int fd[2];
    int_chan done;
};

static struct ends open_pipe(void)
{
    struct ends e = {.done = CSP_MAKE(int_chan, 0)};
    CHECK(pipe2(e.fd, O_NONBLOCK | O_CLOEXEC) == 0);
    return e;
}

static void close_ends(struct ends e)
{
    close(e.fd[0]);
    close(e.fd[1]);
    csp_free(e.done);
}

static void read_byte(void *arg)
{
    struct ends *e = arg;
    char byte;
    CHECK(csp_read(e->fd[0], &byte, 1) == 1);
    csp_send(e->done, byte);
}

static void readers_wait(void *arg)
{
    (void)arg;
    struct ends e = open_pipe();
    int sum = 0, v;
    for (int i = 0; i < 5; i++)
        go(read_byte, &e);
    csp_sleep(MS);
    for (char i = 1; i <= 5; i++)
        CHECK(csp_write(e.fd[1], &i, 1) == 1);
    for (int i = 0; i < 5; i++) {
        CHECK(csp_recv(e.done, &v));
        sum += v;
    }
    CHECK(sum == 15);
    close_ends(e);
}

static void timeouts_and_errors(void *arg)
{
    (void)arg;
    struct ends e = open_pipe();
    uint64_t start = csp_now();
    CHECK(csp_wait_fd(e.fd[0], POLLIN, 0) == CSP_TIMEOUT);
    CHECK(csp_wait_fd(e.fd[0], POLLIN, 2 * (int64_t)MS) == CSP_TIMEOUT);
    CHECK(csp_now() - start >= 2 * MS);
    CHECK(csp_wait_fd(e.fd[1], POLLOUT, CSP_FOREVER) == POLLOUT);
    CHECK(csp_wait_fd(-1, POLLIN, 0) == -EBADF);
    CHECK(csp_wait_fd(1000000, POLLIN, 0) == -EBADF);
    close(e.fd[1]);
    CHECK(csp_wait_fd(e.fd[0], POLLIN, CSP_FOREVER) & POLLHUP);
    char byte;
    CHECK(csp_read(e.fd[0], &byte, 1) == 0);
    e.fd[1] = dup(e.fd[0]);
    CHECK(csp_write(e.fd[0], &byte, 1) == -EBADF);
    close_ends(e);
}

enum { STREAM = 1 << 20 };

static void write_stream(void *arg)
{
    struct ends *e = arg;
    static char block[8192];
    for (long left = STREAM; left > 0;) {
        ssize_t n = csp_write(e->fd[1], block, sizeof block);
        CHECK(n > 0);
        left -= n;
    }
    csp_send(e->done, 0);
}

static void read_stream(void *arg)
{
    struct ends *e = arg;
    char block[4096];
    for (long left = STREAM; left > 0;) {
        ssize_t n = csp_read(e->fd[0], block, sizeof block);
        CHECK(n > 0);
        left -= n;
    }
    csp_send(e->done, 0);
}

// A pipe that fills and empties, while a socket pair passes a byte to and fro.
static void streams(void *arg)
{
    (void)arg;
    struct ends e = open_pipe();
    go(write_stream, &e);
    go(read_stream, &e);
    await(e.done, 2);
    close_ends(e);
}

static void echo(void *arg)
{
    struct ends *e = arg;
    char byte;
    while (csp_read(e->fd[1], &byte, 1) == 1)
        CHECK(csp_write(e->fd[1], &byte, 1) == 1);
    csp_send(e->done, 0);
}

static void socket_ping_pong(void *arg)
{
    (void)arg;
    struct ends e = {.done = CSP_MAKE(int_chan, 0)};
    char byte = 'x';
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, e.fd) == 0);
    go(echo, &e);
    for (int i = 0; i < scaled(1000); i++) {
        CHECK(csp_write(e.fd[0], &byte, 1) == 1);
        CHECK(csp_read(e.fd[0], &byte, 1) == 1);
    }
    shutdown(e.fd[0], SHUT_WR);
    await(e.done, 1);
    close_ends(e);
}

static void regular_files_are_ready(void *arg)
{
    (void)arg;
    char byte;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK(csp_wait_fd(fd, POLLIN, CSP_FOREVER) == POLLIN);
    CHECK(csp_read(fd, &byte, 1) == 1);
    close(fd);
}

// A descriptor that is closed and opened again as another file is no stranger.
static void numbers_are_reused(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        struct ends e = open_pipe();
        go(read_byte, &e);
        csp_sleep(200000);
        CHECK(csp_write(e.fd[1], "a", 1) == 1);
        await(e.done, 1);
        close_ends(e);
    }
}

static void wait_for_ever(void *arg)
{
    struct ends *e = arg;
    csp_wait_fd(e->fd[0], POLLIN, CSP_FOREVER);
}

static struct ends left_open;

static void leave_waiting(void *arg)
{
    (void)arg;
    go(wait_for_ever, &left_open);
    csp_sleep(MS);
}

static void waiters_are_dropped(void **state)
{
    (void)state;
    left_open = open_pipe();
    run_real(leave_waiting, NULL);
    close_ends(left_open);
}

static void nothing(void *arg)
{
    (void)arg;
}

// Go: proc_test.go TestNetpollBreak
// One worker waits for descriptors, and in epoll_wait, as time goes by without work. Then
// the other wakes it by a new task and looks at the descriptors in passing: it must not
// take the wake-up for its own, or the run never ends.
static void wake_and_look(void *arg)
{
    (void)arg;
    go(wait_for_ever, &left_open);
    csp_sleep(MS);
    csp_work(2 * MS);
    go(nothing, NULL);
    for (int i = 0; i < 2000; i++)
        csp_yield();
}

static void wake_ups_are_not_stolen(void **state)
{
    (void)state;
    left_open = open_pipe();
    for (int procs = 2; procs <= 4; procs++) {
        for (int i = 0; i < scaled(200); i++)
            run_with((struct csp_opts){.procs = procs}, wake_and_look, NULL);
    }
    close_ends(left_open);
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
        EVERYWHERE(readers_wait),
        EVERYWHERE(timeouts_and_errors),
        EVERYWHERE(streams),
        EVERYWHERE(socket_ping_pong),
        EVERYWHERE(regular_files_are_ready),
        EVERYWHERE(numbers_are_reused),
        cmocka_unit_test(waiters_are_dropped),
        cmocka_unit_test(wake_ups_are_not_stolen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
