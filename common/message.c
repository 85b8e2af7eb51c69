// message.c -- see message.h. A message is a uint32 length and that much JSON text;
// longer than MESSAGE_MAX is broken, so that a wild length never becomes an allocation.
#include "message.h"

#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 64 << 20 };

static enum message_end put(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return MESSAGE_CLOSED;
        at += done;
        n -= (size_t)done;
    }
    return MESSAGE_OK;
}

enum message_end message_send(int fd, const json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!text)
        return MESSAGE_BROKEN;
    uint32_t length = (uint32_t)strlen(text);
    enum message_end end = put(fd, &length, sizeof length);
    if (end == MESSAGE_OK)
        end = put(fd, text, length);
    free(text);
    return end;
}

// Milliseconds until the deadline for poll(2), rounded up; -1: for ever.
static int rest_ms(const struct message_wait *wait)
{
    if (!wait || !wait->deadline_ns)
        return -1;
    uint64_t now = clock_ns();
    if (now >= wait->deadline_ns)
        return 0;
    uint64_t ms = (wait->deadline_ns - now) / 1000000 + 1;
    return ms > 1000000 ? 1000000 : (int)ms;
}

// Waits until fd has something to read, draining the other descriptor meanwhile.
static enum message_end ready(int fd, const struct message_wait *wait)
{
    bool other_open = wait && wait->other >= 0;
    for (;;) {
        struct pollfd watched[2] = {
            {.fd = fd, .events = POLLIN},
            {.fd = other_open ? wait->other : -1, .events = POLLIN}};
        int rest = rest_ms(wait);
        struct timespec timeout = {.tv_sec = rest / 1000,
                                   .tv_nsec = rest % 1000 * 1000000L};
        int n =
            ppoll(watched, 2, rest < 0 ? NULL : &timeout, wait ? wait->blocked : NULL);
        if (wait && wait->signalled && wait->signalled())
            return MESSAGE_SIGNAL;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return MESSAGE_BROKEN;
        if (watched[1].revents)
            other_open = wait->drain(wait->arg);
        if (watched[0].revents)
            return MESSAGE_OK;
        if (rest_ms(wait) == 0)
            return MESSAGE_LATE;
    }
}

static enum message_end get(int fd, void *bytes, size_t n,
                            const struct message_wait *wait)
{
    for (char *at = bytes; n > 0;) {
        enum message_end end = ready(fd, wait);
        if (end != MESSAGE_OK)
            return end;
        ssize_t done = read(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return MESSAGE_CLOSED;
        at += done;
        n -= (size_t)done;
    }
    return MESSAGE_OK;
}

enum message_end message_receive(int fd, json_t **message,
                                 const struct message_wait *wait)
{
    uint32_t length;
    enum message_end end = get(fd, &length, sizeof length, wait);
    if (end != MESSAGE_OK)
        return end;
    if (length > MESSAGE_MAX)
        return MESSAGE_BROKEN;
    char *text = malloc(length);
    if (!text)
        return MESSAGE_BROKEN;
    end = get(fd, text, length, wait);
    if (end == MESSAGE_OK) {
        *message = json_loadb(text, length, 0, NULL);
        if (!json_is_object(*message)) {
            json_decref(*message);
            end = MESSAGE_BROKEN;
        }
    }
    free(text);
    return end;
}
