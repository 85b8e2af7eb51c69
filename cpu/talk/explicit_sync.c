// explicit_sync.c -- see explicit_sync.h.
#include "explicit_sync.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

// What parts of names between underscores tell of synchronisation.
static const char *const telling[] = {
    "lock",     "unlock", "trylock",   "rwlock", "spinlock", "flockfile",
    "mutex",    "mtx",    "pthread",   "thrd",   "atomic",   "stdatomic",
    "volatile", "sem",    "semaphore", "cond",   "cnd",      "barrier",
    "fence",    "futex",  "sync",      "asm",    "signal"};

// A part of a name: from `part`, of that length.
static bool tells(const char *part, size_t length)
{
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        if (strlen(telling[i]) == length && strncasecmp(part, telling[i], length) == 0)
            return true;
    return false;
}

static bool name_tells(const char *name, size_t length)
{
    for (size_t i = 0; i < length;) {
        const char *end = memchr(name + i, '_', length - i);
        size_t part = end ? (size_t)(end - name) - i : length - i;
        if (tells(name + i, part))
            return true;
        i += part + 1;
    }
    return false;
}

// Where the comment, string or character that begins at s ends; s when none begins.
static const char *skip_quoted(const char *s)
{
    if (s[0] == '/' && s[1] == '/')
        return s + strcspn(s, "\n");
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr(s + 2, "*/");
        return end ? end + 2 : s + strlen(s);
    }
    if (*s != '"' && *s != '\'')
        return s;
    const char quote = *s++;
    while (*s && *s != quote)
        s += *s == '\\' && s[1] ? 2 : 1;
    return *s ? s + 1 : s;
}

static size_t name_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

static int line_of(const char *source, const char *at)
{
    int line = 1;
    for (; source < at; source++)
        line += *source == '\n';
    return line;
}

int explicit_sync_find(const char *source, char name[static EXPLICIT_SYNC_WORD])
{
    for (const char *s = source; *s;) {
        const char *past = skip_quoted(s);
        size_t length = name_length(s);
        if (past == s && name_tells(s, length)) {
            if (length >= EXPLICIT_SYNC_WORD)
                length = EXPLICIT_SYNC_WORD - 1;
            memcpy(name, s, length);
            name[length] = '\0';
            return line_of(source, s);
        }
        s = past > s ? past : s + (length ? length : 1);
    }
    return 0;
}

int explicit_sync_lines(const char *source)
{
    return line_of(source, source + strlen(source)) - 1;
}
