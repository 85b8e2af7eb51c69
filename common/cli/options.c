// options.c -- see options.h.
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUNNING = CMD_COMPARE | CMD_MULTIPLY | CMD_BURN,
    GOPHERS = CMD_COMPARE | CMD_BURN,
    EVERY = RUNNING | CMD_LIST | CMD_TALK
};

enum { COUNT_MAX = 1000000 };  // of carts and of rounds

static const struct option_row rows[] = {
    {KEY_ENGINE, "engine", "LIST", RUNNING,
     "serial, csp, omp, ocl or ocl:DEVICE (0:1, gpu, a name)"},
    {KEY_PEERS, "peers", NULL, CMD_COMPARE, "other people's libraries, too (see list)"},
    {KEY_THREADS, "threads", "LIST", RUNNING, "threads to work with (usable CPUs)"},
    {KEY_SIZE, "size", "LIST", CMD_COMPARE, "matrix sizes, N or MxNxK (1024)"},
    {KEY_TYPE, "type", "LIST", CMD_COMPARE, "f32, f64 (both)"},
    {KEY_DESIGN, "design", "LIST", GOPHERS, "gopher designs; NAME*L is one on L lanes"},
    {KEY_BOOKS, "books", "N", CMD_COMPARE, "books to generate (1024)"},
    {KEY_BOOK_SIZE, "book-size", "BYTES", CMD_COMPARE, "their mean size (64K)"},
    {KEY_SKEW, "skew", "KIND", CMD_COMPARE,
     "of their sizes: none, lognormal, giant (none)"},
    {KEY_LIBRARY, "library", "PATH", CMD_COMPARE,
     "real books: a file, or a folder's files"},
    {KEY_CARTS, "carts", "N", GOPHERS, "carts in all lanes together (4 a lane)"},
    {KEY_CART_SIZE, "cart-size", "BYTES", GOPHERS, "what one cart carries (2M)"},
    {KEY_VARIANT, "variant", "LIST", RUNNING, "kernels by name, or all (see list)"},
    {KEY_GRAIN, "grain", "LIST", CMD_COMPARE,
     "matmul: flop in a message of csp, as 4M, or sweep"},
    {KEY_RUNS, "runs", "N", RUNNING, "rounds to measure (until intervals are narrow)"},
    {KEY_WARMUP, "warmup", "N", RUNNING, "rounds before them (1)"},
    {KEY_TIME, "time", "SECONDS", CMD_COMPARE, "for measuring, all together (20)"},
    {KEY_TUNE, "tune", "SECONDS", CMD_COMPARE,
     "first search the kernels' numbers, so long each"},
    {KEY_SEED, "seed", "N", RUNNING, "of inputs and schedules (1)"},
    {KEY_OUTPUT, "output", "FILE", CMD_MULTIPLY | CMD_BURN, "the result itself"},
    {KEY_JSON, "json", "FILE", RUNNING, "every sample and all about it; - is stdout"},
    {KEY_CSV, "csv", "FILE", RUNNING, "a row a sample"},
    {KEY_MARKDOWN, "markdown", "FILE", RUNNING, "the table"},
    {KEY_TRACE, "trace", "FILE", RUNNING, "what ran when, as Chrome trace JSON"},
    {KEY_SABOTAGE, "sabotage", "KIND", CMD_COMPARE,
     "damage: null-kernel, lost-book, off-by-one"},
    {KEY_COLOR, "color", "WHEN", EVERY, "auto, always, never (auto)"},
    {KEY_QUIET, "quiet", NULL, RUNNING | CMD_LIST, "no progress and no table"},
    {KEY_HELP, "help", NULL, EVERY, "this"},
    {KEY_VERSION, "version", NULL, EVERY, "the version"},
};

enum { ROWS = sizeof rows / sizeof *rows };

// Only letters are short options.
static int short_of(const struct option_row *row)
{
    return row->key < 256 ? row->key : 0;
}

// The command's next row from *at on, or NULL; the talk's own come first.
static const struct option_row *next_row(enum command_bit command, int *at)
{
    while (*at < options_talk_count + ROWS) {
        const struct option_row *row = *at < options_talk_count
                                           ? &options_talk_rows[*at].option
                                           : &rows[*at - options_talk_count];
        ++*at;
        if (row->commands & (int)command)
            return row;
    }
    return NULL;
}

void options_help(enum command_bit command)
{
    int at = 0;
    for (const struct option_row *row; (row = next_row(command, &at));) {
        char letter[8] = "    ", left[40];
        if (short_of(row))
            snprintf(letter, sizeof letter, "-%c, ", short_of(row));
        snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
        printf("  %-23s %s\n", left, row->help);
    }
}

