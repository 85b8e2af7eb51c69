// option.h -- text from the command line becomes a number, a size, an enum or a list,
// once.
//
// Strict: the whole text counts, no sign or space is skipped, overflow is an error, and
// every error says what was read and what would have been right (EXIT_USAGE). Nothing
// after main compares options as strings.
#ifndef OPTION_H
#define OPTION_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

struct size3 {
    uint64_t m, n, k;
};

// Decimal digits only, lo <= value <= hi. `what` names the option in the sentence.
int option_number(const char *what, const char *text, uint64_t lo, uint64_t hi,
                  uint64_t *value, struct fail *why);

// The same, for what fits an int; 0 <= lo.
int option_int(const char *what, const char *text, int lo, int hi, int *value,
               struct fail *why);

// Decimal with an optional K, M, G or T (powers of 1024, with or without iB or B).
int option_bytes(const char *what, const char *text, uint64_t lo, uint64_t *value,
                 struct fail *why);

// Work: decimal with an optional k, M, G or T (powers of 1000), from 1 to hi.
int option_flop(const char *what, const char *text, uint64_t hi, uint64_t *value,
                struct fail *why);

// A number of seconds > 0, decimal, as "2.5"; never locale dependent.
int option_seconds(const char *what, const char *text, double *value, struct fail *why);

// A number of milliseconds above 0, decimal, as "2.5", to the nanosecond; hi_ns at most.
int option_milliseconds(const char *what, const char *text, uint64_t hi_ns,
                        uint64_t *value_ns, struct fail *why);

// "N" or "MxNxK".
int option_size3(const char *what, const char *text, struct size3 *value,
                 struct fail *why);

// Index of text in the NULL-terminated words, or -1 and a sentence that lists them.
int option_word(const char *what, const char *text, const char *const *words,
                struct fail *why);

// The words themselves, joined: "a, b and c". Returns buffer.
char *option_words(char *buffer, size_t size, const char *const *words);

// A comma-separated list, cut into its elements; an empty element is an error.
struct list {
    char **item;
    size_t count;
};
int option_list(const char *what, const char *text, struct list *, struct fail *why);
void option_list_free(struct list *);

#endif
