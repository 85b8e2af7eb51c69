// text_json.h -- bytes from the world in and out of JSON, escaped as text.h says.
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <jansson.h>
#include <stddef.h>

json_t *text_to_json(const char *bytes);  // a new string
// The bytes of object's member `key`, cut to fit; empty when there is none.
void text_from_json(char *to, size_t size, const json_t *object, const char *key);

#endif
