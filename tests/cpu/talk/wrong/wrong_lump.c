// wrong_lump.c -- grain: all numbers in one slice, which costs nothing and gains nothing.
#include "exercise.h"

void exercise_grain(const struct job *job, slice_chan slices)
{
    for (int i = 0; i < job->count; i++)
        make_number(job, i);
    hand_over(job, slices, (struct slice){0, job->count});
    csp_close(slices);
}
