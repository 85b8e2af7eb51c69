// test_book.c -- books are the same for the same seed, and burn to their SHA-256, judged
// by another implementation.
#include "book.h"

#include <openssl/sha.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300 };

static void digests_of_all_lengths(void **state)
{
    (void)state;
    uint8_t books[MOST], ours[32], theirs[32];
    for (size_t bytes = 0; bytes <= MOST; bytes++) {
        books_write(books, bytes, 1, bytes);
        books_digest(books, bytes, ours);
        SHA256(books, bytes, theirs);
        assert_memory_equal(ours, theirs, 32);
    }
}

// Not one byte more is written.
static void books_end_where_they_should(void **state)
{
    (void)state;
    uint8_t books[MOST + 1];
    for (size_t bytes = 0; bytes <= MOST; bytes++) {
        books[bytes] = 77;
        books_write(books, bytes, 2, 3);
        assert_int_equal(books[bytes], 77);
    }
}

static void books_differ(void **state)
{
    (void)state;
    uint8_t a[MOST], b[MOST];
    books_write(a, MOST, 1, 2);
    books_write(b, MOST, 1, 2);
    assert_memory_equal(a, b, MOST);
    assert_true(books_burn(a, MOST) == books_burn(b, MOST));
    books_write(b, MOST, 1, 3);
    assert_memory_not_equal(a, b, MOST);
    assert_true(books_burn(a, MOST) != books_burn(b, MOST));
    books_write(b, MOST, 2, 2);
    assert_memory_not_equal(a, b, MOST);
    b[0] ^= 1;
    books_write(a, MOST, 2, 2);
    assert_true(books_burn(a, MOST) != books_burn(b, MOST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_all_lengths),
        cmocka_unit_test(books_end_where_they_should),
        cmocka_unit_test(books_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
