// roster.h -- which engines and devices are here: asked of workers with a deadline,
// because a broken driver can crash or hang before its first answer.
#ifndef ROSTER_H
#define ROSTER_H

#include "engine.h"

struct presence {
    const struct engine *engine;
    struct device *devices;
    int count;        // 0: absent
    struct fail why;  // then, why
};

// Probes one engine. Never fails: absence is an answer.
void roster_probe(struct presence *, const struct engine *);
void roster_free(struct presence *);

#endif
