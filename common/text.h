// text.h -- bytes from the world as text that harms no terminal, no JSON and no CSV.
//
// File names and device names may hold anything. text_escape keeps valid UTF-8 and turns
// control characters, bidirectional overrides and invalid bytes into \xNN, and a
// backslash into two: what it writes is valid UTF-8, shows on one line, and text_unescape
// gives the very bytes back.
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

char *text_escape(const char *bytes);        // malloced; NULL: out of memory
char *text_unescape(const char *escaped);    // malloced; NULL: out of memory
void text_print(FILE *, const char *bytes);  // escaped
size_t text_columns(const char *escaped);    // terminal columns, one per code point

// A name as it stands in a sentence of fail(), which is escaped when it is printed: the
// very bytes, but one too long ends in "...", so that the rest of the sentence keeps its
// place. Returns the buffer.
enum { TEXT_CUT_BYTES = 200 };
char *text_cut(char buffer[static TEXT_CUT_BYTES], const char *bytes);

// Human figures: "1.23 ms", "45.6 GFLOP/s", "64 KiB", three digits that matter, the same
// in every locale. The unit "flop" shows as FLOP, "byte" as B, others as they are. They
// return their buffer.
enum { FIGURE_BYTES = 32 };
char *text_seconds(char buffer[static FIGURE_BYTES], double seconds);
char *text_rate(char buffer[static FIGURE_BYTES], double per_second, const char *unit);
char *text_bytes(char buffer[static FIGURE_BYTES], double bytes);

const char *text_plural(uint64_t n);  // what "gopher" needs after it: "", or "s"

#endif
