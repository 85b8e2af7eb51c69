// chance.c -- see chance.h. For whole numbers T >= 0 the mean of T is the sum of the
// chances that T > t, over t = 0, 1, ...; that of T * T the sum of (2t + 1) times those.
#include "chance.h"

#include <math.h>

struct law chance_at_once(int kinds, int replicas, uint64_t patience_ms)
{
    double mean = 0, square = 0, within = 0;
    for (uint64_t ms = 0; ms < patience_ms; ms++) {
        double one_later = 1 - (double)(ms + 1) / CHANCE_MS;
        within = pow(1 - pow(one_later, replicas), kinds);
        mean += 1 - within;
        square += (double)(2 * ms + 1) * (1 - within);
    }
    return (struct law){mean, sqrt(square - mean * mean), within};
}

struct law chance_in_turn(int kinds)
{
    struct law one = chance_at_once(1, 1, CHANCE_MS);
    return (struct law){kinds * one.mean_ms, sqrt(kinds) * one.deviation_ms, 1};
}

double chance_slack_ms(struct law law, int n)
{
    return 4 * law.deviation_ms / sqrt(n);
}

uint64_t chance_exponential_ns(struct rng *rng, uint64_t mean_ns)
{
    return (uint64_t)(-log1p(-rng_unit(rng)) * (double)mean_ns);
}
