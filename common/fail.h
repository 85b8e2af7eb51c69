// fail.h -- one sentence of failure, and the exit code that goes with it.
//
// Three kinds of error, three treatments. Our own bug: assert, which release builds keep.
// The hopeless: die. The world's faults: `return fail(why, EXIT_..., "%s: ...", ...)`,
// one sentence that a user can act on, printed once, by main. No number without its
// meaning.
#ifndef FAIL_H
#define FAIL_H

// What the process says when it ends; fixed, because scripts rely on it.
enum exit_code {
    EXIT_OK = 0,
    EXIT_WRONG = 1,  // a result is wrong, or a claim is refuted
    EXIT_USAGE = 2,
    EXIT_ABSENT = 3,    // an engine or a device that was asked for is not there
    EXIT_INPUT = 4,     // input that cannot be used
    EXIT_OUTPUT = 5,    // output that cannot be written
    EXIT_RESOURCE = 6,  // out of memory, threads or another resource
    EXIT_DIED = 7,      // an engine died or timed out
    EXIT_DEADLOCK = 8,  // deadlock or task failure
    EXIT_REGRESSION = 9,
    EXIT_INCONCLUSIVE = 10,
    EXIT_SIGNAL = 128  // plus the signal's number
};

struct fail {
    enum exit_code code;
    char text[512];  // no newline at the end; may hold hostile bytes: escape to print
};

// Fills *why and returns -1, so that the common case is one line. The text is cut to fit.
__attribute__((format(printf, 3, 4))) int fail(struct fail *why, enum exit_code code,
                                               const char *format, ...);

// "name: cannot write: <strerror(error)>" with EXIT_OUTPUT; for EPIPE the code is SIGPIPE's, since
// a reader that left is no accident. Returns -1.
int fail_output(struct fail *why, const char *name, int error);

// For what cannot be helped: prints "gopherbench: <sentence>" and ends with
// EXIT_RESOURCE.
__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format, ...);

#endif
