// message.h -- one JSON object after another over a pipe.
#ifndef MESSAGE_H
#define MESSAGE_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum message_end {
    MESSAGE_OK,
    MESSAGE_CLOSED,
    MESSAGE_BROKEN,
    MESSAGE_LATE,
    MESSAGE_SIGNAL
};

// Called while waiting, whenever `other` has something to read.
struct message_wait {
    uint64_t deadline_ns;      // clock_ns() at which to give up; 0: never
    int other;                 // a further descriptor to watch, or -1
    bool (*drain)(void *arg);  // false: `other` is at its end
    void *arg;
    int (*signalled)(void);   // nonzero ends the wait; NULL: signals don't matter
    const sigset_t *blocked;  // signals, while waiting; NULL: as they are
};

enum message_end message_send(int fd, const json_t *message);
enum message_end message_receive(int fd, json_t **message, const struct message_wait *);

#endif
