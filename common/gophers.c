// gophers.c -- see gophers.h.
#include "gophers.h"

#include "gophers_oracle.h"
#include "pages.h"
#include "params.h"
#include "text.h"
#include "write_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum verify { VERIFY_ALL, VERIFY_SAMPLE };

static const char *const verify_names[] = {"all", "sample", NULL};

enum {
    CARTS_MAX = 1 << 16,
    CART_BYTES_DEFAULT = 1 << 20,
    BOOK_BYTES_DEFAULT = 1 << 16,
    MANIFEST_BYTES = 1 << 16  // written at a time
};

static const uint64_t sampled_from_bytes = 1 << 30;  // of real files

struct request {
    const char *design;
    uint64_t carts, cart_bytes, books, book_bytes, seed;
    int skew, verify;
    const json_t *paths;  // NULL: generated
};

static int read_request(const json_t *params, struct request *r, struct fail *why)
{
    static const char *const names[] = {"design",     "carts", "cart_bytes", "books",
                                        "book_bytes", "skew",  "seed",       "paths",
                                        "verify",     NULL};
    if (params_known(params, names, why) || params_seed(params, &r->seed, why) ||
        params_text(params, "design", &r->design, why) ||
        params_size(params, "carts", 1, CARTS_MAX, &r->carts, why) ||
        params_size(params, "cart_bytes", CART_BYTES_MIN, PTRDIFF_MAX / CARTS_MAX,
                    &r->cart_bytes, why) ||
        params_size(params, "books", 0, UINT32_MAX, &r->books, why) ||
        params_size(params, "book_bytes", 0, PTRDIFF_MAX, &r->book_bytes, why) ||
        params_word(params, "skew", skew_names, &r->skew, why) ||
        params_word(params, "verify", verify_names, &r->verify, why))
        return -1;
    r->paths = json_object_get(params, "paths");
    if (!r->paths == !json_object_get(params, "books"))
        return fail(why, EXIT_USAGE, "a library needs either books or paths");
    if (r->paths &&
        (json_object_get(params, "book_bytes") || json_object_get(params, "skew")))
        return fail(why, EXIT_USAGE, "book_bytes and skew are for generated libraries");
    if (r->paths && !json_is_array(r->paths))
        return fail(why, EXIT_USAGE, "paths must be a list of texts");
    return 0;
}

// The list as paths, from malloc, as far as it got.
static int unescape_all(const json_t *list, char **paths, struct fail *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text)
            return fail(why, EXIT_USAGE, "paths must be a list of texts");
        paths[i] = text_unescape(text);
        if (!paths[i])
            return fail(why, EXIT_RESOURCE, "no memory for a path");
    }
    return 0;
}

static int walk(struct library *lib, const json_t *list, struct fail *why)
{
    size_t count = json_array_size(list);
    char **paths = calloc(count + 1, sizeof *paths);
    if (!paths)
        return fail(why, EXIT_RESOURCE, "no memory for %zu paths", count);
    int rc = unescape_all(list, paths, why);
    if (rc == 0)
        rc = library_walk(lib, (const char *const *)paths, count, why);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    return rc;
}

static int plan_carts(struct gophers *job, const struct request *r, struct fail *why)
{
    if (design_find(r->design, &job->design, why))
        return -1;
    int gophers = design_gophers(&job->design);
    job->carts = r->carts ? (int)r->carts : gophers;
    job->cart_bytes = (size_t)r->cart_bytes;
    if (job->carts < job->design.lanes)
        return fail(why, EXIT_USAGE,
                    "the design %s has %d lanes and needs a cart in each, not %d",
                    job->design.name, job->design.lanes, job->carts);
    return pages_available((uint64_t)job->carts * job->cart_bytes, "all carts together",
                           why);
}

