// wrong_one.c -- replicas: asks only the first, which leaves no losers.
#include "exercise.h"

int exercise_replicas(struct replica *const *replicas, int count)
{
    (void)count;
    int answer;
    while (!replica_look(replicas[0], &answer))
        continue;
    return answer;
}
