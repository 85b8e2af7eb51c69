// claim.h -- the talk's sentences, each judged by what happens when it is tried.
//
// Virtual time judges: it is exact and the same everywhere. The real machine is shown
// beside it, with its ceiling, and never decides. To add a claim: a judge in
// claims_<subject>.c, a row in claims.c.
#ifndef CLAIM_H
#define CLAIM_H

#include <stdbool.h>
#include <stdint.h>

enum finding { FINDING_PASS, FINDING_REFUTED, FINDING_INCONCLUSIVE };

struct claim_opts {
    bool real;  // also try it on this machine
    int procs;  // of this machine, for that
    uint64_t seed;
    uint64_t tasks;  // of claim 14; 0: a million
};

struct evidence {
    enum finding finding;
    double value, expected;  // the figure and the formula's, in the claim's own unit
    char figure[200];   // "four gophers burn a load every 1.000 stages, one every 4.000"
    char formula[120];  // "4x in the steady state; whole run (4N-1)/(N+2) = 3.991"
    char bound[100];    // "exact", or "within 1 %: four standard errors"
    char real[200];     // the same on this machine, and its ceiling; "": not tried
};

struct claim {
    int number;  // as in the talk's list, 1 to 18
    const char *sentence;
    const char *command;  // that reruns what it was judged by
    bool seeded;          // by the check's seed: the command needs --seed and that, too
    void (*judge)(const struct claim_opts *, struct evidence *);
};

extern const struct claim claims[];  // by number
extern const int claims_count;

const char *finding_word(enum finding);  // "PASS", "REFUTED", "INCONCLUSIVE"

// A judge's helper: sets the finding to PASS if truth, else to REFUTED, unless it is
// REFUTED already.
void evidence_demand(struct evidence *, bool truth);

#endif
