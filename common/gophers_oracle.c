// gophers_oracle.c -- see gophers_oracle.h.
#include "gophers_oracle.h"

#include "rng.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLE_BOOKS = 64, DRAWS = 4 * SAMPLE_BOOKS, READ_BYTES = 1 << 20 };

static const uint64_t sample_bytes = (uint64_t)256 << 20;

struct expected {
    uint8_t digest[DIGEST_BYTES];
    bool verified;  // is among those judged
    int error;      // why it cannot be, or 0
};

struct gophers_oracle {
    size_t books, verified;
    bool ready;
    uint8_t *buffer;
    struct expected book[];
};

// Draws without repetition: the i-th draw swaps its winner to place i.
static int draw_sample(struct gophers_oracle *o, const struct library *lib, uint64_t seed)
{
    struct rng rng = {seed ^ 0x73616d706c65u};
    uint64_t bytes = 0;
    size_t *order = malloc((lib->count + 1) * sizeof *order);
    if (!order)
        return -1;
    for (size_t i = 0; i < lib->count; i++)
        order[i] = i;
    for (size_t i = 0; i < lib->count && i < DRAWS; i++) {
        size_t at = i + rng_below(&rng, lib->count - i), book = order[at];
        order[at] = order[i];
        bool fits = bytes + lib->books[book].bytes <= sample_bytes;
        if (o->verified >= SAMPLE_BOOKS || (o->verified > 0 && !fits))
            continue;
        bytes += lib->books[book].bytes;
        o->book[book].verified = true;
        o->verified++;
    }
    free(order);
    return 0;
}

struct gophers_oracle *gophers_oracle_make(const struct library *lib, bool sample,
                                           uint64_t seed, struct fail *why)
{
    struct gophers_oracle *o = calloc(1, sizeof *o + lib->count * sizeof o->book[0]);
    if (!o || !(o->buffer = malloc(READ_BYTES)) ||
        (sample && draw_sample(o, lib, seed))) {
        gophers_oracle_free(o);
        fail(why, EXIT_RESOURCE, "no memory for the check of %zu books", lib->count);
        return NULL;
    }
    o->books = lib->count;
    for (size_t i = 0; !sample && i < lib->count; i++)
        o->book[i].verified = true;
    if (!sample)
        o->verified = lib->count;
    return o;
}

void gophers_oracle_free(struct gophers_oracle *o)
{
    if (!o)
        return;
    free(o->buffer);
    free(o);
}

size_t gophers_oracle_books(const struct gophers_oracle *o)
{
    return o->verified;
}

static uint64_t poison_word(size_t book, size_t i)
{
    return ((uint64_t)book * 4 + i + 1) * 0x9e3779b97f4a7c15u;
}

void gophers_poison(struct gophers *job, size_t book)
{
    for (size_t i = 0; i < DIGEST_BYTES / sizeof(uint64_t); i++) {
        uint64_t word = poison_word(book, i);
        memcpy(job->ash[book].digest + i * sizeof word, &word, sizeof word);
    }
    job->ash[book].error = 0;
}

static bool is_poison(const struct gophers *job, size_t book)
{
    for (size_t i = 0; i < DIGEST_BYTES / sizeof(uint64_t); i++) {
        uint64_t word = poison_word(book, i);
        if (memcmp(job->ash[book].digest + i * sizeof word, &word, sizeof word) != 0)
            return false;
    }
    return true;
}

