// lines.h -- a growing list of texts, and text set in lines.
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lines {
    char **line;
    size_t count;
};

__attribute__((format(printf, 2, 3))) void lines_add(struct lines *, const char *format,
                                                     ...);
bool lines_hold(const struct lines *, const char *text);
void lines_free(struct lines *);  // a zeroed one is fine

// The formatted text, malloced; dies when memory ends.
__attribute__((format(printf, 1, 2))) char *lines_format(const char *format, ...);

// text_escape that dies when memory ends.
char *lines_escape(const char *bytes);

// Prints words over as many lines as they need, and ends the last. The first line starts
// at column `at`, the others are indented; a word longer than a line stays whole.
void lines_wrap(FILE *, const char *text, size_t at, size_t indent, size_t columns);

#endif
