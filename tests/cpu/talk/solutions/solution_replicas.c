// solution_replicas.c -- the losers are told by a close, and everybody says goodbye.
#include "exercise.h"

typedef CSP_CHAN(int) answer_chan;

struct search {
    struct replica *replica;
    answer_chan answers;  // room for everybody's: who answers too late does not wait
    done_chan found, ended;
};

static void search(void *arg)
{
    const struct search *s = arg;
    int answer;
    while (csp_try_recv(s->found, NULL) == CSP_WOULD_BLOCK) {
        if (replica_look(s->replica, &answer)) {
            csp_send(s->answers, answer);
            break;
        }
    }
    csp_send(s->ended, 1);
}

int exercise_replicas(struct replica *const *replicas, int count)
{
    answer_chan answers = CSP_MAKE(answer_chan, (size_t)count);
    done_chan found = CSP_MAKE(done_chan, 0);
    done_chan ended = CSP_MAKE(done_chan, 0);
    for (int i = 0; i < count; i++) {
        struct search s = {replicas[i], answers, found, ended};
        csp_go_copy(search, &s, sizeof s);
    }
    int answer;
    csp_recv(answers, &answer);
    csp_close(found);
    for (int i = 0; i < count; i++)
        csp_recv(ended, NULL);
    csp_free(answers);
    csp_free(found);
    csp_free(ended);
    return answer;
}
