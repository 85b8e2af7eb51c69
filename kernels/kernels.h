// kernels.h -- the kernels' sources as strings in the binary, so that it runs from any
// folder.
//
// The build turns every .cl file of this folder, and the headers that they share with the
// CPU, into one generated C file (embed.cmake). Nothing is read from disk when the
// program runs.
#ifndef KERNELS_H
#define KERNELS_H

struct kernel_source {
    const char *name;  // the file's: "burn.cl"
    const char *text;
};

extern const struct kernel_source kernel_sources[];  // ends with a NULL name

// The source of that name; NULL when there is none.
const struct kernel_source *kernel_source_find(const char *name);

#endif
