// test_gophers.c -- the library is cut as it says, the manifest is sha256sum's,
// parameters are read strictly.
#include "burnt_library.h"
#include "rng.h"
#include "scratch.h"

#include <errno.h>

static struct scratch scratch;

// Every byte of every book in exactly one segment, in order; loads and shipments in
// order, none larger than a cart, none without need.
static void assert_cut_well(const struct gophers *job)
{
    uint32_t segment = 0, load = 0, book = 0;
    uint64_t offset = 0;
    size_t longest = 0;
    for (uint32_t s = 0; s < job->shipments; s++) {
        const struct shipment *shipment = &job->shipment[s];
        uint64_t bytes = 0;
        assert_int_equal(shipment->first_load, load);
        assert_true(shipment->loads >= 1);
        for (uint32_t l = 0; l < shipment->loads; l++, load++) {
            const struct load *now = &job->load[load];
            size_t end = 0, text = 0;
            assert_int_equal(now->shipment, s);
            assert_int_equal(now->first_segment, segment);
            assert_true(now->segments >= 1);
            longest = now->segments > longest ? now->segments : longest;
            for (uint32_t i = 0; i < now->segments; i++, segment++) {
                const struct segment *piece = &job->segment[segment];
                assert_int_equal(piece->book, book);
                assert_int_equal(piece->offset, offset);
                assert_int_equal(piece->first, offset == 0);
                assert_int_equal(piece->at % 64, 0);
                assert_true(piece->at >= end && piece->at - end < 64);
                // Whole books only, or one piece of one long book.
                assert_true((piece->first && piece->last) == (shipment->loads == 1));
                assert_true((piece->first && piece->last) || now->segments == 1);
                end = piece->at + piece->bytes;
                text += piece->bytes;
                offset += piece->bytes;
                assert_int_equal(piece->last, offset == job->library.books[book].bytes);
                assert_true(piece->last || piece->bytes % 64 == 0);
                if (piece->last) {
                    offset = 0;
                    book++;
                }
            }
            assert_int_equal(now->cart_bytes, end);
            assert_int_equal(now->text_bytes, text);
            assert_true(end <= job->cart_bytes);
            bytes += text;
        }
        assert_int_equal(shipment->bytes, bytes);
    }
    assert_int_equal(book, job->library.count);
    assert_int_equal(segment, job->segments);
    assert_int_equal(load, job->loads);
    assert_int_equal(longest, job->longest_load_segments);
}

static void cuts_by_hand(void **state)
{
    static const struct {
        size_t books, book_bytes, cart_bytes, loads, shipments, segments;
    } facts[] = {
        {0, 100, 1024, 0, 0, 0},
        {1, 0, 64, 1, 1, 1},
        {10, 100, 1024, 2, 2, 10},  // 128 a book: 8 in a cart
        {9, 100, 1020, 2, 2, 9},    // the last needs no padding
        {4, 64, 128, 2, 2, 4},
        {10, 1024, 1024, 10, 10, 10},
        {2, 1025, 1024, 4, 2, 4},   // a byte too long for a cart
        {1, 1000, 100, 16, 1, 16},  // pieces of 64
        {3, 64, 64, 3, 3, 3},
        {70000, 0, 64, 2, 2, 70000},  // at most 65536 books a load
    };
    (void)state;
    for (size_t f = 0; f < sizeof facts / sizeof *facts; f++) {
        struct gophers *job = make_generated(facts[f].books, facts[f].book_bytes,
                                             facts[f].cart_bytes, "none");
        assert_int_equal(job->loads, facts[f].loads);
        assert_int_equal(job->shipments, facts[f].shipments);
        assert_int_equal(job->segments, facts[f].segments);
        assert_cut_well(job);
        burn(job);
        assert_right(job);
        workload_gophers.free(job);
    }
}

