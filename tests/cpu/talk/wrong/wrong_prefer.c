// wrong_prefer.c -- fan-in: hears Joe only while Ann is silent.
#include "exercise.h"

void exercise_fan_in(word_in ann, word_in joe, word_out both)
{
    struct word word;
    struct csp_case speakers[] = {CSP_CASE_RECV(ann, &word), CSP_CASE_RECV(joe, &word)};
    for (int talking = 2; talking > 0;) {
        int i = csp_select(speakers, 1, 0);
        if (i < 0)
            i = csp_select(speakers, 2, CSP_FOREVER);
        if (speakers[i].ok) {
            csp_send(both, word);
        } else {
            speakers[i].ch = NULL;
            talking--;
        }
    }
    csp_close(both);
}
