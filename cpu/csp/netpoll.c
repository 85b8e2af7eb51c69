// netpoll.c -- waiting for descriptors, through epoll.
//
// A table of the run tells who waits for which descriptor; epoll is armed for the union
// of their events, for one report (EPOLLONESHOT), so that nothing is reported that nobody
// waits for, and level-triggered, so that nothing is missed by arming late. The instance
// is opened by the first wait. Programs close and reopen descriptors without telling:
// hence arming tries MOD, then ADD.
//
// A sleeping worker is woken through break_fd. Only one that sleeps here reads it: a busy
// one that looks in passing would take the wake-up from whom it was meant for. One worker
// may still be on its way out when the next leader sleeps already, so whoever has read
// break_fd writes it again if anybody else is in here. A wake-up too many costs a look.

#include "csp_impl.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// On the stack of a task that waits for fd.
struct fd_waiter {
    struct fd_waiter *next, *prev;
    bool listed;
    struct task *task;
    int fd;
    uint32_t events;
    uint32_t ready;  // set before the task is readied
};

// Those who wait for one descriptor, first come, first.
struct fd_list {
    struct fd_waiter *first, *last;
    uint32_t events;  // all that any of them waits for, and perhaps more
};

struct netpoll {
    struct lock lock;
    int epoll_fd, break_fd;
    int n_fds;
    struct fd_list *fds;        // n_fds
    _Atomic uint32_t waiters;   // in all lists
    _Atomic uint32_t sleepers;  // in netpoll_wait
};

// The address of errno must not outlive a park: compilers take it for constant in a
// function, and the task may be on another OS thread by then. So errno is read in
// functions of their own only.
#define READS_ERRNO OWNER_ONLY __attribute__((noinline))

READS_ERRNO static int poll_once(struct pollfd *pfd)
{
    int n = poll(pfd, 1, 0);
    return n < 0 ? -errno : n;
}

READS_ERRNO static int control_once(int epoll_fd, int op, int fd, struct epoll_event *e)
{
    return epoll_ctl(epoll_fd, op, fd, e) < 0 ? -errno : 0;
}

READS_ERRNO static ssize_t read_once(int fd, void *buf, size_t n)
{
    ssize_t got = read(fd, buf, n);
    return got < 0 ? -errno : got;
}

READS_ERRNO static ssize_t write_once(int fd, const void *buf, size_t n)
{
    ssize_t put = write(fd, buf, n);
    return put < 0 ? -errno : put;
}

static void poll_free(struct netpoll *p)
{
    if (p->epoll_fd >= 0)
        close(p->epoll_fd);
    if (p->break_fd >= 0)
        close(p->break_fd);
    free(p->fds);
    free(p);
}

// 0 or -errno; either way what has been opened is in p, the rest -1.
READS_ERRNO static int open_descriptors(struct netpoll *p)
{
    p->break_fd = -1;
    p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (p->epoll_fd < 0)
        return -errno;
    p->break_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = p->break_fd};
    if (p->break_fd < 0 || epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, p->break_fd, &e) != 0)
        return -errno;
    return 0;
}

// The run's, opened unless it is already: 0 or -errno.
static int poll_of(struct run *run, struct netpoll **poll)
{
    struct netpoll *none = NULL;
    *poll = atomic_load(&run->poll);
    if (*poll)
        return 0;
    struct netpoll *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    int err = open_descriptors(p);
    bool ours = !err && atomic_compare_exchange_strong(&run->poll, &none, p);
    if (!ours)
        poll_free(p);
    *poll = ours ? p : none;
    return err;
}

bool netpoll_pending(const struct run *run)
{
    // Sequentially consistent: the idle list is on the other side, see csp_worker.c.
    struct netpoll *p = atomic_load(&run->poll);
    return p && atomic_load(&p->waiters) > 0;
}

bool netpoll_ready(const struct run *run)
{
    struct netpoll *p = atomic_load(&run->poll);
    return p && atomic_load(&p->waiters) > 0 &&
           poll_once(&(struct pollfd){.fd = p->epoll_fd, .events = POLLIN}) > 0;
}

