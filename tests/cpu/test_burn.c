// test_burn.c -- NIST's vectors and random books on every kernel that this CPU has,
// against libcrypto: every length around a block, lanes of very different books, a long
// book in pieces.
#include "burn.h"
#include "rng.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

// Set where tests are cross-compiled and run by qemu.
#ifndef TEST_EMULATED
#define TEST_EMULATED 0
#endif

static void oracle(const uint8_t *text, size_t bytes, uint8_t digest[DIGEST_BYTES])
{
    assert_int_equal(EVP_Digest(text, bytes, digest, NULL, EVP_sha256(), NULL), 1);
}

static uint8_t *random_text(size_t bytes, uint64_t seed)
{
    uint8_t *text = malloc(bytes + 1);
    struct rng rng = {seed};
    for (size_t i = 0; i < bytes; i++)
        text[i] = (uint8_t)rng_next(&rng);
    return text;
}

// Calls fn for the automatic choice and for every kernel that can be used.
static void for_each(void (*fn)(const struct burner *))
{
    struct burner burner;
    struct fail why;
    assert_int_equal(burn_choose(NULL, &burner, &why), 0);
    fn(&burner);
    int count = 0;
    while (burn_kernels[count])
        count++;
    for (int i = 0; i < count; i++) {
        assert_string_equal(burn_kernels[i]->name, burn_variants[count - 1 - i]);
        if (burn_choose(burn_kernels[i]->name, &burner, &why) != 0) {
            assert_int_equal(why.code, EXIT_ABSENT);
            print_message("%s\n", why.text);
            continue;
        }
        assert_string_equal(burner.name, burn_kernels[i]->name);
        fn(&burner);
    }
}

// FIPS 180-4's examples, as NIST publishes them with intermediate values.
static const struct {
    const char *text, *digest;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
     "klmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static void assert_hex(const uint8_t digest[DIGEST_BYTES], const char *want,
                       const char *who)
{
    char hex[2 * DIGEST_BYTES + 1];
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    if (strcmp(hex, want) != 0)
        fail_msg("%s: %s, not %s", who, hex, want);
}

static void nist_of(const struct burner *burner)
{
    struct message all[VECTORS];
    uint8_t digest[VECTORS][DIGEST_BYTES];
    for (int i = 0; i < VECTORS; i++)
        all[i] = (struct message){(const uint8_t *)vectors[i].text,
                                  strlen(vectors[i].text), digest[i]};
    burn_many(burner, all, VECTORS);
    for (int i = 0; i < VECTORS; i++)
        assert_hex(digest[i], vectors[i].digest, burner->name);

    struct burning million;
    uint8_t thousand[1000];
    memset(thousand, 'a', sizeof thousand);
    burn_begin(&million);
    for (int i = 0; i < 1000; i++)
        burn_more(burner, &million, thousand, sizeof thousand);
    burn_end(burner, &million, digest[0]);
    assert_hex(digest[0],
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
               burner->name);
}

static void nist_vectors(void **state)
{
    (void)state;
    for_each(nist_of);
}

// Burns `count` books of the given sizes, cut from one text at odd places, and judges
// them.
static void burn_books(const struct burner *burner, const size_t *bytes, size_t count,
                       const uint8_t *text)
{
    struct message *books = calloc(count + 1, sizeof *books);
    uint8_t(*digest)[DIGEST_BYTES] = calloc(count + 1, DIGEST_BYTES);
    for (size_t i = 0; i < count; i++)
        books[i] = (struct message){text + i % 61, bytes[i], digest[i]};
    burn_many(burner, books, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t want[DIGEST_BYTES];
        oracle(books[i].text, bytes[i], want);
        if (memcmp(want, digest[i], DIGEST_BYTES) != 0)
            fail_msg("%s: book %zu of %zu, %zu bytes, has the wrong digest", burner->name,
                     i, count, bytes[i]);
    }
    free(books);
    free(digest);
}

static void lengths_of(const struct burner *burner)
{
    enum { MOST = 1025 };
    size_t bytes[MOST + 1];
    uint8_t *text = random_text(MOST + 64, 1);
    for (size_t i = 0; i <= MOST; i++)
        bytes[i] = i;
    burn_books(burner, bytes, MOST + 1, text);
    for (size_t count = 0; count <= 2 * BURN_LANES_MAX + 1; count++)
        burn_books(burner, bytes + 40, count, text);
    free(text);
}

static void every_length_is_right(void **state)
{
    (void)state;
    for_each(lengths_of);
}

static void skewed_of(const struct burner *burner)
{
    enum { BOOKS = 200, LONGEST = 100000 };
    size_t bytes[BOOKS];
    uint8_t *text = random_text(LONGEST + 64, 2);
    struct rng rng = {3};
    for (int i = 0; i < BOOKS; i++)
        bytes[i] = (size_t)1 << rng_below(&rng, 14);
    bytes[0] = LONGEST;
    bytes[100] = LONGEST - 1;
    bytes[BOOKS - 1] = LONGEST;
    bytes[7] = 0;
    burn_books(burner, bytes, BOOKS, text);
    free(text);
}

static void lanes_are_refilled(void **state)
{
    (void)state;
    for_each(skewed_of);
}

