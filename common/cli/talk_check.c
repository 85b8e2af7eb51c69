// talk_check.c -- the claims judged: a sentence, a finding and its evidence for each.
#include "claims_engines.h"
#include "document.h"
#include "host.h"
#include "judge.h"
#include "lines.h"
#include "outfile.h"
#include "talk_modes.h"
#include "terminal.h"
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CLAIMS_MOST = 64, CLAIM_OF_TASKS = 14, COLUMNS = 80, VIRTUAL_PROCS = 2 };

struct entry {
    const struct claim *claim;
    bool chosen, judged;
    struct evidence evidence;
};

struct check {
    const struct options *options;
    struct claim_opts how;
    struct host host;
    struct entry entries[CLAIMS_MOST];  // by number
    int count;
    struct outfile json;
    bool color, table;
    int interrupted;  // by this signal; 0: not
};

// ---- which

static void collect(struct check *c)
{
    for (int number = 1; number <= CLAIMS_MOST; number++) {
        const struct claim *claim = claims_find(number);
        if (claim)
            c->entries[c->count++].claim = claim;
    }
    assert(c->count > 0);
}

static int read_number(const struct check *c, const char *text, uint64_t *number,
                       struct fail *why)
{
    return option_number("--check", text, (uint64_t)c->entries[0].claim->number,
                         (uint64_t)c->entries[c->count - 1].claim->number, number, why);
}

// "4" or "4-6".
static int choose_range(struct check *c, char *text, struct fail *why)
{
    char *dash = strchr(text, '-');
    uint64_t from, to;
    if (dash)
        *dash = '\0';
    if (read_number(c, text, &from, why) ||
        read_number(c, dash ? dash + 1 : text, &to, why))
        return -1;
    if (from > to)
        return fail(why, EXIT_USAGE, "--check: '%d-%d' goes downwards", (int)from,
                    (int)to);
    for (int i = 0; i < c->count; i++) {
        struct entry *e = &c->entries[i];
        if (e->claim->number >= (int)from && e->claim->number <= (int)to)
            e->chosen = true;
    }
    return 0;
}

static int choose(struct check *c, const struct options *o, struct fail *why)
{
    for (int i = 0; i < c->count; i++)
        c->entries[i].chosen = o->word_count == 0;
    for (int i = 0; i < o->word_count; i++) {
        struct list ranges;
        int bad = option_list("--check", o->words[i], &ranges, why);
        for (size_t j = 0; j < ranges.count && !bad; j++)
            bad = choose_range(c, ranges.item[j], why);
        if (bad) {
            option_list_free(&ranges);
            return -1;
        }
        option_list_free(&ranges);
    }
    return 0;
}

static int check_tasks(const struct check *c, struct fail *why)
{
    for (int i = 0; i < c->count; i++)
        if (c->entries[i].chosen && c->entries[i].claim->number == CLAIM_OF_TASKS)
            return 0;
    return c->how.tasks
               ? fail(why, EXIT_USAGE, "--tasks is for claim %d, which is not asked",
                      CLAIM_OF_TASKS)
               : 0;
}

// ---- what is shown

// With the seed and the number of tasks that it was judged by, where those matter.
// Malloced.
static char *command_of(const struct claim *claim, const struct claim_opts *how)
{
    char seed[32] = "", tasks[32] = "";
    if (claim->seeded)
        snprintf(seed, sizeof seed, " --seed %llu", (unsigned long long)how->seed);
    if (claim->number == CLAIM_OF_TASKS && how->tasks)
        snprintf(tasks, sizeof tasks, " --tasks %llu", (unsigned long long)how->tasks);
    return lines_format("%s%s%s", claim->command, seed, tasks);
}

static const char *finding_paint(enum finding finding)
{
    static const char *const sgr[] = {[FINDING_PASS] = "\33[32m",
                                      [FINDING_REFUTED] = "\33[1;31m",
                                      [FINDING_INCONCLUSIVE] = "\33[33m"};
    return sgr[finding];
}

