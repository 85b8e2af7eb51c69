// wrong_size.c -- grain: slices of one size, whatever the job.
#include "exercise.h"

enum { SIZE = 60 };

void exercise_grain(const struct job *job, slice_chan slices)
{
    for (int first = 0; first < job->count; first += SIZE) {
        int count = job->count - first < SIZE ? job->count - first : SIZE;
        for (int i = first; i < first + count; i++)
            make_number(job, i);
        struct slice slice = {first, count};
        hand_over(job, slices, slice);
    }
    csp_close(slices);
}
