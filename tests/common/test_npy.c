// test_npy.c -- NumPy's files, written here by hand, by npy_write and by NumPy itself.
#include "npy.h"

#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

static struct scratch scratch;

// A file of the given version, dictionary and count of elements 1, 2, 3, ...
static const char *make_file(const char *name, int version, const char *dictionary,
                             enum elem type, size_t elements)
{
    static unsigned char file[8192];
    size_t length = strlen(dictionary), at = version == 1 ? 10 : 12;
    memset(file, 0, sizeof file);
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (unsigned char)version;
    file[8] = (unsigned char)(length & 255);
    file[9] = (unsigned char)(length >> 8);
    memcpy(file + at, dictionary, length);
    at += length;
    for (size_t i = 0; i < elements; i++) {
        float f = (float)(i + 1);
        double d = (double)(i + 1);
        memcpy(file + at, type == ELEM_F32 ? (void *)&f : (void *)&d, elem_bytes(type));
        at += elem_bytes(type);
    }
    return scratch_file(&scratch, name, file, at);
}

static double at(const struct npy *m, size_t i, size_t j)
{
    size_t e = i * m->cols + j;
    return m->type == ELEM_F32 ? (double)((float *)m->data)[e] : ((double *)m->data)[e];
}

static void reads_headers_of_every_kind(void **state)
{
    static const struct {
        int version;
        const char *dictionary;
        enum elem type;
        size_t rows, cols;
        bool fortran;
    } facts[] = {
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }      \n",
         ELEM_F64, 2, 3, 0},
        {1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", ELEM_F32, 2,
         3, 1},
        {2, "{'shape':(3,2),'descr':'<f4','fortran_order':True}", ELEM_F32, 3, 2, 1},
        {3,
         " { \"fortran_order\" : False ,\n\t'shape' : ( 3 , 2 , ) , 'descr' : \"=f8\" , "
         "} \n",
         ELEM_F64, 3, 2, 0},
        {1, "{'descr': '|f4', 'fortran_order': False, 'shape': (5,)}", ELEM_F32, 1, 5, 0},
        {1, "{'descr': 'f8', 'fortran_order': True, 'shape': (5,)}", ELEM_F64, 1, 5, 1},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L)}", ELEM_F64, 2, 3,
         0},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 7)}", ELEM_F64, 0, 7,
         0},
        {1, "{'descr': '<f4', 'fortran_order': True, 'shape': (7, 0)}", ELEM_F32, 7, 0,
         1},
        {1, "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 9223372036854775807)}",
         ELEM_F32, 0, 9223372036854775807u, 1},
        {1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 6)}", ELEM_F32, 1, 6,
         1},
    };
    (void)state;
    for (size_t f = 0; f < sizeof facts / sizeof *facts; f++) {
        struct npy m;
        struct fail why = {EXIT_OK, ""};
        size_t rows = facts[f].rows, cols = facts[f].cols;
        const char *path = make_file("good.npy", facts[f].version, facts[f].dictionary,
                                     facts[f].type, rows * cols);
        if (npy_load(path, &m, &why))
            fail_msg("%s", why.text);
        assert_true(m.type == facts[f].type && m.rows == rows && m.cols == cols);
        assert_non_null(m.data);
        assert_int_equal((uintptr_t)m.data % 4096, 0);
        for (size_t i = 0; rows * cols > 0 && i < rows; i++)
            for (size_t j = 0; j < cols; j++)
                assert_true(at(&m, i, j) ==
                            (double)(facts[f].fortran ? j * rows + i : i * cols + j) + 1);
        npy_free(&m);
        npy_free(&m);
    }
}

// Loading must fail with EXIT_INPUT, name the file and say this.
static void assert_refused(const char *path, const char *says)
{
    struct npy m;
    struct fail why = {EXIT_OK, ""};
    assert_int_equal(npy_load(path, &m, &why), -1);
    assert_null(m.data);
    if (!strstr(why.text, says) || why.code != EXIT_INPUT ||
        strncmp(why.text, path, strlen(path)) != 0)
        fail_msg("expected %s, got %s", says, why.text);
}

