// worker.h -- the messages between the supervisor and its workers, from both ends.
//
// A worker is this program, exec'ed with the argument WORKER_ARGUMENT, in a process group
// of its own, with an explicit environment. Requests come in on descriptor 3, replies go
// out on 4; what it prints on 1 and 2 is kept as its last words. A message is a 32-bit
// length in host order and that much JSON. A worker waits in read(), so that it takes no
// time from others.
//
//   {"do":"probe","engine"}                          -> {"devices":[...]}
//   {"do":"open","engine","threads","device","variant","seed"}     -> {"facts","open_s"}
//   {"do":"make","workload","params"}                ->
//   {"facts","open_s","work","described"}
//   {"do":"sample","sabotage","repeats","warmup"}    ->
//   {"total_s",...,"outside_s","verified","max_error","repeats"}   after a warm-up: how
//   many runs make a sample from now on
//   {"do":"save"}                                    -> {}      the outputs, to
//   descriptor 5
//   {"do":"keep"}                                    -> {}      tuned numbers
//   {"do":"complaints"}                              -> {"complaints":[...]}
//   {"do":"limits","cpu"} or {"do":"hop"}            -> {"fma_f32_flops",...}
//   {"do":"errand","errand",...}                     -> what the errand found
//   {"do":"device_limits"}                           -> {"fma_f32_flops",...}
// A failure answers {"error": sentence, "code": exit code}.
#ifndef WORKER_H
#define WORKER_H

#include "engine.h"
#include "fail.h"
#include "workload.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define WORKER_ARGUMENT "--worker"

// A worker's descriptors beside standard input, output and error.
enum { REQUEST_FD = 3, REPLY_FD = 4, SAVE_FD = 5, FIRST_FREE_FD = 6 };

// ---- the supervisor's end

struct worker {
    pid_t pid;  // 0: not running
    int to, from, log;
    char words[1 << 16];  // the last it printed
    size_t words_used;
};

// What a worker gets from us besides its pipes.
struct worker_inheritance {
    int threads;   // that its engine may use
    int save_fd;   // its descriptor 5, or -1
    int stdin_fd;  // its standard input, or -1: it has none
};

// Starts a worker. EXIT_RESOURCE when the system refuses.
int worker_start(struct worker *, const struct worker_inheritance *, struct fail *why);

// Sends the request (and drops the caller's reference), waits at most deadline_s for the
// reply. -1: the worker answered with an error (it lives on), died or overran its
// deadline (EXIT_DIED, with the signal and its last words; it is gone), or a signal for
// us came (EXIT_SIGNAL + n; it is left alone).
int worker_ask(struct worker *, json_t *request, double deadline_s, json_t **reply,
               struct fail *why);

// The two halves of worker_ask, for asking several at once. worker_tell drops the
// reference.
void worker_tell(struct worker *, json_t *request);
int worker_hear(struct worker *, double deadline_s, json_t **reply, struct fail *why);

// Ends it, with force if it does not go by itself. A worker that is not running is fine.
void worker_stop(struct worker *);

// What it printed last, when that is more than one line (a build log, a sanitizer's
// report); malloced, NULL when there is nothing.
char *worker_log(const struct worker *);

// The signal that asked us to end, or 0. worker_watch_signals installs the handlers.
void worker_watch_signals(void);
int worker_signal(void);

// ---- the worker's end

// What is worth a process of its own, but is no workload.
struct errand {
    const char *name;
    // Gets the request; returns what it found, or NULL and why not.
    json_t *(*run)(const json_t *request, struct fail *why);
};

struct worker_tables {
    const struct engine *const *engines;      // NULL-terminated
    const struct workload *const *workloads;  // NULL-terminated
    // What the floor cannot measure itself: adds "sha256_bytes" or "channel_hop_s".
    double (*sha256_bytes)(double seconds);
    double (*channel_hop_s)(void);
    const struct errand *errands;  // until one without a name; NULL: there are none
};

// Serves requests until descriptor 3 closes. Returns the exit status.
int worker_main(const struct worker_tables *);

#endif
