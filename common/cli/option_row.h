// option_row.h -- the table of options: what a row is, and each option's key.
//
// options.c has the rows that commands share, options_talk.c the talk's.
#ifndef OPTION_ROW_H
#define OPTION_ROW_H

struct option_row {
    int key;
    const char *name;
    const char *argument;  // NULL: takes none
    int commands;          // bits of enum command_bit
    const char *help;
};

// Letters are short options, too.
enum option_key {
    KEY_ENGINE = 'e',
    KEY_THREADS = 't',
    KEY_SIZE = 'n',
    KEY_RUNS = 'r',
    KEY_WARMUP = 'w',
    KEY_OUTPUT = 'o',
    KEY_QUIET = 'q',
    KEY_HELP = 'h',
    KEY_VERSION = 'V',
    KEY_TYPE = 256,
    KEY_TIME,
    KEY_SEED,
    KEY_JSON,
    KEY_CSV,
    KEY_MARKDOWN,
    KEY_TRACE,
    KEY_COLOR,
    KEY_VARIANT,
    KEY_GRAIN,
    KEY_DESIGN,
    KEY_BOOKS,
    KEY_BOOK_SIZE,
    KEY_SKEW,
    KEY_LIBRARY,
    KEY_CARTS,
    KEY_CART_SIZE,
    KEY_SABOTAGE,
    KEY_PEERS,
    KEY_TUNE,
    KEY_TALK,  // from here on they are the talk's alone
    KEY_PROCS = KEY_TALK,
    KEY_VIRTUAL,
    KEY_TASKS,
    KEY_JOBS,
    KEY_NO_ASK,
    KEY_CHECK,
    KEY_GRADE,
    KEY_WATCH,
    KEY_RECORD,
    KEY_FRAMES,
    KEY_COLUMNS,
    KEY_ROWS,
    KEY_ASCII,
    KEY_LANES,
    KEY_TURNS,
    KEY_STAGES,
    KEY_HALVES,
    KEY_LOADS,
    KEY_TRIPS,
    KEY_WORK,
    KEY_EXPONENTIAL,
    KEY_UNBUFFERED,
    KEY_POLICY
};

#endif