static void cuts_any_library_well(void **state)
{
    static const size_t carts[] = {64, 65, 127, 1000, 4096, 65536};
    struct rng rng = {11};
    (void)state;
    for (size_t c = 0; c < sizeof carts / sizeof *carts; c++)
        for (int skew = SKEW_NONE; skew <= SKEW_GIANT; skew++)
            for (int trial = 0; trial < 5; trial++) {
                struct gophers *job =
                    make_generated(rng_below(&rng, 60), rng_below(&rng, 2000), carts[c],
                                   skew_names[skew]);
                assert_cut_well(job);
                burn(job);
                assert_right(job);
                workload_gophers.free(job);
            }
}

static void the_digests_are_nists(void **state)
{
    static const struct {
        const char *name, *text, *digest;
    } facts[] = {
        {"n/0", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"n/1", "abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"n/2", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct fail why;
    char line[200], expected[300];
    (void)state;
    mkdir(scratch_path(&scratch, "n"), 0755);
    for (size_t i = 0; i < 3; i++)
        scratch_file(&scratch, facts[i].name, facts[i].text, strlen(facts[i].text));
    struct gophers *job = make_real(scratch_path(&scratch, "n"));
    burn(job);
    assert_right(job);
    int fd = open(scratch_path(&scratch, "ash"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(workload_gophers.save(job, fd, &why), 0);
    FILE *ash = fdopen(fd, "r");
    rewind(ash);
    for (size_t i = 0; i < 3; i++) {
        snprintf(expected, sizeof expected, "%s  %s/%s\n", facts[i].digest,
                 scratch.folder, facts[i].name);
        assert_non_null(fgets(line, sizeof line, ash));
        assert_string_equal(line, expected);
    }
    assert_null(fgets(line, sizeof line, ash));
    fclose(ash);
    workload_gophers.free(job);
}

static void sha256sum_accepts_the_manifest(void **state)
{
    static const char *const names[] = {
        "plain", "with space", "back\\slash", "new\nline", "both\\\n", "carriage\rreturn",
        "-dash", "\xff\xfe",   "*star",       "n",         "r",
    };
    char command[1024];
    struct fail why;
    (void)state;
    if (system("sha256sum --version >/dev/null 2>&1"))
        skip();
    mkdir(scratch_path(&scratch, "s"), 0755);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64], text[64];
        snprintf(name, sizeof name, "s/%s", names[i]);
        int n = snprintf(text, sizeof text, "text of book %zu", i);
        scratch_file(&scratch, name, text, (size_t)n);
    }
    struct gophers *job = make_real(scratch_path(&scratch, "s"));
    assert_int_equal(job->library.count, sizeof names / sizeof *names);
    burn(job);
    assert_right(job);
    int fd = open(scratch_path(&scratch, "sums"),
                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(workload_gophers.save(job, fd, &why), 0);
    close(fd);
    snprintf(command, sizeof command, "sha256sum --quiet --strict -c %s", scratch.path);
    assert_int_equal(system(command), 0);
    // And byte for byte what sha256sum itself writes.
    snprintf(command, sizeof command,
             "cd %s && LC_ALL=C sha256sum \"$PWD\"/s/* | LC_ALL=C cmp - sums",
             scratch.folder);
    assert_int_equal(system(command), 0);
    workload_gophers.free(job);
}

static void says_when_the_manifest_cannot_be_written(void **state)
{
    struct fail why;
    (void)state;
    struct gophers *job = make_generated(5000, 1, 4096, "none");
    burn(job);
    assert_int_equal(count_lines(job), 5000);
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        skip();
    assert_int_equal(workload_gophers.save(job, fd, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    close(fd);
    workload_gophers.free(job);
}

static void tells_work_and_span(void **state)
{
    (void)state;
    struct gophers *job = make_generated(11, 1000, 4096, "giant");
    assert_true(gophers_in_memory(job));
    assert_true(workload_gophers.amount(job) == 11000);
    json_t *told = workload_gophers.describe(job);
    assert_int_equal(json_integer_value(json_object_get(told, "books")), 11);
    assert_int_equal(json_integer_value(json_object_get(told, "work_bytes")), 11000);
    assert_int_equal(json_integer_value(json_object_get(told, "span_bytes")), 5500);
    assert_true(json_real_value(json_object_get(told, "parallelism")) == 2);
    json_decref(told);
    workload_gophers.free(job);
    job = make_generated(0, 0, 64, "none");
    told = workload_gophers.describe(job);
    assert_true(json_real_value(json_object_get(told, "parallelism")) == 1);
    json_decref(told);
    workload_gophers.free(job);
    workload_gophers.free(NULL);
}

static void carts_come_from_the_design(void **state)
{
    (void)state;
    struct gophers *job = make(json_pack("{s:i, s:s}", "books", 1, "design", "sixteen"));
    assert_int_equal(job->carts, 16);
    assert_int_equal(job->cart_bytes, 1 << 20);
    workload_gophers.free(job);
    job = make(json_pack("{s:i, s:s, s:i}", "books", 1, "design", "eight", "carts", 2));
    assert_int_equal(job->carts, 2);
    workload_gophers.free(job);
}

static void refuses(void **state)
{
    static const struct {
        const char *params;
        enum exit_code code;
        const char *says;
    } facts[] = {
        {"{}", EXIT_USAGE, "either books or paths"},
        {"{\"books\": 1, \"paths\": [\"/\"]}", EXIT_USAGE, "either books or paths"},
        {"{\"books\": -1}", EXIT_USAGE, "books must be"},
        {"{\"books\": 5000000000}", EXIT_USAGE, "books must be"},
        {"{\"books\": 1, \"book\": 2}", EXIT_USAGE, "unknown parameter 'book'"},
        {"{\"books\": 1, \"design\": \"five\"}", EXIT_USAGE, "four-staging"},
        {"{\"books\": 1, \"design\": \"eight\", \"carts\": 1}", EXIT_USAGE, "2 lanes"},
        {"{\"books\": 1, \"carts\": 0}", EXIT_USAGE, "carts must be"},
        {"{\"books\": 1, \"cart_bytes\": 63}", EXIT_USAGE, "cart_bytes must be"},
        {"{\"books\": 1, \"skew\": \"odd\"}", EXIT_USAGE, "none, lognormal, giant"},
        {"{\"books\": 1, \"carts\": 60000, \"cart_bytes\": 100000000000}", EXIT_RESOURCE,
         "carts"},
        {"{\"books\": 4000000000, \"book_bytes\": 1000000000}", EXIT_RESOURCE,
         "library needs"},
        {"{\"books\": 4000000000, \"book_bytes\": 4000000000000}", EXIT_USAGE,
         "fit no memory"},
        {"{\"paths\": \"/\"}", EXIT_USAGE, "list of texts"},
        {"{\"paths\": [1]}", EXIT_USAGE, "list of texts"},
        {"{\"paths\": [\"/\"], \"skew\": \"none\"}", EXIT_USAGE, "generated"},
        {"{\"paths\": [\"/nowhere\\\\x0a\"]}", EXIT_INPUT, "/nowhere\n: cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why;
        json_t *params = json_loads(facts[i].params, 0, NULL);
        assert_non_null(params);
        assert_null(try_make(params, &why));
        if (why.code != facts[i].code || !strstr(why.text, facts[i].says))
            fail_msg("%s: got %d, '%s'", facts[i].params, why.code, why.text);
    }
}

static void too_many_loads_are_refused(void **state)
{
    struct fail why;
    (void)state;
    const char *path = scratch_file(&scratch, "giant", "", 0);
    if (truncate(path, (off_t)1 << 43))
        skip();
    json_t *params = paths_of(path);
    json_object_set_new(params, "cart_bytes", json_integer(64));
    assert_null(try_make(params, &why));
    assert_int_equal(why.code, EXIT_USAGE);
    assert_non_null(strstr(why.text, "take larger carts"));
    unlink(path);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_by_hand),
        cmocka_unit_test(cuts_any_library_well),
        cmocka_unit_test(the_digests_are_nists),
        cmocka_unit_test(sha256sum_accepts_the_manifest),
        cmocka_unit_test(says_when_the_manifest_cannot_be_written),
        cmocka_unit_test(tells_work_and_span),
        cmocka_unit_test(carts_come_from_the_design),
        cmocka_unit_test(refuses),
        cmocka_unit_test(too_many_loads_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
