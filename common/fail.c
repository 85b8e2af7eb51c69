// fail.c -- see fail.h.
#include "fail.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fail(struct fail *why, enum exit_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    why->code = code;
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return -1;
}

int fail_output(struct fail *why, const char *name, int error)
{
    int code = error == EPIPE ? EXIT_SIGNAL + SIGPIPE : EXIT_OUTPUT;
    return fail(why, (enum exit_code)code, "%s: cannot write: %s", name, strerror(error));
}

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("gopherbench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_RESOURCE);
}
