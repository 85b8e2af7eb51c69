// wrong_again.c -- fan-in: tries again and again.
#include "exercise.h"

void exercise_fan_in(word_in ann, word_in joe, word_out both)
{
    struct word word;
    int from_ann = CSP_OK, from_joe = CSP_OK;
    while (from_ann != CSP_CLOSED || from_joe != CSP_CLOSED) {
        if ((from_ann = csp_try_recv(ann, &word)) == CSP_OK)
            csp_send(both, word);
        if ((from_joe = csp_try_recv(joe, &word)) == CSP_OK)
            csp_send(both, word);
        csp_yield();
    }
    csp_close(both);
}
