// library.c -- see library.h. Walking folders is in library_walk.c.
#include "library.h"

#include "pages.h"
#include "rng.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 16 };

const char *const skew_names[] = {"none", "lognormal", "giant", NULL};

// Names are packed into blocks: a million of them are then a few allocations.
struct library_names {
    struct library_names *next;
    size_t used, room;
    char text[];
};

static const char *keep_name(struct library *lib, const char *name)
{
    size_t n = strlen(name) + 1;
    if (!lib->names || lib->names->room - lib->names->used < n) {
        size_t room = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        struct library_names *block = malloc(sizeof *block + room);
        if (!block)
            return NULL;
        *block = (struct library_names){.next = lib->names, .room = room};
        lib->names = block;
    }
    char *kept = lib->names->text + lib->names->used;
    memcpy(kept, name, n);
    lib->names->used += n;
    return kept;
}

// The array with room for one more behind count elements, moved if need be; NULL: no
// memory. It doubles whenever count is a power of two.
static void *with_room(void *array, size_t count, size_t element)
{
    if (count & (count - 1))
        return array;
    return reallocarray(array, count ? 2 * count : 1, element);
}

int library_add(struct library *lib, const char *name, const uint8_t *text,
                uint64_t bytes, struct fail *why)
{
    uint64_t total;
    if (__builtin_add_overflow(lib->total_bytes, bytes, &total) || total > INT64_MAX)
        return fail(why, EXIT_INPUT, "%s: with it the books are too long to count",
                    text_cut((char[TEXT_CUT_BYTES]){0}, name));
    const char *kept = keep_name(lib, name);
    struct book *books = kept ? with_room(lib->books, lib->count, sizeof *books) : NULL;
    if (!books)
        return fail(why, EXIT_RESOURCE, "no memory for a library of more than %zu books",
                    lib->count);
    lib->books = books;
    lib->books[lib->count++] = (struct book){kept, text, bytes};
    lib->files += !text;
    lib->total_bytes = total;
    if (bytes > lib->longest_bytes)
        lib->longest_bytes = bytes;
    return 0;
}

int library_complain(struct library *lib, const char *name, const char *reason,
                     struct fail *why)
{
    char *sentence = NULL,
         **all = with_room(lib->complaints, lib->complaint_count, sizeof *all);
    if (all)
        lib->complaints = all;
    if (!all || asprintf(&sentence, "%s: %s", name, reason) < 0)
        return fail(why, EXIT_RESOURCE, "no memory for complaints about %zu files",
                    lib->complaint_count);
    lib->complaints[lib->complaint_count++] = sentence;
    return 0;
}

// The median is 1; the mean, exp(1/2), is scaled away by the caller.
static double lognormal(struct rng *rng)
{
    double radius = sqrt(-2 * log(1 - rng_unit(rng)));
    return exp(radius * cos(2 * 3.14159265358979323846 * rng_unit(rng)));
}

static void draw_lognormal(uint64_t *size, size_t count, double total, uint64_t seed)
{
    struct rng rng = {seed}, again = {seed};
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += lognormal(&rng);
    for (size_t i = 0; i < count; i++)
        size[i] = (uint64_t)(lognormal(&again) * (total / sum));
}

static void draw_sizes(uint64_t *size, uint64_t seed, size_t count, uint64_t mean,
                       enum skew skew)
{
    struct rng rng = {seed};
    if (skew == SKEW_LOGNORMAL) {
        draw_lognormal(size, count, (double)mean * (double)count, seed);
        return;
    }
    for (size_t i = 0; i < count; i++)
        size[i] = mean;
    if (skew == SKEW_GIANT && count > 1) {
        uint64_t total = mean * count, giant = total / 2;
        for (size_t i = 0; i < count; i++)
            size[i] = (total - giant) / (count - 1);
        size[rng_below(&rng, count)] = giant;
    }
}