enum { FIELD_AT = 12 };

static void print_field(const char *name, const char *text)
{
    if (!*text)
        return;
    printf("    %-8s", name);
    lines_wrap(stdout, text, FIELD_AT, FIELD_AT, COLUMNS);
}

// Over several lines a command is still one, to be copied as it stands.
static void print_command(const char *command)
{
    size_t at = FIELD_AT;
    printf("    %-8s", "rerun");
    for (const char *word = command; *word;) {
        size_t length = strcspn(word, " ");
        if (at > FIELD_AT && at + 1 + length + 2 > COLUMNS) {
            printf(" \\\n%*s", FIELD_AT, "");
            at = FIELD_AT;
        }
        printf("%s%.*s", at > FIELD_AT ? " " : "", (int)length, word);
        at += (at > FIELD_AT) + length;
        word += length + (word[length] == ' ');
    }
    printf("\n");
}

static void print_claim(const struct entry *entry, const struct claim_opts *how,
                        bool color)
{
    enum { AT = 18 };
    const struct claim *claim = entry->claim;
    const struct evidence *e = &entry->evidence;
    printf("%2d  %s%-12s%s  ", claim->number, color ? finding_paint(e->finding) : "",
           finding_word(e->finding), color ? "\33[0m" : "");
    lines_wrap(stdout, claim->sentence, AT, AT, COLUMNS);
    print_field("figure", e->figure);
    print_field("formula", e->formula);
    print_field("bound", e->bound);
    print_field("machine", e->real);
    char *command = command_of(claim, how);
    print_command(command);
    free(command);
    printf("\n");
    fflush(stdout);
}

static void show_progress(const struct check *c, const struct claim *claim)
{
    if (terminal_progress(c->options))
        fprintf(stderr, "\r\033[Kjudging claim %d", claim->number);
}

// ---- how it ended

static bool found(const struct entry *e, enum finding finding)
{
    return e->judged && e->evidence.finding == finding;
}

// How many claims came to that finding.
static int count(const struct check *c, enum finding finding)
{
    int n = 0;
    for (int i = 0; i < c->count; i++)
        n += found(&c->entries[i], finding);
    return n;
}

static void print_summary(const struct check *c)
{
    int hold = count(c, FINDING_PASS), refuted = count(c, FINDING_REFUTED),
        open = count(c, FINDING_INCONCLUSIVE);
    printf("%d hold%s, %d %s refuted, %d %s inconclusive\n", hold, hold == 1 ? "s" : "",
           refuted, refuted == 1 ? "is" : "are", open, open == 1 ? "is" : "are");
}

// "claim 4 is refuted", "claims 4 and 9 are refuted".
static void name_those(const struct check *c, enum finding finding, const char *word,
                       enum exit_code code, struct fail *why)
{
    char numbers[CLAIMS_MOST][8], all[256];
    const char *words[CLAIMS_MOST + 1] = {0};
    int n = 0;
    for (int i = 0; i < c->count; i++)
        if (found(&c->entries[i], finding)) {
            snprintf(numbers[n], sizeof numbers[n], "%d", c->entries[i].claim->number);
            words[n] = numbers[n];
            n++;
        }
    fail(why, code, "claim%s %s %s %s", n == 1 ? "" : "s",
         option_words(all, sizeof all, words), n == 1 ? "is" : "are", word);
}

static enum exit_code conclude(const struct check *c, struct fail *why)
{
    if (c->interrupted)
        fail(why, (enum exit_code)(EXIT_SIGNAL + c->interrupted),
             "interrupted; what was judged stands");
    else if (count(c, FINDING_REFUTED) > 0)
        name_those(c, FINDING_REFUTED, "refuted", EXIT_WRONG, why);
    else if (count(c, FINDING_INCONCLUSIVE) > 0)
        name_those(c, FINDING_INCONCLUSIVE, "inconclusive", EXIT_INCONCLUSIVE, why);
    else
        *why = (struct fail){.code = EXIT_OK};
    return why->code;
}