// "unknown option '--foo'; known are --engine, ...". All of them fit a sentence.
static int unknown(enum command_bit command, const char *typed, struct fail *why)
{
    char known[460] = "";
    size_t used = 0;
    int at = 0;
    for (const struct option_row *row;
         used < sizeof known && (row = next_row(command, &at));) {
        int n = snprintf(known + used, sizeof known - used, "%s--%s", used ? " " : "",
                         row->name);
        used += n > 0 ? (size_t)n : 0;
    }
    return fail(why, EXIT_USAGE, "unknown option '%.60s'; known are %s", typed, known);
}

static void *grown(void *array, size_t count, size_t size)
{
    void *made = reallocarray(array, count + 1, size);
    if (!made)
        die("out of memory");
    return made;
}

static int take_threads(struct options *o, const char *text, struct fail *why)
{
    enum { THREADS_MAX = 4096 };
    struct list list;
    if (option_list("--threads", text, &list, why))
        return -1;
    o->thread_count = 0;  // the last --threads counts
    o->threads_given = true;
    int bad = 0;
    for (size_t i = 0; i < list.count && !bad; i++) {
        uint64_t n;
        bad = option_number("--threads", list.item[i], 1, THREADS_MAX, &n, why);
        if (bad)
            break;
        o->threads = grown(o->threads, o->thread_count, sizeof *o->threads);
        o->threads[o->thread_count++] = (int)n;
    }
    option_list_free(&list);
    return bad;
}

static int take_sizes(struct options *o, const char *text, struct fail *why)
{
    struct list list;
    if (option_list("--size", text, &list, why))
        return -1;
    o->size_count = 0;  // the last --size counts
    int bad = 0;
    for (size_t i = 0; i < list.count && !bad; i++) {
        struct size3 size;
        bad = option_size3("--size", list.item[i], &size, why);
        if (bad)
            break;
        o->sizes = grown(o->sizes, o->size_count, sizeof *o->sizes);
        o->sizes[o->size_count++] = size;
    }
    option_list_free(&list);
    return bad;
}

// A number of flop, or a word for one.
static int take_grain(const char *text, uint64_t *grain, struct fail *why)
{
    static const struct {
        const char *word;
        uint64_t grain;
    } words[] = {{"sweep", GRAIN_SWEEP}, {"tile", GRAIN_TILE}, {"whole", INT64_MAX}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, text) == 0) {
            *grain = words[i].grain;
            return 0;
        }
    if (text[0] < '0' || text[0] > '9')
        return fail(why, EXIT_USAGE,
                    "--grain: '%.60s' is unknown; known are sweep, tile, whole and "
                    "numbers of flop, as 500k or 4M",
                    text);
    return option_flop("--grain", text, INT64_MAX, grain, why);
}

static int take_grains(struct options *o, const char *text, struct fail *why)
{
    struct list list;
    if (option_list("--grain", text, &list, why))
        return -1;
    o->grain_count = 0;  // the last --grain counts
    int bad = 0;
    for (size_t i = 0; i < list.count && !bad; i++) {
        o->grains = grown(o->grains, o->grain_count, sizeof *o->grains);
        bad = take_grain(list.item[i], &o->grains[o->grain_count], why);
        o->grain_count += !bad;
    }
    option_list_free(&list);
    return bad;
}

static int take_list(const char *what, const char *text, struct list *list,
                     struct fail *why)
{
    option_list_free(list);
    return option_list(what, text, list, why);
}

static int take_sabotage(struct options *o, const char *text, struct fail *why)
{
    static const char *const kinds[] = {"null-kernel", "lost-book", "off-by-one", NULL};
    int kind = option_word("--sabotage", text, kinds, why);
    o->sabotage = (enum sabotage)(kind + 1);
    return kind < 0 ? -1 : 0;
}

static int take_color(struct options *o, const char *text, struct fail *why)
{
    static const char *const whens[] = {"auto", "always", "never", NULL};
    int when = option_word("--color", text, whens, why);
    o->color = (enum color)when;
    return when < 0 ? -1 : 0;
}

static int take_skew(struct options *o, const char *text, struct fail *why)
{
    static const char *const kinds[] = {"none", "lognormal", "giant", NULL};
    o->skew = text;
    return option_word("--skew", text, kinds, why) < 0 ? -1 : 0;
}

static int take_type(struct options *o, const char *text, struct fail *why)
{
    static const char *const types[] = {"f32", "f64", NULL};
    if (take_list("--type", text, &o->types, why))
        return -1;
    for (size_t i = 0; i < o->types.count; i++)
        if (option_word("--type", o->types.item[i], types, why) < 0)
            return -1;
    return 0;
}

