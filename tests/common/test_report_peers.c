// test_report_peers.c -- other people's libraries in the table: marked, told apart, never
// ranked with ours.
#include "report.h"

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char *shown(const struct result *r)
{
    const struct report_look wide = {.columns = 1000};
    char *text = NULL;
    size_t size = 0;
    struct fail why;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(report_text_as(out, r, &wide, &why), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fprintf(stderr, "not found: \"%s\" in\n%s\n", part, text);
        fail();
    }
}

// omp takes 10 ms on two threads, the peer `peer_s`.
static struct result beside_peer(double peer_s, double noise)
{
    struct result r = fixture_result();
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "serial", 1), 12, 20e-3, 0.01,
                    1);
    fixture_samples(fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2), 12, 10e-3, 0.01,
                    4);
    struct cell *peer = fixture_cell(&r, "matmul", "8x8x8 f32", "blas", 2);
    peer->peer = true;
    snprintf(peer->column, sizeof peer->column, "blas:openblas");
    snprintf(peer->facts.variant, sizeof peer->facts.variant, "OpenBLAS 0.3.21, Haswell");
    fixture_samples(peer, 12, peer_s, noise, 8);
    result_conclude(&r);
    return r;
}

static void a_slower_peer_is_named_with_its_library(void **state)
{
    (void)state;
    struct result r = beside_peer(15e-3, 0.01);
    char *text = shown(&r);
    assert_holds(text, "  - omp was fastest of ours: 1.99x as fast as serial, the next");
    assert_holds(text, "  - Beside a peer: omp was 1.51x as fast as blas:openblas "
                       "(OpenBLAS 0.3.21, Haswell) (95 % interval ");
    assert_holds(text, " blas:openblas* ");
    assert_holds(text, "  blas:openblas*: OpenBLAS 0.3.21, Haswell\n");
    assert_holds(text, "  * a peer: somebody else's library\n");
    free(text);
    result_free(&r);
}

static void a_faster_peer_is_not_hidden(void **state)
{
    (void)state;
    struct result r = beside_peer(8e-3, 0.01);
    char *text = shown(&r);
    assert_holds(text, "  - omp was fastest of ours: ");
    assert_holds(text, "  - A peer was ahead: blas:openblas (OpenBLAS 0.3.21, Haswell) "
                       "was 1.2");
    assert_holds(text, "x as fast as omp (95 % interval 1.2");
    assert_holds(text, "  - omp reached ");
    free(text);
    result_free(&r);
}

static void an_equal_peer_is_not_separated(void **state)
{
    (void)state;
    struct result r = beside_peer(10.01e-3, 0.1);
    char *text = shown(&r);
    assert_holds(text, "  - Beside a peer: omp was not separated from blas:openblas "
                       "(OpenBLAS 0.3.21, Haswell) (");
    assert_null(strstr(text, "Not separated from omp: blas"));
    free(text);
    result_free(&r);
}

static void peers_alone_are_ranked_among_themselves(void **state)
{
    (void)state;
    struct result r = fixture_result();
    for (int i = 0; i < 2; i++) {
        struct cell *peer = fixture_cell(&r, "matmul", "8x8x8 f32", "blas", 2);
        peer->peer = true;
        snprintf(peer->column, sizeof peer->column, "blas:%d", i);
        peer->facts.variant[0] = '\0';
        fixture_samples(peer, 12, i ? 2e-3 : 1e-3, 0.01, 2);
    }
    result_conclude(&r);
    char *text = shown(&r);
    assert_holds(text,
                 "  - blas:0 was fastest: 2.000x as fast as blas:1, the next (95 %");
    assert_null(strstr(text, "of ours"));
    assert_null(strstr(text, "eside a peer"));
    free(text);
    result_free(&r);
}

static void json_tells_peers(void **state)
{
    (void)state;
    struct result r = beside_peer(15e-3, 0.01);
    json_t *document = report_to_json(&r), *cells = json_object_get(document, "cells");
    assert_true(json_is_false(json_object_get(json_array_get(cells, 1), "peer")));
    assert_true(json_is_true(json_object_get(json_array_get(cells, 2), "peer")));
    json_decref(document);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slower_peer_is_named_with_its_library),
        cmocka_unit_test(a_faster_peer_is_not_hidden),
        cmocka_unit_test(an_equal_peer_is_not_separated),
        cmocka_unit_test(peers_alone_are_ranked_among_themselves),
        cmocka_unit_test(json_tells_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
