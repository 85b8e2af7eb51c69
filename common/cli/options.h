// options.h -- the command line, read once: one table of options, the same word
// everywhere.
//
// To add an option: a key in option_row.h, a row in options.c's table, a member here, a
// case in options.c's take(). The talk's own are in options_talk.h.
#ifndef OPTIONS_H
#define OPTIONS_H

#include "fail.h"
#include "option.h"
#include "options_talk.h"
#include "workload.h"

#include <stdbool.h>
#include <stdint.h>

// Which commands an option belongs to.
enum command_bit {
    CMD_COMPARE = 1,
    CMD_MULTIPLY = 2,
    CMD_BURN = 4,
    CMD_LIST = 8,
    CMD_TALK = 16
};

// Grains that are words: a tile, the whole product, and from one to the other.
enum { GRAIN_SWEEP = 0, GRAIN_TILE = 1 };
static const uint64_t GRAIN_WHOLE = INT64_MAX;

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    struct list engines;  // as typed; none: every engine
    int *threads;         // none: the usable CPUs
    size_t thread_count;
    bool peers;          // every peer that is here, too
    bool threads_given;  // by --threads; otherwise they are the usable CPUs
    struct size3 *sizes;
    size_t size_count;
    struct list types, variants, designs;
    uint64_t *grains;  // flop in a message; GRAIN_SWEEP among them
    size_t grain_count;
    int runs, warmup;  // runs 0: adaptive; warmup -1: not given
    double time_s;     // 0: not given
    double tune_s;     // for each device and type; 0: no tuning
    uint64_t seed;
    const char *json, *csv, *markdown, *trace, *output;  // NULL: not given
    bool quiet;
    enum color color;
    uint64_t books, book_bytes, cart_bytes;  // 0: not given
    int carts;
    const char *skew, *library;
    enum sabotage sabotage;
    struct talk_options talk;
    bool help, version;
    char **words;  // what is no option
    int word_count;
};

// Reads argv[1..]. EXIT_USAGE with one sentence; an unknown option lists the known ones.
int options_read(struct options *, enum command_bit, int argc, char **argv,
                 struct fail *why);
void options_free(struct options *);

// The options of a command as `--help` shows them.
void options_help(enum command_bit);

#endif