static void pieces_of(const struct burner *burner)
{
    enum { BYTES = 5000 };
    uint8_t *text = random_text(BYTES, 4), want[DIGEST_BYTES], got[DIGEST_BYTES];
    struct rng rng = {5};
    for (int round = 0; round < 200; round++) {
        const size_t bytes = rng_below(&rng, BYTES + 1);
        const size_t most = 1 + rng_below(&rng, 300);
        struct burning b;
        burn_begin(&b);
        for (size_t at = 0; at < bytes;) {
            size_t n = rng_below(&rng, most + 1);
            n = n < bytes - at ? n : bytes - at;
            burn_more(burner, &b, text + at, n);
            at += n;
        }
        burn_end(burner, &b, got);
        oracle(text, bytes, want);
        if (memcmp(want, got, DIGEST_BYTES) != 0)
            fail_msg("%s: %zu bytes in pieces of up to %zu", burner->name, bytes, most);
    }
    free(text);
}

static void pieces_make_the_same_digest(void **state)
{
    (void)state;
    for_each(pieces_of);
}

// 2^32 bits and more: the length at the end of a message has two words.
static void a_huge_book_burns(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20, PIECES = 513 };
    if (TEST_EMULATED)  // it would take minutes
        skip();
    uint8_t *text = random_text(PIECE, 8), want[DIGEST_BYTES], got[DIGEST_BYTES];
    EVP_MD_CTX *evp = EVP_MD_CTX_new();
    struct burner burner;
    struct burning b;
    struct fail why;
    assert_int_equal(burn_choose(NULL, &burner, &why), 0);
    EVP_DigestInit_ex(evp, EVP_sha256(), NULL);
    burn_begin(&b);
    for (int i = 0; i < PIECES; i++) {
        burn_more(&burner, &b, text, PIECE);
        EVP_DigestUpdate(evp, text, PIECE);
    }
    burn_end(&burner, &b, got);
    EVP_DigestFinal_ex(evp, want, NULL);
    assert_memory_equal(got, want, DIGEST_BYTES);
    EVP_MD_CTX_free(evp);
    free(text);
}

// A cart holds whole books and a stretch of a long one; a book with an error is left
// alone.
static void a_cart_burns(void **state)
{
    (void)state;
    enum { LONG = 1000, CUT = 640 };
    uint8_t *text = random_text(2048, 6), want[DIGEST_BYTES];
    struct segment segments[] = {
        {.book = 0, .first = true, .last = true, .bytes = 100, .at = 0},
        {.book = 1, .first = true, .last = true, .bytes = 55, .at = 128},
        {.book = 2, .first = true, .last = true, .bytes = 0, .at = 192},
        {.book = 3, .first = true, .bytes = CUT, .at = 0},
        {.book = 3, .last = true, .offset = CUT, .bytes = LONG - CUT, .at = CUT},
    };
    struct load loads[] = {{.first_segment = 0, .segments = 3},
                           {.first_segment = 3, .segments = 1},
                           {.first_segment = 4, .segments = 1}};
    struct ash ash[4] = {{.error = 0}, {.error = 5}};
    const struct gophers job = {
        .segment = segments, .load = loads, .ash = ash, .longest_load_segments = 3};
    struct message scratch[3];
    struct burning going;
    struct burner burner;
    struct fail why;
    burn_choose(NULL, &burner, &why);
    for (int i = 0; i < 3; i++)
        burn_cart(&burner, &job, &loads[i], text, scratch, &going);
    oracle(text, 100, want);
    assert_memory_equal(ash[0].digest, want, DIGEST_BYTES);
    assert_memory_equal(ash[1].digest, ((uint8_t[DIGEST_BYTES]){0}), DIGEST_BYTES);
    oracle(text, 0, want);
    assert_memory_equal(ash[2].digest, want, DIGEST_BYTES);
    oracle(text, LONG, want);
    assert_memory_equal(ash[3].digest, want, DIGEST_BYTES);

    ash[3] = (struct ash){.error = 0};
    burn_cart(&burner, &job, &loads[1], text, scratch, &going);
    ash[3].error = 116;
    burn_cart(&burner, &job, &loads[2], text, scratch, &going);
    assert_memory_equal(ash[3].digest, ((uint8_t[DIGEST_BYTES]){0}), DIGEST_BYTES);
    free(text);
}

static void unknown_variants_list_the_known(void **state)
{
    (void)state;
    struct burner burner;
    struct fail why;
    assert_int_equal(burn_choose("petrol", &burner, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    for (int i = 0; burn_variants[i]; i++)
        assert_non_null(strstr(why.text, burn_variants[i]));
}

static void the_limit_is_a_rate(void **state)
{
    (void)state;
    const double rate = burn_limit(0.01);
    assert_true(rate > 1e6 && rate < 1e12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_vectors),
        cmocka_unit_test(every_length_is_right),
        cmocka_unit_test(lanes_are_refilled),
        cmocka_unit_test(pieces_make_the_same_digest),
        cmocka_unit_test(a_huge_book_burns),
        cmocka_unit_test(a_cart_burns),
        cmocka_unit_test(unknown_variants_list_the_known),
        cmocka_unit_test(the_limit_is_a_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