static int fill_job(struct gophers *job, const struct request *r, struct fail *why)
{
    struct library *lib = &job->library;
    if (plan_carts(job, r, why))
        return -1;
    if (r->paths ? walk(lib, r->paths, why)
                 : library_generate(lib, r->seed, (size_t)r->books, r->book_bytes,
                                    (enum skew)r->skew, why))
        return -1;
    if (lib->count > UINT32_MAX)
        return fail(why, EXIT_USAGE, "more than 2^32 books are too many for one library");
    if (gophers_cut(job, why))
        return -1;
    bool sample = r->verify >= 0 ? r->verify == VERIFY_SAMPLE
                                 : r->paths && lib->total_bytes > sampled_from_bytes;
    job->oracle = gophers_oracle_make(lib, sample, r->seed, why);
    if (!job->oracle)
        return -1;
    job->ash = calloc(lib->count + 1, sizeof *job->ash);
    return job->ash ? 0
                    : fail(why, EXIT_RESOURCE, "no memory for the ash of %zu books",
                           lib->count);
}

static void gophers_reset(void *p)
{
    struct gophers *job = p;
    for (size_t i = 0; i < job->library.count; i++)
        gophers_poison(job, i);
}

static void gophers_free(void *p)
{
    struct gophers *job = p;
    if (!job)
        return;
    gophers_oracle_free(job->oracle);
    library_free(&job->library);
    free(job->segment);
    free(job->load);
    free(job->shipment);
    free(job->ash);
    free(job);
}

static void *gophers_make(const json_t *params, struct fail *why)
{
    struct request r = {.design = "four",
                        .cart_bytes = CART_BYTES_DEFAULT,
                        .book_bytes = BOOK_BYTES_DEFAULT,
                        .seed = 1,
                        .verify = -1};
    if (read_request(params, &r, why))
        return NULL;
    struct gophers *job = calloc(1, sizeof *job);
    if (!job) {
        fail(why, EXIT_RESOURCE, "no memory for a library");
        return NULL;
    }
    if (fill_job(job, &r, why)) {
        gophers_free(job);
        return NULL;
    }
    gophers_reset(job);
    return job;
}

void gophers_load(const struct gophers *job, const struct load *load, uint8_t *cart,
                  struct library_cursor *cursor)
{
    for (uint32_t i = 0; i < load->segments; i++) {
        const struct segment *s = &job->segment[load->first_segment + i];
        struct ash *ash = &job->ash[s->book];
        // A long book that failed once is not tried again: its digest is lost.
        if (!ash->error)
            ash->error = library_read(&job->library, s->book, s->offset, s->bytes,
                                      cart + s->at, cursor);
        if (ash->error)
            memset(cart + s->at, 0, s->bytes);
    }
}

bool gophers_in_memory(const struct gophers *job)
{
    return job->library.files == 0;
}

static int gophers_prepare(const struct engine *engine, void *ctx, void *job,
                           struct engine_facts *facts, struct fail *why)
{
    if (!engine->gophers)
        return fail(why, EXIT_ABSENT, "the engine %s does not offer gophers",
                    engine->name);
    return engine->prepare_gophers ? engine->prepare_gophers(ctx, job, facts, why) : 0;
}

static int gophers_run(const struct engine *engine, void *ctx, void *job,
                       struct phases *phases, struct fail *why)
{
    if (!engine->gophers)
        return fail(why, EXIT_ABSENT, "the engine %s does not offer gophers",
                    engine->name);
    return engine->gophers(ctx, job, phases, why);
}

// The gauge is the number of wrong books: 0, or the check fails.
static int gophers_check(void *job, double *max_error, struct fail *why)
{
    *max_error = 0;
    return gophers_oracle_check(job, why);
}

static double gophers_amount(const void *p)
{
    const struct gophers *job = p;
    return (double)job->library.total_bytes;
}

// Loses the ash of a book in the middle, or of the next one that burnt.
static void gophers_damage(void *p, enum sabotage sabotage)
{
    struct gophers *job = p;
    if (sabotage != SABOTAGE_LOST_BOOK)
        return;
    for (size_t i = 0; i < job->library.count; i++) {
        size_t book = (job->library.count / 2 + i) % job->library.count;
        if (job->ash[book].error)
            continue;
        gophers_poison(job, book);
        return;
    }
}

