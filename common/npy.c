// npy.c -- see npy.h.
//
// The header is a Python dictionary, {'descr': '<f8', 'fortran_order': False, 'shape':
// (3, 4),
// }, which is parsed here by hand: keys in any order, any spacing, either quote. Nothing
// is allocated from a number in the file before the file was seen to be as long as it
// says.
#include "npy.h"

#include "pages.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "files are read as they lie in memory");

enum {
    MAGIC_BYTES = 8,      // "\x93NUMPY", major, minor
    HEADER_MAX = 1 << 20, // a dictionary with three keys needs far less
    DIMENSIONS_MAX = 32,  // NumPy's own limit
    STRIP_BYTES = 1 << 20 // of columns turned at a time
};

struct source {
    int fd;
    uint64_t bytes; // of the whole file
    char shown[TEXT_CUT_BYTES];
    struct fail *why;
};

struct header {
    char descr[32];
    bool fortran, has_descr, has_order, has_shape;
    int dimensions;
    uint64_t shape[DIMENSIONS_MAX];
    uint64_t data_at;
};

// What is left of the dictionary; *end is a NUL.
struct cursor {
    const char *at, *end;
};

static int refuse(const struct source *s, const char *reason)
{
    return fail(s->why, EXIT_INPUT, "%s: %s", s->shown, reason);
}

static const char *kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "is a folder, not a matrix in NumPy's format";
    if (S_ISFIFO(mode))
        return "is a FIFO; only regular files are read";
    if (S_ISSOCK(mode))
        return "is a socket; only regular files are read";
    return "is a device; only regular files are read";
}

static int open_source(struct source *s, const char *path)
{
    struct stat st;
    text_cut(s->shown, path);
    // O_NONBLOCK: a FIFO or a device must be refused, not waited for.
    s->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0 && errno == ENXIO && stat(path, &st) == 0)
        return refuse(s, kind_of(st.st_mode));
    if (s->fd < 0 || fstat(s->fd, &st))
        return fail(s->why, EXIT_INPUT, "%s: cannot be opened: %s", s->shown,
                    strerror(errno));
    if (!S_ISREG(st.st_mode))
        return refuse(s, kind_of(st.st_mode));
    s->bytes = (uint64_t)st.st_size;
    return s->bytes > 0 ? 0 : refuse(s, "is empty");
}

