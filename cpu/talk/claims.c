// claims.c -- see claim.h: the table of claims, by number, and what judges share.
#include "judges.h"

#define GOPHERS "gopherbench talk gophers --virtual "

const struct claim claims[] = {
    {1, "One gopher needs the sum of all trips for each cart.",
     GOPHERS "--design one --procs 1 --loads 1000", false, judge_one},
    {2,
     "A second gopher without a second cart gains nothing; with one, twice at most: the "
     "two ends cost the start, and more where one takes over half of the round; with "
     "everything doubled, exactly twice.",
     GOPHERS "--design two-messages --carts 2 --procs 4 --loads 1000 --trips 4,1,1,1",
     false, judge_two},
    {3, "Three gophers are bounded by the carrier's round trip.",
     GOPHERS "--design one,three --procs 4 --loads 1000", false, judge_three},
    {4, "With equal trips four gophers beat three, and are worth four times one.",
     GOPHERS "--design one,three,four --procs 4 --loads 1000", false, judge_four},
    {5,
     "The same four gophers on 1, 2, 3, 4, 8 processors: 1, 2, 3, 4, 4 times one; on 1, "
     "2, 3, 4 carts as well; and where trips wait, 4 times on one processor.",
     GOPHERS "--design four --procs 3 --loads 1000", false, judge_processors},
    {6,
     "Eight double four; sixteen double eight where the way is the longest trip; a dump "
     "halves the way.",
     GOPHERS "--design eight,sixteen --procs 16 --loads 1000 --trips 1,2,1,2", false,
     judge_doubling},
    {7, "With random times and C carts four gophers are 4C/(C+3) times one.",
     GOPHERS "--design four --carts 8 --procs 4 --loads 20000 --exponential", true,
     judge_random},
    {8, "Unequal trips: sum over longest, and the bottleneck has a name.",
     GOPHERS "--design four --carts 8 --procs 4 --loads 1000 --trips 1,1,7,1", false,
     judge_unequal},
    {9, "Four carts and no place to put one down: locked up at the fourth trip's end.",
     GOPHERS "--design four --procs 4 --loads 1000 --unbuffered", false, judge_no_room},
    {10,
     "On one processor every design burns the same books to the same ash, and is slower "
     "than a loop by its bookkeeping alone.",
     GOPHERS "--design one,two-messages,three,four,staging,four-staging --procs 1 "
             "--loads 60 --work real",
     false, judge_ash},
    {11, "A blocked task blocks no other.", "gopherbench talk --check 11", true,
     judge_heart},
    {12,
     "Balancers: throughput grows with the workers; by a heap the loads are more even "
     "than in turn, and the unlucky wait a shorter time.",
     "gopherbench talk balancer --virtual --procs 1", true, judge_balancers},
    {13,
     "The first of k replicas comes sooner than one; a search asks at once, with a "
     "deadline, and replicated.",
     "gopherbench talk search --virtual --procs 1", true, judge_searches},
    {14, "A million tasks at once: created, run and drained.",
     "gopherbench talk million --virtual --procs 1", true, judge_million},
    {15, "The programs contain no explicit synchronisation.",
     "gopherbench talk --check 15", false, judge_sources},
    {17,
     "Waiting needs no processor, computing does: how many are alive and how many run "
     "are two numbers.",
     "gopherbench talk --check 17", true, judge_waiting},
};

const int claims_count = sizeof claims / sizeof *claims;

const char *finding_word(enum finding f)
{
    static const char *const words[] = {"PASS", "REFUTED", "INCONCLUSIVE"};
    return words[f];
}

void evidence_demand(struct evidence *e, bool truth)
{
    if (e->finding != FINDING_REFUTED)
        e->finding = truth ? FINDING_PASS : FINDING_REFUTED;
}
