// facts_json.c -- see facts_json.h.
#include "facts_json.h"

#include "text_json.h"

json_t *facts_to_json(const struct engine_facts *facts)
{
    return json_pack("{s:i, s:o, s:o, s:b, s:I, s:f, s:o}", "threads", facts->threads,
                     "device", text_to_json(facts->device), "variant",
                     text_to_json(facts->variant), "gpu", facts->gpu, "blocks",
                     (json_int_t)facts->blocks, "input_epsilon", facts->input_epsilon,
                     "remark", text_to_json(facts->remark));
}

void facts_from_json(struct engine_facts *facts, const json_t *from)
{
    facts->threads = (int)json_integer_value(json_object_get(from, "threads"));
    facts->gpu = json_is_true(json_object_get(from, "gpu"));
    facts->blocks = (uint64_t)json_integer_value(json_object_get(from, "blocks"));
    facts->input_epsilon = json_number_value(json_object_get(from, "input_epsilon"));
    text_from_json(facts->device, sizeof facts->device, from, "device");
    text_from_json(facts->variant, sizeof facts->variant, from, "variant");
    text_from_json(facts->remark, sizeof facts->remark, from, "remark");
}