// Eight bytes a step; the memory is in whole pages, so that the last step has room.
static void write_text(struct library *lib, uint64_t seed)
{
    struct rng rng = {~seed};
    for (size_t i = 0; i < lib->memory_bytes; i += sizeof(uint64_t)) {
        uint64_t word = rng_next(&rng);
        memcpy(lib->memory + i, &word, sizeof word);
    }
    uint64_t at = 0;
    for (size_t i = 0; i < lib->count; i++) {
        lib->books[i].text = lib->memory + at;
        at += lib->books[i].bytes;
    }
    lib->files = 0;
}

static int generate(struct library *lib, uint64_t seed, const uint64_t *size,
                    size_t count, struct fail *why)
{
    char name[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "book-%06zu", i);
        if (library_add(lib, name, NULL, size[i], why))
            return -1;
    }
    lib->memory = pages_make((size_t)lib->total_bytes, "the library", why);
    if (!lib->memory)
        return -1;
    lib->memory_bytes = (size_t)lib->total_bytes;
    write_text(lib, seed);
    return 0;
}

int library_generate(struct library *lib, uint64_t seed, size_t count,
                     uint64_t mean_bytes, enum skew skew, struct fail *why)
{
    uint64_t total, with_books;
    *lib = (struct library){0};
    if (__builtin_mul_overflow(mean_bytes, (uint64_t)count, &total) ||
        __builtin_mul_overflow((uint64_t)count, 2 * sizeof(struct book), &with_books) ||
        __builtin_add_overflow(total, with_books, &with_books) ||
        with_books > PTRDIFF_MAX)
        return fail(why, EXIT_USAGE, "%zu books of %llu bytes fit no memory", count,
                    (unsigned long long)mean_bytes);
    if (pages_available(with_books, "the library", why))
        return -1;
    uint64_t *size = calloc(count + 1, sizeof *size);
    if (!size)
        return fail(why, EXIT_RESOURCE, "no memory for a library of %zu books", count);
    draw_sizes(size, seed, count, mean_bytes, skew);
    int rc = generate(lib, seed, size, count, why);
    free(size);
    if (rc)
        library_free(lib);
    return rc;
}

static int open_book(const struct book *book, int *fd)
{
    struct stat st;
    // O_NONBLOCK: what is a FIFO by now must not stop the reader.
    *fd = open(book->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, &st))
        return errno;
    return S_ISREG(st.st_mode) && (uint64_t)st.st_size == book->bytes ? 0 : ESTALE;
}

static ssize_t read_at(int fd, void *to, size_t n, uint64_t offset)
{
    ssize_t got;
    do
        got = pread(fd, to, n, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got;
}

static int read_file(int fd, uint64_t offset, size_t n, uint8_t *to)
{
    while (n > 0) {
        ssize_t got = read_at(fd, to, n, offset);
        if (got < 0)
            return errno;
        if (got == 0)
            return ESTALE;
        to += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

int library_read(const struct library *lib, size_t book, uint64_t offset, size_t n,
                 void *to, struct library_cursor *cursor)
{
    const struct book *b = &lib->books[book];
    if (b->text) {
        if (n > 0)
            memcpy(to, b->text + offset, n);
        return 0;
    }
    int error = 0;
    if (cursor->fd < 0 || cursor->book != book) {
        library_cursor_close(cursor);
        cursor->book = book;
        error = open_book(b, &cursor->fd);
    }
    if (!error)
        error = read_file(cursor->fd, offset, n, to);
    if (!error && offset + n == b->bytes) {
        char more;
        ssize_t got = read_at(cursor->fd, &more, 1, b->bytes);
        error = got < 0 ? errno : got > 0 ? ESTALE : 0;
    }
    if (error || offset + n == b->bytes)
        library_cursor_close(cursor);
    return error;
}

void library_cursor_close(struct library_cursor *cursor)
{
    if (cursor->fd >= 0)
        close(cursor->fd);
    cursor->fd = -1;
}

void library_free(struct library *lib)
{
    while (lib->names) {
        struct library_names *next = lib->names->next;
        free(lib->names);
        lib->names = next;
    }
    for (size_t i = 0; i < lib->complaint_count; i++)
        free(lib->complaints[i]);
    free(lib->complaints);
    free(lib->books);
    free(lib->memory);
    *lib = (struct library){0};
}
