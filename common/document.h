// document.h -- what the program's JSON documents share: building without a check at
// every step, the head that says what wrote them and where, and the writing.
//
// Whoever builds dies when memory ends. What was not measured is null, never a number.
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "fail.h"
#include "host.h"
#include "stats.h"

#include <jansson.h>
#include <stdio.h>

// A document with its schema and its tool: version, revision, compiler, flags.
json_t *document_begin(const struct host *);

json_t *document_array(void);
json_t *document_object(void);

// These take over the value's reference.
void document_put(json_t *object, const char *name, json_t *value);
void document_push(json_t *array, json_t *value);

json_t *document_text(const char *bytes);  // from outside, escaped; NULL gives null
json_t *document_number(double value);     // null if it is none
json_t *document_measured(double value);   // null if 0, which says that there is none
json_t *document_bounds(struct interval);  // [lo, hi]

// The command line as it was kept, escaped already; NULL gives null.
json_t *document_command(const char *escaped);

json_t *document_host(const struct host *);

// Writes the document and takes over its reference. EXIT_OUTPUT if it cannot be written.
int document_write(FILE *, json_t *document, struct fail *why);

#endif
