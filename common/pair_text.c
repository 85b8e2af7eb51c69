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

bool pair_told(const struct pair *pair)
{
    return result_separated(pair) || pair->rounds < STATS_MIN_FOR_INTERVAL;
}

char *pair_gain(const struct pair *pair, const char *name, const char *base)
{
    char *ratio = pair_ratio(pair), *evidence = pair_evidence(pair);
    char *text = pair_told(pair) ? lines_format("%s was %sx as fast as %s (%s)", name,
                                                ratio, base, evidence)
                                 : lines_format("%s was not separated from %s (%sx, %s)",
                                                name, base, ratio, evidence);
    free(ratio);
    free(evidence);
    return text;
}

const char *pair_doubt(const struct pair *pair)
{
    return pair_told(pair) ? ":" : ": not separated from none;";
}
