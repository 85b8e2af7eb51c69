// csp_trace.h -- what trace.c notes while a run is traced, and trace_write.c draws later.
//
// A *row* is the memory of one worker's events, in the order of time. Nothing in it
// points into a task or a channel: both may be gone when the file is written.

#ifndef CSP_TRACE_H
#define CSP_TRACE_H

#include "csp_impl.h"

#include <stdio.h>

enum trace_kind {
    TRACE_SPAWN,  // task begins to be; name
    TRACE_RUN,    // the row's worker goes on with task
    TRACE_WAIT,   // the running task is about to park on chan
    TRACE_PARK,   // the running task leaves the worker; wait, or WAIT_READY: it yields
    TRACE_READY,  // task is readied by the running task, or by nobody
    TRACE_EXIT,   // the running task ends
    TRACE_MEET,   // task gives an element straight to peer
    TRACE_PUT,    // task puts the index-th element into chan's buffer
    TRACE_TAKE,   // task takes it
    TRACE_WORK    // virtual time: task computes until end_ns
};

struct trace_event {
    uint64_t ns;  // of the run's clock
    uint64_t task;
    union {
        uint64_t peer, index, end_ns;
        char *name;  // NULL: none; the row's own
    };
    uint32_t chan;
    uint8_t kind;  // enum trace_kind
    uint8_t wait;  // enum wait
};
static_assert(sizeof(struct trace_event) == 32, "an event has outgrown its space");

enum { TRACE_CHUNK = 1023 };

struct trace_chunk {
    struct trace_chunk *next;
    uint32_t n;
    struct trace_event events[TRACE_CHUNK];
};

struct trace_row {
    struct trace_row *next;
    struct trace_chunk *first, *last;
    uint32_t index;    // of the worker
    uint64_t running;  // the task that runs; 0: none
    uint64_t last_ns;
};

struct trace {
    FILE *file;
    const char *path;
    _Atomic uint64_t lost;   // events for which there was no memory
    _Atomic uint32_t chans;  // channels that have been given a number
    struct lock lock;
    struct trace_row *rows;     // under the lock
    struct trace_row *outside;  // of threads that are no workers; under the lock
};

// trace_json.c -- a call to begin an event, then others or stdio for what is in it.
enum { PID_WORKERS = 1, PID_TASKS = 2 };

struct trace_out {
    FILE *f;
    uint64_t n_events, n_arrows;
};

// One end of an arrow.
struct trace_point {
    uint64_t ns, tid;
    int pid;
};

void trace_begin(struct trace_out *out, const char *ph, int pid, uint64_t tid,
                 uint64_t ns);
// A member of that name, in microseconds.
void trace_ns(struct trace_out *out, const char *key, uint64_t ns);
void trace_string(struct trace_out *out, const char *s);
// Whole events.
void trace_process(struct trace_out *out, int pid, const char *name);
void trace_arrow(struct trace_out *out, const char *name, struct trace_point from,
                 struct trace_point to);

// trace_pairs.c -- all zero to begin with; the caller frees places.
struct trace_pairs {
    uint64_t n, n_places;  // a power of two
    const struct trace_event **places;
};
// e is a PUT or a TAKE. *other: the other end of the same element, if that was given
// before, else NULL. False: out of memory.
bool trace_pair(struct trace_pairs *p, const struct trace_event *e,
                const struct trace_event **other);

// trace_write.c
// False: out of memory, and the file makes no sense.
bool trace_write(const struct run *run, const struct trace *trace, uint64_t end_ns);

#endif
