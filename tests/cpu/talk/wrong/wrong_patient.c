// wrong_patient.c -- replicas: waits until the losers have found it, too.
#include "exercise.h"

typedef CSP_CHAN(int) answer_chan;

struct search {
    struct replica *replica;
    answer_chan answers;
};

static void search(void *arg)
{
    const struct search *s = arg;
    int answer;
    while (!replica_look(s->replica, &answer))
        continue;
    csp_send(s->answers, answer);
}

int exercise_replicas(struct replica *const *replicas, int count)
{
    answer_chan answers = CSP_MAKE(answer_chan, (size_t)count);
    for (int i = 0; i < count; i++) {
        struct search s = {replicas[i], answers};
        csp_go_copy(search, &s, sizeof s);
    }
    int answer;
    csp_recv(answers, &answer);
    for (int i = 1; i < count; i++)
        csp_recv(answers, NULL);
    csp_free(answers);
    return answer;
}
