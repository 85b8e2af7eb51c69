// judge.h -- one claim, judged in a process of its own.
//
// A judge that crashes, hangs or gives up costs its own line: the claim is INCONCLUSIVE
// and says why, with the judge's last words. What a judge prints is kept from the
// terminal: lists of deadlocked tasks are part of some claims. This process must have no
// thread but its first.
#ifndef JUDGE_H
#define JUDGE_H

#include "claim.h"
#include "fail.h"

// Seconds take a busy machine minutes. Unless GOPHERBENCH_DEADLINE_S says otherwise:
enum { JUDGE_DEADLINE_S = 300 };

// Fills *evidence. Fails with EXIT_SIGNAL + n when a signal asked us to end meanwhile
// (worker_watch_signals must have been called), EXIT_RESOURCE when there is no process to
// be had.
int judge_claim(const struct claim *, const struct claim_opts *, struct evidence *,
                struct fail *why);

#endif
