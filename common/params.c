// params.c -- see params.h.
#include "params.h"

#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void join(char *to, size_t room, const char *const *words)
{
    size_t used = 0;
    for (to[0] = '\0'; *words && used < room; words++)
        used +=
            (size_t)snprintf(to + used, room - used, "%s%s", used ? ", " : "", *words);
}

int params_known(const json_t *params, const char *const *names, struct fail *why)
{
    char known[160], shown[TEXT_CUT_BYTES];
    if (!json_is_object(params))
        return fail(why, EXIT_USAGE, "parameters must be a JSON object");
    // The iterator wants a pointer to what it may change; nothing here is changed.
    for (void *at = json_object_iter((json_t *)(uintptr_t)params); at;
         at = json_object_iter_next((json_t *)(uintptr_t)params, at)) {
        const char *name = json_object_iter_key(at);
        size_t i = 0;
        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (names[i])
            continue;
        join(known, sizeof known, names);
        return fail(why, EXIT_USAGE, "unknown parameter '%s'; known are %s",
                    text_cut(shown, name), known);
    }
    return 0;
}

int params_size(const json_t *params, const char *name, uint64_t least, uint64_t most,
                uint64_t *value, struct fail *why)
{
    const json_t *member = json_object_get(params, name);
    if (!member)
        return 0;
    json_int_t n = json_integer_value(member);
    if (!json_is_integer(member) || n < 0 || (uint64_t)n < least || (uint64_t)n > most)
        return fail(why, EXIT_USAGE,
                    "%s must be a whole number from %" PRIu64 " to %" PRIu64, name, least,
                    most);
    *value = (uint64_t)n;
    return 0;
}

int params_seed(const json_t *params, uint64_t *seed, struct fail *why)
{
    const json_t *member = json_object_get(params, "seed");
    if (!member)
        return 0;
    if (!json_is_integer(member))
        return fail(why, EXIT_USAGE, "seed must be a whole number");
    // JSON's integers are signed here; the upper half of the seeds arrives as negative.
    *seed = (uint64_t)json_integer_value(member);
    return 0;
}

int params_word(const json_t *params, const char *name, const char *const *words,
                int *index, struct fail *why)
{
    char known[160];
    const json_t *member = json_object_get(params, name);
    if (!member)
        return 0;
    const char *word = json_string_value(member);
    for (int i = 0; word && words[i]; i++)
        if (strcmp(words[i], word) == 0) {
            *index = i;
            return 0;
        }
    join(known, sizeof known, words);
    return fail(why, EXIT_USAGE, "%s must be one of %s", name, known);
}

int params_text(const json_t *params, const char *name, const char **text,
                struct fail *why)
{
    const json_t *member = json_object_get(params, name);
    if (!member)
        return 0;
    if (!json_is_string(member))
        return fail(why, EXIT_USAGE, "%s must be a text", name);
    *text = json_string_value(member);
    return 0;
}
