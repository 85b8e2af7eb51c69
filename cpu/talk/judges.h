// judges.h -- every claim's judge, and what they share; claims.c has the claims.
#ifndef JUDGES_H
#define JUDGES_H

#include "claim.h"
#include "csp.h"

#include <stdio.h>

// Cut to fit.
#define SAY(to, ...) snprintf((to), sizeof(to), __VA_ARGS__)

// Whether a run that ended so lacked memory or threads: it says nothing of the claim,
// which is then undecided.
static inline bool run_lacked(int end)
{
    return end == CSP_ENOMEM || end == CSP_ETHREAD;
}

void judge_one(const struct claim_opts *, struct evidence *);
void judge_two(const struct claim_opts *, struct evidence *);
void judge_three(const struct claim_opts *, struct evidence *);
void judge_four(const struct claim_opts *, struct evidence *);
void judge_processors(const struct claim_opts *, struct evidence *);
void judge_doubling(const struct claim_opts *, struct evidence *);
void judge_random(const struct claim_opts *, struct evidence *);
void judge_unequal(const struct claim_opts *, struct evidence *);
void judge_no_room(const struct claim_opts *, struct evidence *);
void judge_ash(const struct claim_opts *, struct evidence *);

void judge_heart(const struct claim_opts *, struct evidence *);
void judge_balancers(const struct claim_opts *, struct evidence *);
void judge_searches(const struct claim_opts *, struct evidence *);
void judge_million(const struct claim_opts *, struct evidence *);
void judge_sources(const struct claim_opts *, struct evidence *);
void judge_waiting(const struct claim_opts *, struct evidence *);

#endif