static void refuses_headers_it_cannot_use(void **state)
{
    static const struct {
        const char *dictionary, *says;
    } facts[] = {
        {"{'descr': '>f8', 'fortran_order': False, 'shape': (2, 3)}",
         "big-endian float64 ('>f8')"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3)}",
         "holds int32 ('<i4')"},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)}", "holds float16"},
        {"{'descr': '<c16', 'fortran_order': False, 'shape': (2, 3)}",
         "holds complex128"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3)}", "holds bool"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}", "Python objects"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': (2, 3)}", "holds text"},
        {"{'descr': '\033[2J', 'fortran_order': False, 'shape': (2, 3)}", "unknown type"},
        {"{'descr': '', 'fortran_order': False, 'shape': (2, 3)}", "unknown type"},
        {"{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2, 3)}", "records"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': ()}", "single number"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3)}", "3 dimensions"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4)}",
         "is cut short: its header promises 64"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", "behind its end"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         "fits no memory"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999, "
         "1)}",
         "fits no memory"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000)}",
         "is cut short"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-2, 3)}", "damaged header"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (6)}", "damaged header"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2 3)}", "damaged header"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,,3)}", "damaged header"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3", "damaged header"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3)}", "'fortran_order'"},
        {"{'descr': '<f8', 'fortran_order': False}", "without descr"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
         "'descr'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
         "'more'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)} x", "damaged header"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (2, 3)}", "damaged header"},
        {"{'descr: '<f8', 'fortran_order': False, 'shape': (2, 3)}", "damaged header"},
        {"[]", "damaged header"},
        {"", "damaged header"},
        {"{", "damaged header"},
        {"{'", "damaged header"},
    };
    (void)state;
    for (size_t f = 0; f < sizeof facts / sizeof *facts; f++)
        assert_refused(make_file("bad.npy", 1, facts[f].dictionary, ELEM_F64, 6),
                       facts[f].says);
}

static void refuses_files_that_are_no_matrices(void **state)
{
    static const char whole[] =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}";
    unsigned char file[256];
    (void)state;
    assert_refused(scratch_path(&scratch, "missing.npy"), "No such file");
    assert_refused(scratch.folder, "is a folder");
    assert_refused("/dev/zero", "is a device");
    assert_refused("/dev/null", "is a device");
    assert_refused(scratch_file(&scratch, "empty", "", 0), "is empty");
    assert_refused(scratch_file(&scratch, "text", "hello, world", 12),
                   "not in NumPy's format");
    assert_refused(scratch_file(&scratch, "v9", "\x93NUMPY\x09\x00____", 12),
                   "version 9.0");
    assert_refused(
        scratch_file(&scratch, "huge", "\x93NUMPY\x02\x00\xff\xff\xff\xff", 12),
        "claims a header of 4294967295 bytes");
    scratch_path(&scratch, "fifo");
    assert_int_equal(mkfifo(scratch.path, 0600), 0);
    assert_refused(scratch.path, "is a FIFO");
    // Cut at every byte, it is never taken for whole.
    const char *path = make_file("whole.npy", 2, whole, ELEM_F64, 6);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, file, sizeof file);
    close(fd);
    for (ssize_t cut = 1; cut < n; cut++)
        assert_refused(scratch_file(&scratch, "cut.npy", file, (size_t)cut), "");
}

static void refuses_a_socket(void **state)
{
    (void)state;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", scratch.folder);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name))
        skip();
    assert_refused(scratch_path(&scratch, "socket"), "is a socket");
    close(fd);
}

static void refuses_what_it_may_not_read(void **state)
{
    (void)state;
    scratch_file(&scratch, "secret.npy", "x", 1);
    assert_int_equal(chmod(scratch.path, 0), 0);
    chmod(scratch.folder, 0755);
    // The superuser may read everything: become nobody for a moment.
    uid_t self = geteuid();
    if (self == 0 && seteuid(65534))
        skip();
    assert_refused(scratch.path, "Permission denied");
    assert_int_equal(seteuid(self), 0);
}

static void a_sparse_giant_needs_more_memory_than_there_is(void **state)
{
    static const char dictionary[] =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1048576, 1048576)}";
    struct npy m;
    struct fail why;
    (void)state;
    const char *path = make_file("giant.npy", 1, dictionary, ELEM_F64, 0);
    if (truncate(path, (off_t)(10 + strlen(dictionary)) + ((off_t)8 << 40)))
        skip();
    assert_int_equal(npy_load(path, &m, &why), -1);
    assert_int_equal(why.code, EXIT_RESOURCE);
    assert_non_null(strstr(why.text, "needs 8 TiB of memory, only"));
    assert_int_equal(unlink(path), 0);
}