static int read_exactly(const struct source *s, void *to, size_t bytes, uint64_t offset)
{
    char *at = to;
    while (bytes > 0) {
        ssize_t n = pread(s->fd, at, bytes, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(s->why, EXIT_INPUT, "%s: cannot be read: %s", s->shown,
                        strerror(errno));
        if (n == 0)
            return refuse(s, "became shorter while it was read");
        at += n;
        bytes -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && isspace((unsigned char)*c->at))
        c->at++;
}

static bool take(struct cursor *c, char wanted)
{
    skip_space(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    skip_space(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

// A quoted string without escapes; false when it is none, or longer than room allows.
static bool take_string(struct cursor *c, char *to, size_t room)
{
    skip_space(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    const char quote = *c->at;
    const char *close = memchr(c->at + 1, quote, (size_t)(c->end - c->at - 1));
    if (!close || (size_t)(close - c->at) > room ||
        memchr(c->at, '\\', (size_t)(close - c->at)))
        return false;
    size_t n = (size_t)(close - c->at - 1);
    memcpy(to, c->at + 1, n);
    to[n] = '\0';
    c->at = close + 1;
    return true;
}

static bool take_number(struct cursor *c, uint64_t *value)
{
    skip_space(c);
    const char *start = c->at;
    for (*value = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        uint64_t digit = (uint64_t)(*c->at - '0');
        if (__builtin_mul_overflow(*value, 10u, value) ||
            __builtin_add_overflow(*value, digit, value))
            *value = UINT64_MAX; // refused later, by its size
    }
    bool any = c->at > start;
    if (any && c->at < c->end && *c->at == 'L')
        c->at++; // Python 2 wrote (3L, 4L)
    return any;
}

// A tuple: (), (3,), (3, 4), (3, 4,).
static bool take_shape(struct cursor *c, struct header *h)
{
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        if (h->dimensions == DIMENSIONS_MAX ||
            !take_number(c, &h->shape[h->dimensions++]))
            return false;
        if (take(c, ','))
            continue;
        return h->dimensions > 1 && take(c, ')'); // (3) is a number, not a tuple
    }
    return true;
}

static int parse_member(const struct source *s, struct cursor *c, struct header *h)
{
    char key[16];
    if (!take_string(c, key, sizeof key) || !take(c, ':'))
        return refuse(s, "has a damaged header");
    if (strcmp(key, "descr") == 0 && !h->has_descr) {
        h->has_descr = true;
        if (take(c, '['))
            return refuse(s, "holds records; only float32 and float64 are read");
        if (take_string(c, h->descr, sizeof h->descr))
            return 0;
    } else if (strcmp(key, "fortran_order") == 0 && !h->has_order) {
        h->has_order = true;
        h->fortran = take_word(c, "True");
        if (h->fortran || take_word(c, "False"))
            return 0;
    } else if (strcmp(key, "shape") == 0 && !h->has_shape) {
        h->has_shape = true;
        if (take_shape(c, h))
            return 0;
    }
    return fail(s->why, EXIT_INPUT, "%s: has a damaged header, at the key '%s'", s->shown,
                text_cut((char[TEXT_CUT_BYTES]){0}, key));
}

static int parse_dictionary(const struct source *s, struct cursor c, struct header *h)
{
    if (!take(&c, '{'))
        return refuse(s, "has a damaged header");
    while (!take(&c, '}')) {
        if (parse_member(s, &c, h))
            return -1;
        if (take(&c, ','))
            continue;
        if (take(&c, '}'))
            break;
        return refuse(s, "has a damaged header");
    }
    skip_space(&c);
    if (c.at != c.end)
        return refuse(s, "has a damaged header");
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return refuse(s, "has a header without descr, fortran_order or shape");
    return 0;
}

static int read_header(const struct source *s, struct header *h)
{
    unsigned char start[MAGIC_BYTES + 4] = {0};
    size_t some = s->bytes < sizeof start ? (size_t)s->bytes : sizeof start;
    if (read_exactly(s, start, some, 0))
        return -1;
    if (memcmp(start, "\x93NUMPY", 6 < some ? 6 : some) != 0)
        return refuse(s, "is not in NumPy's format (.npy)");
    if (some < MAGIC_BYTES + 2 || (some < MAGIC_BYTES + 4 && start[6] > 1))
        return refuse(s, "is cut short in its header");
    if (start[6] < 1 || start[6] > 3)
        return fail(s->why, EXIT_INPUT,
                    "%s: has version %d.%d of NumPy's format; 1 to 3 are read", s->shown,
                    start[6], start[7]);
    size_t length_bytes = start[6] == 1 ? 2 : 4;
    uint64_t length = start[8] | (uint64_t)start[9] << 8;
    if (length_bytes == 4)
        length |= (uint64_t)start[10] << 16 | (uint64_t)start[11] << 24;
    h->data_at = MAGIC_BYTES + length_bytes + length;
    if (length > HEADER_MAX)
        return fail(s->why, EXIT_INPUT, "%s: claims a header of %" PRIu64 " bytes",
                    s->shown, length);
    if (h->data_at > s->bytes)
        return refuse(s, "is cut short in its header");
    char *text = malloc(length + 1);
    if (!text)
        return fail(s->why, EXIT_RESOURCE, "%s: no memory for its header", s->shown);
    int rc = read_exactly(s, text, length, MAGIC_BYTES + length_bytes);
    if (rc == 0)
        rc = parse_dictionary(s, (struct cursor){text, text + length}, h);
    free(text);
    return rc;
}

static const char *type_name(const char *code)
{
    static const struct {
        const char *code, *name;
    } names[] = {
        {"f2", "float16"},     {"f16", "long double"},  {"i1", "int8"},
        {"i2", "int16"},       {"i4", "int32"},         {"i8", "int64"},
        {"u1", "uint8"},       {"u2", "uint16"},        {"u4", "uint32"},
        {"u8", "uint64"},      {"b1", "bool"},          {"c8", "complex64"},
        {"c16", "complex128"}, {"O", "Python objects"}, {"f4", "float32"},
        {"f8", "float64"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].code, code) == 0)
            return names[i].name;
    return code[0] == 'U' || code[0] == 'S' ? "text" : "elements of an unknown type";
}

static int read_type(const struct source *s, const struct header *h, enum elem *type)
{
    const char *code = h->descr;
    bool big = *code == '>';
    if (*code && strchr("<>=|", *code))
        code++;
    bool is_float = strcmp(code, "f4") == 0 || strcmp(code, "f8") == 0;
    if (is_float && !big) {
        *type = code[1] == '4' ? ELEM_F32 : ELEM_F64;
        return 0;
    }
    return fail(s->why, EXIT_INPUT,
                "%s: holds %s%s ('%s'); only little-endian float32 and float64 are read",
                s->shown, is_float ? "big-endian " : "", type_name(code),
                text_cut((char[TEXT_CUT_BYTES]){0}, h->descr));
}

static int read_shape(const struct source *s, const struct header *h, struct npy *to)
{
    uint64_t bytes, rows = h->dimensions == 2 ? h->shape[0] : 1;
    if (h->dimensions == 0)
        return refuse(s, "holds a single number, not a matrix");
    if (h->dimensions > 2)
        return fail(s->why, EXIT_INPUT, "%s: has %d dimensions; a matrix has 2", s->shown,
                    h->dimensions);
    uint64_t cols = h->shape[h->dimensions - 1];
    if (rows > PTRDIFF_MAX || cols > PTRDIFF_MAX ||
        __builtin_mul_overflow(rows, cols, &bytes) ||
        __builtin_mul_overflow(bytes, elem_bytes(to->type), &bytes) ||
        bytes > PTRDIFF_MAX)
        return refuse(s, "has a shape that fits no memory");
    uint64_t there = s->bytes - h->data_at;
    if (there != bytes)
        return fail(s->why, EXIT_INPUT,
                    "%s: %s: its header promises %" PRIu64 " bytes of elements, %" PRIu64
                    " are there",
                    s->shown,
                    there < bytes ? "is cut short" : "has something behind its end",
                    bytes, there);
    to->rows = (size_t)rows;
    to->cols = (size_t)cols;
    return 0;
}

static void turn_strip_f32(const float *strip, float *to, size_t rows, size_t cols,
                           size_t ld)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[i * ld + j] = strip[j * rows + i];
}

static void turn_strip_f64(const double *strip, double *to, size_t rows, size_t cols,
                           size_t ld)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[i * ld + j] = strip[j * rows + i];
}

// Column by column in the file, row by row in memory: some columns at a time, so that the
// matrix is held only once.
static int read_turned(const struct source *s, const struct header *h, struct npy *to)
{
    size_t element = elem_bytes(to->type), column = to->rows * element;
    size_t strip_cols = STRIP_BYTES / column > 1 ? STRIP_BYTES / column : 1;
    int rc = 0;
    void *strip = pages_make(strip_cols * column, s->shown, s->why);
    if (!strip)
        return -1;
    for (size_t j = 0; j < to->cols && rc == 0; j += strip_cols) {
        size_t cols = to->cols - j < strip_cols ? to->cols - j : strip_cols;
        rc = read_exactly(s, strip, cols * column, h->data_at + j * column);
        if (rc == 0 && to->type == ELEM_F32)
            turn_strip_f32(strip, (float *)to->data + j, to->rows, cols, to->cols);
        else if (rc == 0)
            turn_strip_f64(strip, (double *)to->data + j, to->rows, cols, to->cols);
    }
    free(strip);
    return rc;
}

static int read_elements(const struct source *s, const struct header *h, struct npy *to)
{
    size_t bytes = to->rows * to->cols * elem_bytes(to->type);
    to->data = pages_make(bytes, s->shown, s->why);
    if (!to->data)
        return -1;
    if (h->fortran && to->rows > 1 && to->cols > 1)
        return read_turned(s, h, to);
    return read_exactly(s, to->data, bytes, h->data_at);
}

int npy_load(const char *path, struct npy *to, struct fail *why)
{
    struct source s = {.fd = -1, .why = why};
    struct header h = {0};
    *to = (struct npy){0};
    int rc = 0;
    if (open_source(&s, path) || read_header(&s, &h) || read_type(&s, &h, &to->type) ||
        read_shape(&s, &h, to) || read_elements(&s, &h, to)) {
        npy_free(to);
        rc = -1;
    }
    if (s.fd >= 0)
        close(s.fd);
    return rc;
}

void npy_free(struct npy *npy)
{
    free(npy->data);
    *npy = (struct npy){0};
}
