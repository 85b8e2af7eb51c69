// pair_text.c -- see pair_text.h.
#include "pair_text.h"

#include "board.h"
#include "lines.h"

#include <stdlib.h>

char *pair_ratio(const struct pair *pair)
{
    return lines_format("%.*f", board_decimals(pair), pair->ratio);
}

char *pair_bounds(const struct pair *pair)
{
    const int digits = board_decimals(pair);
    return lines_format("%.*f to %.*f", digits, pair->ci95.lo, digits, pair->ci95.hi);
}

char *pair_evidence(const struct pair *pair)
{
    if (pair->rounds == 1)
        return lines_format("one round, so no interval");
    char *bounds = pair_bounds(pair);
    char *text =
        lines_format("%s %s, %zu rounds",
                     pair->rounds < STATS_MIN_FOR_INTERVAL ? "range" : "95 % interval",
                     bounds, pair->rounds);
    free(bounds);
    return text;
}

const char *pair_doubt(const struct pair *pair)
{
    const bool shows = result_separated(pair) || pair->rounds < STATS_MIN_FOR_INTERVAL;
    return shows ? ":" : ": not separated from none;";
}