// With the lock held: arms fd for what its waiters want. 0 or -errno.
static int arm(struct netpoll *p, int fd)
{
    struct epoll_event e = {.events = EPOLLONESHOT | p->fds[fd].events, .data.fd = fd};
    int err = control_once(p->epoll_fd, EPOLL_CTL_MOD, fd, &e);
    if (err == -ENOENT)
        err = control_once(p->epoll_fd, EPOLL_CTL_ADD, fd, &e);
    return err;
}

static bool reserve(struct netpoll *p, int fd)
{
    if (fd < p->n_fds)
        return true;
    int n = fd + 64;
    struct fd_list *fds = realloc(p->fds, (size_t)n * sizeof *fds);
    if (!fds)
        return false;
    sanitize_hide();
    memset(fds + p->n_fds, 0, (size_t)(n - p->n_fds) * sizeof *fds);
    sanitize_show();
    p->fds = fds;
    p->n_fds = n;
    return true;
}

// With the lock held. False: it was not in the list any more.
static bool unlink_waiter(struct netpoll *p, struct fd_waiter *w)
{
    struct fd_list *list = &p->fds[w->fd];
    if (!w->listed)
        return false;
    *(w->prev ? &w->prev->next : &list->first) = w->next;
    *(w->next ? &w->next->prev : &list->last) = w->prev;
    w->listed = false;
    atomic_fetch_sub(&p->waiters, 1);
    return true;
}

static int enqueue(struct netpoll *p, struct fd_waiter *w)
{
    int err = -ENOMEM;
    lock_take(&p->lock);
    if (reserve(p, w->fd)) {
        struct fd_list *list = &p->fds[w->fd];
        list->events = list->first ? list->events | w->events : w->events;
        w->prev = list->last;
        *(list->last ? &list->last->next : &list->first) = w;
        list->last = w;
        w->listed = true;
        atomic_fetch_add(&p->waiters, 1);
        err = arm(p, w->fd);
        if (err)
            unlink_waiter(p, w);
    }
    lock_drop(&p->lock);
    return err;
}

// The events of fd that are ready right now; 0: none; -errno.
static int look_now(int fd, int events)
{
    struct pollfd pfd = {.fd = fd, .events = (short)events};
    int n = poll_once(&pfd);
    if (n == -EINTR)
        return 0;
    if (n <= 0)
        return n;
    return pfd.revents & POLLNVAL ? -EBADF : pfd.revents;
}

int csp_wait_fd(int fd, int events, int64_t timeout_ns)
{
    struct task *me = task_here();
    struct run *run = task_run(me);
    if (fd < 0)
        return -EBADF;
    int now = look_now(fd, events);
    if (now != 0 || timeout_ns == 0) {
        give_way(task_worker(me));
        return now ? now : CSP_TIMEOUT;
    }
    struct netpoll *p;
    int err = poll_of(run, &p);
    if (err)
        return err;
    struct fd_waiter w = {.task = me, .fd = fd, .events = (uint32_t)events};
    atomic_store(&me->won, 0);
    task_set_wait(me, WAIT_FD);
    err = enqueue(p, &w);
    if (err) {
        task_set_wait(me, WAIT_RUNNING);
        return err == -EPERM ? -EINVAL : err;
    }
    if (timeout_ns > 0)
        timer_arm_task(me, timer_deadline(run, (uint64_t)timeout_ns));
    worker_leader_check(run, 0);
    sched_park(me);
    if (timeout_ns > 0)
        timer_cancel(run, &me->timer);
    lock_take(&p->lock);
    unlink_waiter(p, &w);
    lock_drop(&p->lock);
    return w.ready ? (int)w.ready : CSP_TIMEOUT;
}