static void a_large_fortran_matrix_is_turned(void **state)
{
    enum { ROWS = 700, COLS = 513 };  // several strips
    static double columns[ROWS * COLS];
    struct npy m;
    struct fail why;
    (void)state;
    for (size_t e = 0; e < ROWS * COLS; e++)
        columns[e] = (double)e;
    scratch_path(&scratch, "turned.npy");
    int fd = open(scratch.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(npy_write(fd, columns, ROWS, COLS, ELEM_F64, &why), 0);
    // The same file, said to be in the other order.
    char header[128];
    assert_int_equal(pread(fd, header, sizeof header, 0), sizeof header);
    char *order = memmem(header, sizeof header, "False", 5);
    assert_non_null(order);
    memcpy(order, "True ", 5);
    assert_int_equal(pwrite(fd, header, sizeof header, 0), sizeof header);
    close(fd);
    assert_int_equal(npy_load(scratch.path, &m, &why), 0);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            assert_true(at(&m, i, j) == (double)(j * ROWS + i));
    npy_free(&m);
}

static void writes_what_it_reads(void **state)
{
    static const float data[] = {1, -2.5f, 3e30f, 0, 5, 6};
    struct npy m;
    struct fail why;
    (void)state;
    scratch_path(&scratch, "out.npy");
    int fd = open(scratch.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(npy_write(fd, data, 3, 2, ELEM_F32, &why), 0);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 128 + sizeof data);
    char newline;
    assert_true(pread(fd, &newline, 1, 127) == 1 && newline == '\n');
    close(fd);
    assert_int_equal(npy_load(scratch.path, &m, &why), 0);
    assert_true(m.rows == 3 && m.cols == 2 && m.type == ELEM_F32);
    assert_memory_equal(m.data, data, sizeof data);
    npy_free(&m);
}

static void says_when_it_cannot_write(void **state)
{
    static const double data[4] = {0};
    struct fail why;
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        skip();
    assert_int_equal(npy_write(full, data, 2, 2, ELEM_F64, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_non_null(strstr(why.text, "No space left on device"));
    close(full);
    assert_int_equal(npy_write(-1, data, 2, 2, ELEM_F64, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
}

static int python(const char *program)
{
    char command[2048];
    // The distribution's python has the distribution's NumPy, whatever else is in the
    // PATH.
    snprintf(command, sizeof command,
             "cd %s && PATH=/usr/bin:$PATH python3 -c \"%s\" 2>/dev/null", scratch.folder,
             program);
    return system(command);
}

static void numpy_reads_what_we_write(void **state)
{
    static const double data[] = {1, 2, 3, 4, 5, 0.1};
    struct fail why;
    (void)state;
    if (python("import numpy"))
        skip();
    for (int type = ELEM_F32; type <= ELEM_F64; type++) {
        float narrow[6];
        for (int i = 0; i < 6; i++)
            narrow[i] = (float)data[i];
        int fd = open(scratch_path(&scratch, "ours.npy"),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        const void *from = type == ELEM_F32 ? (const void *)narrow : data;
        assert_int_equal(npy_write(fd, from, 2, 3, (enum elem)type, &why), 0);
        close(fd);
        assert_int_equal(
            python(type == ELEM_F32
                       ? "import numpy as n; a = n.load('ours.npy'); assert (a == "
                         "n.array([[1,2,3],[4,5,.1]], 'f4')).all() and a.dtype == "
                         "'<f4' and a.flags.c_contiguous"
                       : "import numpy as n; a = n.load('ours.npy'); assert (a == "
                         "n.array([[1,2,3],[4,5,.1]])).all() and a.dtype == '<f8'"),
            0);
    }
}

static void we_read_what_numpy_writes(void **state)
{
    static const char *const types[] = {"f4", "f8"}, *const orders[] = {"C", "F"};
    char program[512];
    (void)state;
    if (python("import numpy"))
        skip();
    for (int type = ELEM_F32; type <= ELEM_F64; type++)
        for (int order = 0; order < 2; order++)
            for (int version = 1; version <= 3; version++) {
                struct npy m;
                struct fail why;
                snprintf(
                    program, sizeof program,
                    "import numpy as n; f = open('theirs.npy', 'wb'); "
                    "n.lib.format.write_array(f, n.asarray(n.arange(35).reshape(5, 7), "
                    "'%s', '%s'), (%d, 0))",
                    types[type], orders[order], version);
                assert_int_equal(python(program), 0);
                assert_int_equal(npy_load(scratch_path(&scratch, "theirs.npy"), &m, &why),
                                 0);
                assert_true(m.rows == 5 && m.cols == 7 && m.type == (enum elem)type);
                for (size_t i = 0; i < 35; i++)
                    assert_true(at(&m, i / 7, i % 7) == (double)i);
                npy_free(&m);
            }
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
        cmocka_unit_test(reads_headers_of_every_kind),
        cmocka_unit_test(refuses_headers_it_cannot_use),
        cmocka_unit_test(refuses_files_that_are_no_matrices),
        cmocka_unit_test(refuses_a_socket),
        cmocka_unit_test(refuses_what_it_may_not_read),
        cmocka_unit_test(a_sparse_giant_needs_more_memory_than_there_is),
        cmocka_unit_test(a_large_fortran_matrix_is_turned),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(says_when_it_cannot_write),
        cmocka_unit_test(numpy_reads_what_we_write),
        cmocka_unit_test(we_read_what_numpy_writes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
