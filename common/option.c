// option.c -- see option.h.
#include "option.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Reads digits from *text on. False when there is none or the value does not fit.
static bool digits(const char **text, uint64_t *value)
{
    const char *at = *text;
    uint64_t sum = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(sum, 10u, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(*at - '0'), &sum))
            return false;
    }
    if (at == *text)
        return false;
    *text = at;
    *value = sum;
    return true;
}

int option_number(const char *what, const char *text, uint64_t lo, uint64_t hi,
                  uint64_t *value, struct fail *why)
{
    const char *at = text;
    uint64_t read;
    if (!digits(&at, &read) || *at || read < lo || read > hi)
        return fail(why, EXIT_USAGE,
                    "%s takes a whole number from %llu to %llu, not '%s'", what,
                    (unsigned long long)lo, (unsigned long long)hi, text);
    *value = read;
    return 0;
}

int option_int(const char *what, const char *text, int lo, int hi, int *value,
               struct fail *why)
{
    uint64_t read;
    if (option_number(what, text, (uint64_t)lo, (uint64_t)hi, &read, why))
        return -1;
    *value = (int)read;
    return 0;
}

// The power of two behind a number: "", "K", "KB", "KiB" and so on; -1: no such unit.
static int unit_shift(const char *unit)
{
    static const char letters[] = "KMGT";
    if (!*unit || strcmp(unit, "B") == 0)
        return 0;
    const char *letter = *unit > ' ' ? strchr(letters, *unit & ~0x20) : NULL;
    const char *rest = unit + 1;
    if (!letter || (*rest && strcmp(rest, "B") && strcmp(rest, "iB")))
        return -1;
    return 10 * (int)(letter - letters + 1);
}

int option_bytes(const char *what, const char *text, uint64_t lo, uint64_t *value,
                 struct fail *why)
{
    const char *at = text;
    uint64_t read = 0;
    int shift = digits(&at, &read) ? unit_shift(at) : -1;
    if (shift < 0 || read > UINT64_MAX >> shift || read << shift < lo)
        return fail(why, EXIT_USAGE,
                    "%s takes a number of bytes from %llu, as 65536, 64K or 2M, not '%s'",
                    what, (unsigned long long)lo, text);
    *value = read << shift;
    return 0;
}

int option_flop(const char *what, const char *text, uint64_t hi, uint64_t *value,
                struct fail *why)
{
    static const char units[] = "kMGT";
    const char *at = text;
    uint64_t read = 0;
    bool good = digits(&at, &read);
    const char *unit = good && *at ? strchr(units, *at == 'K' ? 'k' : *at) : NULL;
    for (long thousands = unit ? unit - units + 1 : 0; thousands > 0; thousands--)
        good = good && !__builtin_mul_overflow(read, 1000u, &read);
    if (!good || at[unit != NULL] || read < 1 || read > hi)
        return fail(why, EXIT_USAGE,
                    "%s takes a number of flop from 1 to %llu, as 500k or 4M, not '%s'",
                    what, (unsigned long long)hi, text);
    *value = read;
    return 0;
}

int option_seconds(const char *what, const char *text, double *value, struct fail *why)
{
    const char *at = text;
    uint64_t whole = 0, part = 0;
    double scale = 1;
    bool good = digits(&at, &whole);
    if (good && *at == '.') {
        const char *from = ++at;
        good = digits(&at, &part);
        for (; from < at; from++)
            scale *= 10;
    }
    *value = (double)whole + (double)part / scale;
    if (!good || *at || *value <= 0 || *value > 1e6)
        return fail(why, EXIT_USAGE,
                    "%s takes a number of seconds above 0, as 10 or 2.5, not '%s'", what,
                    text);
    return 0;
}

int option_milliseconds(const char *what, const char *text, uint64_t hi_ns,
                        uint64_t *value_ns, struct fail *why)
{
    static const uint64_t MS = 1000000;
    const char *at = text;
    uint64_t whole = 0, part = 0;
    bool good = digits(&at, &whole);
    if (good && *at == '.') {
        const char *from = ++at;
        good = digits(&at, &part) && at - from <= 6;
        for (; good && at - from < 6; from--)
            part *= 10;
    }
    uint64_t ns = whole <= hi_ns / MS ? whole * MS + part : 0;
    if (!good || *at || ns == 0 || ns > hi_ns)
        return fail(
            why, EXIT_USAGE,
            "%s takes milliseconds above 0 and up to %llu, as 1 or 0.25, not '%s'", what,
            (unsigned long long)(hi_ns / MS), text);
    *value_ns = ns;
    return 0;
}

int option_size3(const char *what, const char *text, struct size3 *value,
                 struct fail *why)
{
    const char *at = text;
    bool good = digits(&at, &value->m);
    if (good && !*at) {
        value->n = value->k = value->m;
        return 0;
    }
    good = good && *at++ == 'x' && digits(&at, &value->n) && *at++ == 'x' &&
           digits(&at, &value->k) && !*at;
    if (!good)
        return fail(why, EXIT_USAGE,
                    "%s takes sizes as N or MxNxK (1024 or 512x64x2048), not '%s'", what,
                    text);
    return 0;
}

char *option_words(char *buffer, size_t size, const char *const *words)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; words[i] && used < size; i++) {
        const char *glue = i == 0 ? "" : words[i + 1] ? ", " : " and ";
        int n = snprintf(buffer + used, size - used, "%s%s", glue, words[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return buffer;
}

int option_word(const char *what, const char *text, const char *const *words,
                struct fail *why)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    char known[320];
    return fail(why, EXIT_USAGE, "%s: '%s' is unknown; known are %s", what, text,
                option_words(known, sizeof known, words));
}

int option_list(const char *what, const char *text, struct list *list, struct fail *why)
{
    *list = (struct list){0};
    char *copy = strdup(text), *at = copy;
    size_t commas = 0;
    for (const char *c = text; *c; c++)
        commas += *c == ',';
    list->item = calloc(commas + 1, sizeof *list->item);
    if (!copy || !list->item)
        die("out of memory");
    while (at) {
        char *item = strsep(&at, ",");
        if (!*item) {
            free(copy);
            option_list_free(list);
            return fail(why, EXIT_USAGE, "%s: '%s' has an empty element", what, text);
        }
        list->item[list->count] = strdup(item);
        if (!list->item[list->count++])
            die("out of memory");
    }
    free(copy);
    return 0;
}

void option_list_free(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i]);
    free(list->item);
    *list = (struct list){0};
}