// One report: to all who wait for some of it. Errors and hang-ups are for everybody.
static void deliver(struct netpoll *p, struct worker *w, int fd, uint32_t events)
{
    struct fd_waiter *next;
    lock_take(&p->lock);
    struct fd_list none = {0}, *list = fd < p->n_fds ? &p->fds[fd] : &none;
    list->events = 0;
    for (struct fd_waiter *i = list->first; i; i = next) {
        next = i->next;
        uint32_t ready = events & (i->events | EPOLLERR | EPOLLHUP);
        if (!ready || !task_win(i->task)) {
            list->events |= i->events;
            continue;
        }
        i->ready = ready;
        unlink_waiter(p, i);
        sched_ready(i->task, w);
    }
    // If the descriptor is closed by now, those who still wait wait for ever, as in
    // poll(2).
    if (list->first)
        arm(p, fd);
    lock_drop(&p->lock);
}

void netpoll_dispatch(struct worker *w, const struct epoll_event *events, int n)
{
    struct netpoll *p = atomic_load(&w->run->poll);
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd != p->break_fd)
            deliver(p, w, events[i].data.fd, events[i].events);
    }
}

void netpoll_look(struct worker *w)
{
    struct netpoll *p = atomic_load(&w->run->poll);
    struct epoll_event events[8];
    netpoll_dispatch(w, events, epoll_wait(p->epoll_fd, events, 8, 0));
}

static int wait_events(struct netpoll *p, struct epoll_event *events, int64_t timeout_ns)
{
    // Milliseconds, rounded up: the leader looks at the clock afterwards.
    int64_t ms = timeout_ns < 0 ? -1 : (timeout_ns + 999999) / 1000000;
    if (timeout_ns > 0 && timeout_ns < 1000000) {
        // A short wait must not become a long one.
        struct pollfd pfd = {.fd = p->epoll_fd, .events = POLLIN};
        ppoll(&pfd, 1, &(struct timespec){.tv_nsec = (long)timeout_ns}, NULL);
        ms = 0;
    }
    return epoll_wait(p->epoll_fd, events, NETPOLL_EVENTS,
                      ms > INT32_MAX ? INT32_MAX : (int)ms);
}

static bool broken(const struct netpoll *p, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == p->break_fd)
            return true;
    }
    return false;
}

int netpoll_wait(struct worker *w, struct epoll_event *events, int64_t timeout_ns)
{
    struct netpoll *p = atomic_load(&w->run->poll);
    int n = 0;
    // Counted before the last look at the word: a break that comes later and is read by
    // another finds this worker counted, and is written again.
    atomic_fetch_add(&p->sleepers, 1);
    if (atomic_load(&w->word) != NAP_NOTIFIED)
        n = wait_events(p, events, timeout_ns);
    atomic_fetch_sub(&p->sleepers, 1);
    uint64_t count;
    if (broken(p, events, n) && read(p->break_fd, &count, sizeof count) > 0 &&
        atomic_load(&p->sleepers) > 0)
        netpoll_break(w->run);
    return n;
}

void netpoll_break(struct run *run)
{
    struct netpoll *p = atomic_load(&run->poll);
    uint64_t one = 1;
    // Full means that it is readable already.
    if (write(p->break_fd, &one, sizeof one) < 0)
        return;
}

void netpoll_close(struct run *run)
{
    struct netpoll *p = atomic_load(&run->poll);
    if (p)
        poll_free(p);
}

ssize_t csp_read(int fd, void *buf, size_t n)
{
    ssize_t got;
    do {
        int events = csp_wait_fd(fd, POLLIN, CSP_FOREVER);
        got = events < 0 ? events : read_once(fd, buf, n);
        // Another task took what was there, or a signal came: wait again.
    } while (got == -EAGAIN || got == -EINTR);
    return got;
}

ssize_t csp_write(int fd, const void *buf, size_t n)
{
    ssize_t put;
    do {
        int events = csp_wait_fd(fd, POLLOUT, CSP_FOREVER);
        put = events < 0 ? events : write_once(fd, buf, n);
    } while (put == -EAGAIN || put == -EINTR);
    return put;
}
