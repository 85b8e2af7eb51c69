// jansson.h -- the name that the headers of the workloads need of jansson, for the
// architecture that tests are cross-compiled to: Debian has jansson for it only after dpkg
// --add-architecture. Nothing here reads or writes JSON.
#ifndef CROSS_JANSSON_H
#define CROSS_JANSSON_H

typedef struct json_t json_t;

#endif
