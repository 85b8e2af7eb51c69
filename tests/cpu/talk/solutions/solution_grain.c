// solution_grain.c -- slices whose work is twenty times what it takes to hand them over.
#include "exercise.h"

enum {
    TIMES = 20
};  // so handing over costs a twentieth of the work, 5 %; here half of it

// The least count with count * number_ns >= TIMES * handover_ns; each number is worked on
// twice, which leaves a margin of two.
static int grain(const struct job *job)
{
    return (int)((TIMES * job->handover_ns + job->number_ns - 1) / job->number_ns);
}

void exercise_grain(const struct job *job, slice_chan slices)
{
    int most = grain(job);
    struct slice slice = {0, 0};
    for (int i = 0; i < job->count; i++) {
        make_number(job, i);
        slice.count++;
        if (slice.count == most || i == job->count - 1) {
            hand_over(job, slices, slice);
            slice = (struct slice){i + 1, 0};
        }
    }
    csp_close(slices);
}
