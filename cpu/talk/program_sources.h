// program_sources.h -- the text of the talk's programs, every talk_*.c, and site.c,
// which runs the gophers' plans: what is claimed of them is looked up in them. Written by
// the build (kernels/embed.cmake).
#ifndef PROGRAM_SOURCES_H
#define PROGRAM_SOURCES_H

struct program_source {
    const char *name;  // the file's: "talk_go.c"
    const char *text;
};

extern const struct program_source program_sources[];  // ends with a NULL name

// The source of that name; NULL when there is none.
const struct program_source *program_source_find(const char *name);

#endif