// The letter that stands behind a backslash for a character that sha256sum escapes, or 0.
static char escape_letter(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

// One line as sha256sum writes it: where the name needs escapes, a backslash before the
// digest says so. Returns the length.
static size_t put_line(char *to, const struct ash *ash, const char *name)
{
    static const char digits[] = "0123456789abcdef";
    char *at = to;
    if (strpbrk(name, "\\\n\r"))
        *at++ = '\\';
    for (int i = 0; i < DIGEST_BYTES; i++) {
        *at++ = digits[ash->digest[i] >> 4];
        *at++ = digits[ash->digest[i] & 15];
    }
    *at++ = ' ';
    *at++ = ' ';
    for (; *name; name++) {
        char letter = escape_letter(*name);
        if (letter)
            *at++ = '\\';
        if (!letter)
            letter = *name;
        *at++ = letter;
    }
    *at++ = '\n';
    return (size_t)(at - to);
}

// Lines on their way out.
struct manifest {
    int fd;
    char *lines;
    size_t used, room;
};

static int flush(struct manifest *m, struct fail *why)
{
    size_t used = m->used;
    m->used = 0;
    return write_all(m->fd, m->lines, used, why);
}

static int add_line(struct manifest *m, const struct ash *ash, const char *name,
                    struct fail *why)
{
    // The digest, the marks around it, and a name that may double.
    size_t most = 2 * DIGEST_BYTES + 8 + 2 * strlen(name);
    if (m->room - m->used < most && flush(m, why))
        return -1;
    if (m->room < most) {
        char *larger = realloc(m->lines, most + MANIFEST_BYTES);
        if (!larger)
            return fail(why, EXIT_RESOURCE, "no memory for the manifest");
        m->lines = larger;
        m->room = most + MANIFEST_BYTES;
    }
    m->used += put_line(m->lines + m->used, ash, name);
    return 0;
}

static int gophers_save(const void *p, int fd, struct fail *why)
{
    const struct gophers *job = p;
    struct manifest m = {.fd = fd};
    int rc = 0;
    for (size_t i = 0; i < job->library.count && rc == 0; i++)
        if (!job->ash[i].error)
            rc = add_line(&m, &job->ash[i], job->library.books[i].name, why);
    if (rc == 0)
        rc = flush(&m, why);
    free(m.lines);
    return rc;
}

static json_t *gophers_describe(const void *p)
{
    const struct gophers *job = p;
    const struct library *lib = &job->library;
    double span = (double)lib->longest_bytes;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I}", "books", (json_int_t)lib->count,
        "bytes", (json_int_t)lib->total_bytes, "longest", (json_int_t)lib->longest_bytes,
        "work_bytes", (json_int_t)lib->total_bytes, "span_bytes",
        (json_int_t)lib->longest_bytes, "parallelism",
        span > 0 ? (double)lib->total_bytes / span : 1.0, "loads", (json_int_t)job->loads,
        "verified_books", (json_int_t)gophers_oracle_books(job->oracle));
}

static int append_escaped(json_t *list, const char *sentence)
{
    char *text = text_escape(sentence);
    int rc = text ? json_array_append_new(list, json_string(text)) : -1;
    free(text);
    return rc;
}

// What the walk could not use, then the books that could not be read or changed.
static json_t *gophers_complaints(const void *p)
{
    const struct gophers *job = p;
    const struct library *lib = &job->library;
    json_t *list = json_array();
    for (size_t i = 0; i < lib->complaint_count; i++)
        append_escaped(list, lib->complaints[i]);
    for (size_t i = 0; i < lib->count; i++) {
        char *sentence = NULL;
        int error = job->ash[i].error;
        if (!error)
            continue;
        int n = error == ESTALE ? asprintf(&sentence, "%s: changed while it was read",
                                           lib->books[i].name)
                                : asprintf(&sentence, "%s: cannot be read: %s",
                                           lib->books[i].name, strerror(error));
        if (n >= 0)
            append_escaped(list, sentence);
        free(n >= 0 ? sentence : NULL);
    }
    return list;
}

const struct workload workload_gophers = {
    .name = "gophers",
    .summary = "gophers burn a library: SHA-256 of every book",
    .unit = "byte",
    .make = gophers_make,
    .reset = gophers_reset,
    .prepare = gophers_prepare,
    .run = gophers_run,
    .check = gophers_check,
    .amount = gophers_amount,
    .damage = gophers_damage,
    .save = gophers_save,
    .describe = gophers_describe,
    .complaints = gophers_complaints,
    .free = gophers_free,
};
