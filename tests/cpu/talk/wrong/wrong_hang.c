// wrong_hang.c -- fan-in: a loop that never waits, and calls nobody.
#include "exercise.h"

void exercise_fan_in(word_in ann, word_in joe, word_out both)
{
    (void)ann;
    (void)joe;
    for (volatile bool quiet = true; quiet;)
        continue;
    csp_close(both);
}
