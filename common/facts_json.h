// facts_json.h -- what an engine says of itself, in the messages of its worker.
#ifndef FACTS_JSON_H
#define FACTS_JSON_H

#include "engine.h"

#include <jansson.h>

json_t *facts_to_json(const struct engine_facts *);  // a new reference
void facts_from_json(struct engine_facts *, const json_t *);

#endif
