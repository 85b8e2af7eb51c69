// text_json.c -- see text_json.h.
#include "text_json.h"

#include "text.h"

#include <stdio.h>
#include <stdlib.h>

json_t *text_to_json(const char *bytes)
{
    char *text = text_escape(bytes);
    json_t *made = json_string(text ? text : "");
    free(text);
    return made;
}

void text_from_json(char *to, size_t size, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    char *plain = text_unescape(text ? text : "");
    snprintf(to, size, "%s", plain ? plain : "");
    free(plain);
}
