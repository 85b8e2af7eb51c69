// wrong_rest.c -- grain: what is left after the last whole slice stays behind.
#include "exercise.h"

void exercise_grain(const struct job *job, slice_chan slices)
{
    int size = (int)(20 * job->handover_ns / job->number_ns);
    for (int first = 0; first + size <= job->count; first += size) {
        for (int i = first; i < first + size; i++)
            make_number(job, i);
        hand_over(job, slices, (struct slice){first, size});
    }
    csp_close(slices);
}
