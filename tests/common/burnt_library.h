// burnt_library.h -- libraries burnt by libcrypto, one load after another, as an engine
// would, and what the check says about them.
#ifndef BURNT_LIBRARY_H
#define BURNT_LIBRARY_H

#include "gophers.h"
#include "text.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline struct gophers *try_make(json_t *params, struct fail *why)
{
    *why = (struct fail){EXIT_OK, ""};
    struct gophers *job = workload_gophers.make(params, why);
    json_decref(params);
    return job;
}

static inline struct gophers *make(json_t *params)
{
    struct fail why;
    struct gophers *job = try_make(params, &why);
    if (!job)
        fail_msg("%s", why.text);
    return job;
}

static inline struct gophers *make_generated(size_t books, size_t book_bytes,
                                             size_t cart_bytes, const char *skew)
{
    return make(json_pack("{s:I, s:I, s:I, s:s}", "books", (json_int_t)books,
                          "book_bytes", (json_int_t)book_bytes, "cart_bytes",
                          (json_int_t)cart_bytes, "skew", skew));
}

static inline json_t *paths_of(const char *path)
{
    char *escaped = text_escape(path);
    json_t *params = json_pack("{s:[s], s:i}", "paths", escaped, "cart_bytes", 4096);
    free(escaped);
    return params;
}

static inline struct gophers *make_real(const char *path)
{
    return make(paths_of(path));
}

static inline void burn(struct gophers *job)
{
    uint8_t *cart = malloc(job->cart_bytes);
    struct library_cursor cursor = LIBRARY_CURSOR;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    for (uint32_t l = 0; l < job->loads; l++) {
        gophers_load(job, &job->load[l], cart, &cursor);
        for (uint32_t i = 0; i < job->load[l].segments; i++) {
            const struct segment *s = &job->segment[job->load[l].first_segment + i];
            if (s->first)
                EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
            EVP_DigestUpdate(ctx, cart + s->at, s->bytes);
            if (s->last && !job->ash[s->book].error)
                EVP_DigestFinal_ex(ctx, job->ash[s->book].digest, NULL);
        }
    }
    EVP_MD_CTX_free(ctx);
    library_cursor_close(&cursor);
    free(cart);
}

static inline void assert_right(struct gophers *job)
{
    struct fail why = {EXIT_OK, ""};
    double error = -1;
    if (workload_gophers.check(job, &error, &why))
        fail_msg("%s", why.text);
    assert_true(error == 0);
}

static inline void assert_wrong(struct gophers *job, const char *says)
{
    struct fail why = {EXIT_OK, ""};
    double error;
    assert_int_equal(workload_gophers.check(job, &error, &why), -1);
    assert_int_equal(why.code, EXIT_WRONG);
    if (!strstr(why.text, says))
        fail_msg("expected %s, got %s", says, why.text);
}

// Lines of the manifest of a job.
static inline size_t count_lines(const struct gophers *job)
{
    struct fail why;
    size_t lines = 0;
    int c;
    FILE *file = tmpfile();
    assert_int_equal(workload_gophers.save(job, fileno(file), &why), 0);
    rewind(file);
    while ((c = getc(file)) != EOF)
        lines += c == '\n';
    fclose(file);
    return lines;
}

#endif
