// os_threads.c -- see os_threads.h. The one file of the talk that starts threads: what it
// is for is the comparison.
#include "os_threads.h"

#include "clock.h"
#include "host.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Threads wait at the gate, which is closed while others start.
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t come, go;
    int here;
    bool open;
    uint64_t wait_ns;
};

static void *wait_at_gate(void *arg)
{
    struct gate *g = arg;
    pthread_mutex_lock(&g->mutex);
    g->here++;
    pthread_cond_signal(&g->come);
    while (!g->open)
        pthread_cond_wait(&g->go, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
    struct timespec wait = {.tv_sec = (time_t)(g->wait_ns / 1000000000),
                            .tv_nsec = (long)(g->wait_ns % 1000000000)};
    nanosleep(&wait, NULL);
    return NULL;
}

static void start(struct gate *g, pthread_t *threads, int most, struct os_threads *found)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    size_t bytes;
    pthread_attr_getstacksize(&attr, &bytes);
    found->default_bytes = bytes;
    found->stack_bytes = (uint64_t)sysconf(_SC_THREAD_STACK_MIN);
    pthread_attr_setstacksize(&attr, found->stack_bytes);
    uint64_t memory_before = host_resident_bytes(), began_ns = clock_ns();
    while (found->started < most && !found->refused) {
        found->refused = pthread_create(&threads[found->started], &attr, wait_at_gate, g);
        found->started += !found->refused;
    }
    pthread_mutex_lock(&g->mutex);
    while (g->here < found->started)
        pthread_cond_wait(&g->come, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
    found->start_s = (double)(clock_ns() - began_ns) / 1e9;
    found->memory_bytes = host_resident_bytes() - memory_before;
    pthread_attr_destroy(&attr);
}

static void let_go(struct gate *g, pthread_t *threads, struct os_threads *found)
{
    uint64_t began_ns = clock_ns();
    pthread_mutex_lock(&g->mutex);
    g->open = true;
    pthread_cond_broadcast(&g->go);
    pthread_mutex_unlock(&g->mutex);
    for (int i = 0; i < found->started; i++)
        pthread_join(threads[i], NULL);
    found->end_s = (double)(clock_ns() - began_ns) / 1e9;
}

// Keeps the calling process on the processor that it is on.
static void stay_on_one_cpu(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

// What the child does: its findings go into the pipe, and it ends.
__attribute__((noreturn)) static void try_in_child(const struct os_threads_plan *plan,
                                                   int pipe_fd)
{
    struct os_threads found = {0};
    struct gate g = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                     .come = PTHREAD_COND_INITIALIZER,
                     .go = PTHREAD_COND_INITIALIZER,
                     .wait_ns = plan->wait_ns};
    pthread_t *threads = calloc((size_t)plan->most, sizeof *threads);
    if (!threads)
        _exit(1);
    if (plan->one_cpu)
        stay_on_one_cpu();
    start(&g, threads, plan->most, &found);
    let_go(&g, threads, &found);
    found.cpu_s = (double)clock_process_ns() / 1e9;
    _exit(write(pipe_fd, &found, sizeof found) != sizeof found);
}

int os_threads_try(const struct os_threads_plan *plan, struct os_threads *found)
{
    int ends[2];
    if (pipe(ends))
        return -1;
    pid_t child = fork();
    if (child == 0)
        try_in_child(plan, ends[1]);
    close(ends[1]);
    ssize_t n = child < 0 ? -1 : read(ends[0], found, sizeof *found);
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return n == sizeof *found ? 0 : -1;
}
