// fail.c -- see fail.h.
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int fail(struct fail *why, enum exit_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    why->code = code;
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return -1;
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