// What concerns the books.
static int take_gophers(struct options *o, enum command_bit command, int key,
                        const char *text, struct fail *why)
{
    switch (key) {
    case KEY_DESIGN:
        return take_list("--design", text, &o->designs, why);
    case KEY_BOOKS:
        return option_number("--books", text, 1, 100000000, &o->books, why);
    case KEY_BOOK_SIZE:
        return option_bytes("--book-size", text, 1, &o->book_bytes, why);
    case KEY_SKEW:
        return take_skew(o, text, why);
    case KEY_LIBRARY:
        o->library = text;
        return 0;
    case KEY_CARTS:
        return option_int("--carts", text, 1,
                          command == CMD_TALK ? PLAN_CARTS_MAX : COUNT_MAX, &o->carts,
                          why);
    default:
        return option_bytes("--cart-size", text, 4096, &o->cart_bytes, why);
    }
}

static int take(struct options *o, enum command_bit command, int key, const char *text,
                struct fail *why)
{
    switch (key) {
    case KEY_ENGINE:
        return take_list("--engine", text, &o->engines, why);
    case KEY_THREADS:
        return take_threads(o, text, why);
    case KEY_SIZE:
        return take_sizes(o, text, why);
    case KEY_TYPE:
        return take_type(o, text, why);
    case KEY_VARIANT:
        return take_list("--variant", text, &o->variants, why);
    case KEY_GRAIN:
        return take_grains(o, text, why);
    case KEY_RUNS:
        return option_int("--runs", text, 1, COUNT_MAX, &o->runs, why);
    case KEY_WARMUP:
        return option_int("--warmup", text, 0, COUNT_MAX, &o->warmup, why);
    case KEY_TIME:
        return option_seconds("--time", text, &o->time_s, why);
    case KEY_TUNE:
        return option_seconds("--tune", text, &o->tune_s, why);
    case KEY_SEED:
        return option_number("--seed", text, 0, INT64_MAX, &o->seed, why);
    case KEY_SABOTAGE:
        return take_sabotage(o, text, why);
    case KEY_COLOR:
        return take_color(o, text, why);
    case KEY_JSON:
        o->json = text;
        return 0;
    case KEY_CSV:
        o->csv = text;
        return 0;
    case KEY_MARKDOWN:
        o->markdown = text;
        return 0;
    case KEY_TRACE:
        o->trace = text;
        return 0;
    case KEY_OUTPUT:
        o->output = text;
        return 0;
    case KEY_QUIET:
        o->quiet = true;
        return 0;
    case KEY_PEERS:
        o->peers = true;
        return 0;
    case KEY_HELP:
        o->help = true;
        return 0;
    case KEY_VERSION:
        o->version = true;
        return 0;
    default:
        return key >= KEY_TALK ? options_talk_take(&o->talk, key, text, why)
                               : take_gophers(o, command, key, text, why);
    }
}

static const struct option_row *row_of(enum command_bit command, int key)
{
    int at = 0;
    const struct option_row *row = next_row(command, &at);
    while (row && row->key != key)
        row = next_row(command, &at);
    return row;
}

// getopt's tables for one command. `letters` begins with ':', so that a missing argument
// is told from an unknown option.
static void make_tables(enum command_bit command, struct option *longs, char *letters)
{
    *letters++ = ':';
    int at = 0;
    for (const struct option_row *row; (row = next_row(command, &at));) {
        *longs++ =
            (struct option){.name = row->name,
                            .has_arg = row->argument ? required_argument : no_argument,
                            .val = row->key};
        if (short_of(row)) {
            *letters++ = (char)row->key;
            if (row->argument)
                *letters++ = ':';
        }
    }
    *longs = (struct option){0};
    *letters = '\0';
}

int options_read(struct options *o, enum command_bit command, int argc, char **argv,
                 struct fail *why)
{
    *o = (struct options){.warmup = -1, .seed = 1};
    enum { MOST = 96 };
    assert(ROWS + options_talk_count < MOST);
    struct option longs[MOST];
    char letters[2 * MOST];
    make_tables(command, longs, letters);
    opterr = 0;
    optind = 1;
    int key;
    while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const char *typed = argv[optind > 1 ? optind - 1 : 1];
        char letter[3] = {'-', (char)optopt, '\0'};
        if (key == '?')
            return unknown(command,
                           optopt > 0 && optopt < 256 && typed[1] != '-' ? letter : typed,
                           why);
        if (key == ':')
            return fail(why, EXIT_USAGE, "--%s needs an argument: %s",
                        row_of(command, optopt)->name, row_of(command, optopt)->help);
        if (take(o, command, key, optarg, why))
            return -1;
        if (command == CMD_TALK)
            options_talk_note(&o->talk, key);
    }
    o->words = argv + optind;
    o->word_count = argc - optind;
    return 0;
}

void options_free(struct options *o)
{
    option_list_free(&o->engines);
    option_list_free(&o->types);
    option_list_free(&o->variants);
    option_list_free(&o->designs);
    free(o->threads);
    free(o->sizes);
    free(o->grains);
    *o = (struct options){0};
}
