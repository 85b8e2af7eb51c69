// ocl_settings.c -- see ocl_settings.h.
#include "ocl_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTING_MAX = 1 << 20 };  // no kernel has a larger number

// One NAME=NUMBER at *text, which moves behind it.
static bool read_one(const char **text, const struct knob *knobs, struct ocl_settings *to)
{
    const size_t length = strcspn(*text, "=] ");
    if ((*text)[length] != '=')
        return false;
    char *end;
    const long number = strtol(*text + length + 1, &end, 10);
    if (end == *text + length + 1 || number < 1 || number > SETTING_MAX)
        return false;
    for (size_t i = 0; knobs && knobs[i].name; i++) {
        if (strlen(knobs[i].name) == length &&
            strncmp(knobs[i].name, *text, length) == 0) {
            to->value[i] = (int)number;
            *text = end;
            return true;
        }
    }
    return false;
}

int ocl_settings_read(const char *text, const struct knob *knobs, struct ocl_settings *to,
                      struct fail *why)
{
    const char *at = text + 1;
    *to = (struct ocl_settings){.given = true};
    bool right = text[0] == '[';
    while (right && *at != ']') {
        right = read_one(&at, knobs, to);
        at += right && *at == ' ';
    }
    if (right && strcmp(at, "]") == 0)
        return 0;
    return fail(why, EXIT_USAGE, "'%.80s' is no list of this kernel's numbers", text);
}

char *ocl_settings_write(const struct ocl_settings *s, const struct knob *knobs, char *to,
                         size_t bytes)
{
    size_t used = (size_t)snprintf(to, bytes, "[");
    for (size_t i = 0; knobs && knobs[i].name && used < bytes; i++)
        if (s->value[i])
            used += (size_t)snprintf(to + used, bytes - used, "%s%s=%d",
                                     used > 1 ? " " : "", knobs[i].name, s->value[i]);
    if (used < bytes)
        snprintf(to + used, bytes - used, "]");
    return to;
}

bool ocl_settings_empty(const struct ocl_settings *s)
{
    for (int i = 0; i < KNOBS_MAX; i++)
        if (s->value[i])
            return false;
    return true;
}