// Feeds a whole file to the digest; 0 or an errno.
static int digest_file(EVP_MD_CTX *ctx, int fd, uint64_t bytes, uint8_t *buffer)
{
    struct stat st;
    if (fstat(fd, &st))
        return errno;
    if (!S_ISREG(st.st_mode))
        return ESTALE;
    for (uint64_t done = 0;;) {
        ssize_t n = read(fd, buffer, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return done == bytes ? 0 : ESTALE;
        done += (uint64_t)n;
        if (done > bytes)
            return ESTALE;
        EVP_DigestUpdate(ctx, buffer, (size_t)n);
    }
}

static int digest_book(const struct book *book, uint8_t *buffer,
                       uint8_t digest[DIGEST_BYTES])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
        die("libcrypto offers no SHA-256 to check with");
    int error = 0;
    if (book->text) {
        EVP_DigestUpdate(ctx, book->text, book->bytes);
    } else {
        int fd = open(book->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        error = fd < 0 ? errno : digest_file(ctx, fd, book->bytes, buffer);
        if (fd >= 0)
            close(fd);
    }
    if (!EVP_DigestFinal_ex(ctx, digest, NULL))
        die("libcrypto cannot finish a SHA-256");
    EVP_MD_CTX_free(ctx);
    return error;
}

static const char *name_of(const struct gophers *job, size_t book,
                           char name[static TEXT_CUT_BYTES])
{
    return text_cut(name, job->library.books[book].name);
}

// Whose ash it is, if any other book's: a duplicate or an exchange.
static int wrong_digest(const struct gophers *job, size_t book, struct fail *why)
{
    const struct gophers_oracle *o = job->oracle;
    char name[TEXT_CUT_BYTES], other[TEXT_CUT_BYTES];
    name_of(job, book, name);
    for (size_t i = 0; i < o->books; i++)
        if (i != book && o->book[i].verified && !o->book[i].error &&
            memcmp(o->book[i].digest, job->ash[book].digest, DIGEST_BYTES) == 0)
            return fail(why, EXIT_WRONG, "book %zu, %s, has the ash of book %zu, %s",
                        book, name, i, name_of(job, i, other));
    return fail(why, EXIT_WRONG, "book %zu, %s, has burnt to the wrong ash", book, name);
}

// The ash of a file does not match what the oracle read at first. The file is read again:
// it may have changed, before or after it was burnt.
static int judge_changed(struct gophers *job, size_t book, struct fail *why)
{
    struct expected *expected = &job->oracle->book[book];
    const struct book *b = &job->library.books[book];
    uint8_t now[DIGEST_BYTES];
    if (b->text)
        return wrong_digest(job, book, why);
    int error = digest_book(b, job->oracle->buffer, now);
    bool changed = error || memcmp(now, expected->digest, DIGEST_BYTES) != 0;
    if (!changed)
        return wrong_digest(job, book, why);
    memcpy(expected->digest, now, DIGEST_BYTES);
    expected->error = error;
    if (error || memcmp(now, job->ash[book].digest, DIGEST_BYTES) != 0)
        job->ash[book].error = ESTALE;
    return 0;
}

static int judge_error(const struct gophers *job, size_t book, struct fail *why)
{
    const struct book *b = &job->library.books[book];
    uint8_t now[DIGEST_BYTES];
    if (!b->text && digest_book(b, job->oracle->buffer, now) != 0)
        return 0;
    return fail(why, EXIT_WRONG, "book %zu, %s, was given up (%s), but it can be read",
                book, text_cut((char[TEXT_CUT_BYTES]){0}, b->name),
                strerror(job->ash[book].error));
}

static int judge_book(struct gophers *job, size_t book, struct fail *why)
{
    const struct expected *expected = &job->oracle->book[book];
    char name[TEXT_CUT_BYTES];
    if (job->ash[book].error)
        return judge_error(job, book, why);
    if (is_poison(job, book))
        return fail(why, EXIT_WRONG, "book %zu, %s, was lost: it never burnt", book,
                    name_of(job, book, name));
    if (!expected->verified)
        return 0;
    if (expected->error) {
        job->ash[book].error = expected->error;
        return 0;
    }
    return memcmp(expected->digest, job->ash[book].digest, DIGEST_BYTES) == 0
               ? 0
               : judge_changed(job, book, why);
}

int gophers_oracle_check(struct gophers *job, struct fail *why)
{
    struct gophers_oracle *o = job->oracle;
    for (size_t i = 0; !o->ready && i < o->books; i++)
        if (o->book[i].verified)
            o->book[i].error =
                digest_book(&job->library.books[i], o->buffer, o->book[i].digest);
    o->ready = true;
    for (size_t i = 0; i < o->books; i++)
        if (judge_book(job, i, why))
            return -1;
    return 0;
}
