// lines.c -- see lines.h.
#include "lines.h"

#include "fail.h"
#include "text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// The one place that hands a variable format on: the attributes in lines.h check the
// callers.
__attribute__((format(printf, 1, 0))) static char *formatted(const char *format,
                                                             va_list args)
{
    char *text;
    if (vasprintf(&text, format, args) < 0)
        die("no memory for the report");
    return text;
}

char *lines_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = formatted(format, args);
    va_end(args);
    return text;
}

void lines_add(struct lines *lines, const char *format, ...)
{
    char **grown = reallocarray(lines->line, lines->count + 1, sizeof *grown);
    if (!grown)
        die("no memory for the report");
    lines->line = grown;
    va_list args;
    va_start(args, format);
    lines->line[lines->count++] = formatted(format, args);
    va_end(args);
}

bool lines_hold(const struct lines *lines, const char *text)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->line[i], text) == 0)
            return true;
    return false;
}

void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->line[i]);
    free(lines->line);
    *lines = (struct lines){0};
}

char *lines_escape(const char *bytes)
{
    char *escaped = text_escape(bytes);
    if (!escaped)
        die("no memory for the report");
    return escaped;
}

// The length of the word at `text`. A figure stays with its unit: "276 GFLOP/s", "95 %".
static size_t word_length(const char *text)
{
    size_t length = strcspn(text, " ");
    while (length > 0 && text[length] == ' ' &&
           isdigit((unsigned char)text[length - 1]) &&
           (isalpha((unsigned char)text[length + 1]) || text[length + 1] == '%'))
        length += 1 + strcspn(text + length + 1, " ");
    return length;
}

void lines_wrap(FILE *out, const char *text, size_t at, size_t indent, size_t columns)
{
    bool begins = true;  // no word on this line yet
    while (*text) {
        const size_t length = word_length(text);
        char *word = lines_format("%.*s", (int)length, text);
        const size_t width = text_columns(word);
        if (!begins && at + 1 + width > columns) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            begins = true;
        }
        fprintf(out, "%s%s", begins ? "" : " ", word);
        at += width + !begins;
        begins = false;
        free(word);
        text += length;
        text += *text == ' ';
    }
    fputc('\n', out);
}
