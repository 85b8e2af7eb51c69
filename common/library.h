// library.h -- the books: generated from a seed, or real files.
//
// A generated library lies in memory. Real books are regular files, found by walking
// folders recursively in the order of their names' bytes, and read with read(2) (never
// mapped: a file that shrinks would kill the reader). "-" is standard input, one book,
// read to its end.
#ifndef LIBRARY_H
#define LIBRARY_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

enum skew {
    SKEW_NONE,
    SKEW_LOGNORMAL,
    SKEW_GIANT
};  // giant: one book holds half the bytes

extern const char *const skew_names[];  // NULL-terminated, indexed by enum skew

struct book {
    const char *name;     // bytes as the file system gave them
    const uint8_t *text;  // NULL: a file, read when it is loaded
    uint64_t bytes;       // for a file: its size when the library was made
};

struct library {
    struct book *books;
    size_t count;
    size_t files;  // of them read from disk; the others lie in memory
    uint64_t total_bytes, longest_bytes;
    // What the walk met and could not use: each a sentence; the books beside them stand.
    char **complaints;
    size_t complaint_count;
    uint8_t *memory;  // generated text, or standard input's
    size_t memory_bytes;
    struct library_names *names;  // library.c's own
};

// count books with the given mean size; sizes and text depend on the seed alone.
int library_generate(struct library *, uint64_t seed, size_t count, uint64_t mean_bytes,
                     enum skew, struct fail *why);

// Fails only when there are complaints and no book (EXIT_INPUT) or memory ends
// (EXIT_RESOURCE); unreadable and odd files become complaints. A link that is named is
// followed; one that is met in a folder only when it leads to a file, so that no walk
// runs in circles. Names are printed as find(1) would: the path given, a slash, what lies
// below.
int library_walk(struct library *, const char *const *paths, size_t count,
                 struct fail *why);

// Copies bytes [offset, offset + n) of a book to `to`. 0, or a positive errno; ESTALE
// when the file is not as long as it was, or was longer at its end (checked with the last
// byte). `cursor` keeps the open file between calls for one book; start with
// LIBRARY_CURSOR.
struct library_cursor {
    int fd;
    size_t book;
};
#define LIBRARY_CURSOR ((struct library_cursor){.fd = -1})
int library_read(const struct library *, size_t book, uint64_t offset, size_t n, void *to,
                 struct library_cursor *cursor);
void library_cursor_close(struct library_cursor *);

void library_free(struct library *);  // a zeroed one is fine

// For makers of libraries. library_add copies the name; EXIT_RESOURCE, or EXIT_INPUT when
// the books together are longer than a number can tell.
int library_add(struct library *, const char *name, const uint8_t *text, uint64_t bytes,
                struct fail *why);
int library_complain(struct library *, const char *name, const char *reason,
                     struct fail *why);

#endif
