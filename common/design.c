// design.c -- see design.h.
#include "design.h"

#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct design designs[] = {
    {"one", "one gopher loads, carries, burns and returns, alone", 1, 1, 1, 1},
    {"two-messages", "two gophers on one pile take turns by messages", 1, 2, 1, 1},
    {"two-doubled", "two piles, two incinerators, one gopher each", 2, 1, 1, 1},
    {"three", "one loads, one carries and comes back, one burns", 1, 1, 3, 1},
    {"four", "a fourth gopher returns the empty carts", 1, 1, 4, 1},
    {"eight", "the four, doubled on another axis", 2, 1, 4, 1},
    {"staging", "two gophers with a dump in the middle", 1, 1, 1, 2},
    {"staging-doubled", "two piles, each with a dump in the middle", 2, 1, 1, 2},
    {"four-staging", "four gophers on each side of the dump", 1, 1, 4, 2},
    {"sixteen", "four on each side of the dump, doubled", 2, 1, 4, 2},
};

const int designs_count = sizeof designs / sizeof *designs;

static const struct duty duties[ROLES_MAX + 1][ROLES_MAX] = {
    [1] = {{1, {{LOAD, RETURN}}}},
    [2] = {{1, {{LOAD, CARRY}}}, {1, {{UNLOAD, RETURN}}}},
    [3] = {{1, {{LOAD, LOAD}}},
           {2, {{CARRY, CARRY}, {RETURN, RETURN}}},
           {1, {{UNLOAD, UNLOAD}}}},
    [4] = {{1, {{LOAD, LOAD}}},
           {1, {{CARRY, CARRY}}},
           {1, {{UNLOAD, UNLOAD}}},
           {1, {{RETURN, RETURN}}}},
};

const struct duty *design_duty(int roles, int role)
{
    assert(roles >= 1 && roles <= ROLES_MAX && role >= 0 && role < roles);
    return &duties[roles][role];
}

enum { LANES_MAX = 4096 };

static int unknown(const char *name, struct fail *why)
{
    char shown[TEXT_CUT_BYTES], known[256] = "";
    size_t used = 0;
    for (int i = 0; i < designs_count; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                                 designs[i].name);
    return fail(why, EXIT_USAGE,
                "no design is called '%.80s'; the designs are %s, and NAME*N puts N of "
                "one side by side",
                text_cut(shown, name), known);
}

// The N of "*N", or 0 for anything else.
static int read_times(const char *text)
{
    char *end = NULL;
    if (text[0] < '1' || text[0] > '9' || strlen(text) > 4)
        return 0;
    long n = strtol(text, &end, 10);
    return *end == '\0' && n <= LANES_MAX ? (int)n : 0;
}

int design_find(const char *name, struct design *found, struct fail *why)
{
    size_t length = strcspn(name, "*");
    for (int i = 0; i < designs_count; i++) {
        if (strlen(designs[i].name) != length ||
            memcmp(designs[i].name, name, length) != 0)
            continue;
        *found = designs[i];
        if (name[length] == '\0')
            return 0;
        int times = read_times(name + length + 1);
        if (times == 0)
            return fail(why, EXIT_USAGE,
                        "design '%.80s': the number of lanes behind '*' must be 1 to %d",
                        text_cut((char[TEXT_CUT_BYTES]){0}, name), LANES_MAX);
        found->lanes *= times;
        snprintf(found->name, sizeof found->name, "%.20s*%d", designs[i].name, times);
        return 0;
    }
    return unknown(name, why);
}