// ---- the document

static json_t *claim_to_json(const struct entry *entry, const struct claim_opts *how)
{
    const struct claim *claim = entry->claim;
    const struct evidence *e = &entry->evidence;
    char *command = command_of(claim, how);
    json_t *object = document_object();
    document_put(object, "number", json_integer(claim->number));
    document_put(object, "sentence", document_text(claim->sentence));
    document_put(object, "finding", document_text(finding_word(e->finding)));
    document_put(object, "value", document_number(e->value));
    document_put(object, "expected", document_number(e->expected));
    document_put(object, "figure", document_text(e->figure));
    document_put(object, "formula", document_text(e->formula));
    document_put(object, "bound", document_text(e->bound));
    document_put(object, "real", document_text(*e->real ? e->real : NULL));
    document_put(object, "command", document_text(command));
    free(command);
    return object;
}

static json_t *to_json(const struct check *c, int argc, char **argv, int code)
{
    char *command = command_typed(argc, argv);
    json_t *list = document_array(), *document = document_begin(&c->host);
    for (int i = 0; i < c->count; i++)
        if (c->entries[i].judged)
            document_push(list, claim_to_json(&c->entries[i], &c->how));
    document_put(document, "command", document_command(command));
    document_put(document, "interrupted", json_boolean(c->interrupted != 0));
    document_put(document, "exit_code", json_integer(code));
    document_put(document, "host", document_host(&c->host));
    document_put(document, "seed", json_integer((json_int_t)c->how.seed));
    document_put(document, "procs", json_integer(c->how.procs));
    document_put(document, "claims", list);
    free(command);
    return document;
}

// ---- all together

static int judge_all(struct check *c, struct fail *why)
{
    for (int i = 0; i < c->count; i++) {
        struct entry *e = &c->entries[i];
        if (!e->chosen)
            continue;
        show_progress(c, e->claim);
        int bad = judge_claim(e->claim, &c->how, &e->evidence, why);
        terminal_progress_end(c->options);
        c->interrupted = worker_signal();
        if (bad)
            return c->interrupted ? 0 : -1;
        e->judged = true;
        if (c->table)
            print_claim(e, &c->how, c->color);
        if (c->interrupted)
            return 0;
    }
    return 0;
}

static int write_outputs(struct check *c, int argc, char **argv, int code,
                         struct fail *why)
{
    struct outfile table = {.stream = stdout};
    if (c->json.stream &&
        (document_write(c->json.stream, to_json(c, argc, argv, code), why) ||
         outfile_commit(&c->json, why))) {
        outfile_blame(&c->json, why);
        return -1;
    }
    return c->table ? outfile_commit(&table, why) : 0;
}

enum exit_code talk_check(const struct options *o, int argc, char **argv,
                          struct fail *why)
{
    struct check *c = calloc(1, sizeof *c);
    if (!c)
        die("out of memory");
    host_read(&c->host);
    c->options = o;
    collect(c);
    // Without the machine nothing shall depend on it.
    int usual = o->talk.virtual_time ? VIRTUAL_PROCS : c->host.usable_cpus;
    c->how = (struct claim_opts){.real = !o->talk.virtual_time,
                                 .procs = o->talk.procs ? o->talk.procs : usual,
                                 .seed = o->seed,
                                 .tasks = o->talk.tasks};
    c->color = terminal_color(o);
    c->table = !(o->json && strcmp(o->json, "-") == 0);
    worker_watch_signals();
    enum exit_code code;
    struct fail broken;
    if (choose(c, o, why) || check_tasks(c, why) ||
        (o->json && outfile_open(&c->json, o->json, why)) || judge_all(c, why)) {
        code = why->code;
    } else {
        if (c->table)
            print_summary(c);
        code = conclude(c, why);
        // What could not be written is said before what was found.
        if (write_outputs(c, argc, argv, (int)code, &broken)) {
            *why = broken;
            code = why->code;
        }
    }
    outfile_abandon(&c->json);
    free(c);
    return code;
}
