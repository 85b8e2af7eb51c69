// deliver.c -- see deliver.h.
#include "deliver.h"

#include "write_all.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Where the worker writes: the temporary file beside the target, or memory on the way to
// standard output.
static int open_save(struct outfile *out, const char *path, int *fd, struct fail *why)
{
    *fd = -1;
    if (!path)
        return 0;
    if (outfile_open(out, path, why))
        return -1;
    *fd = out->path ? fileno(out->stream) : memfd_create("result", MFD_CLOEXEC);
    if (*fd < 0)
        return fail(why, EXIT_RESOURCE, "no memory for the result: %s", strerror(errno));
    return 0;
}

static int close_save(struct outfile *out, int fd, struct fail *why)
{
    if (!out->stream)
        return 0;
    int bad = out->path ? 0 : outfile_fill(out, fd, why);
    return bad ? -1 : outfile_commit(out, why);
}

// Whether the worker's result may be handed over: it was finished and found right.
static bool stands(const struct result *r)
{
    return !r->interrupted && r->cell_count == 1 && !r->cells[0].failed;
}

// One engine: the only one asked for, or the first of the fallbacks that is there.
static int choose_engine(struct session *s, const struct options *o,
                         const struct delivery *d, struct fail *why)
{
    bool all = o->variants.count == 1 && strcmp(o->variants.item[0], "all") == 0;
    if (o->engines.count > 1 || o->thread_count > 1 || o->variants.count > 1 || all)
        return fail(why, EXIT_USAGE,
                    "takes one engine, one thread count and one variant");
    for (int i = 0; i == 0 || (o->engines.count == 0 && d->fallback[i]); i++) {
        const char *const only[] = {d->fallback[i], NULL};
        plan_free(&s->plan);
        s->plan.result = &s->result;
        if (plan_columns(&s->plan, o, only, false, why))
            return -1;
        if (!s->plan.columns[0].absent.code)
            return 0;
    }
    return 0;  // its absence becomes the cell's sentence
}

// Standard input, to its end, as a file that a worker can read: a worker is in no
// foreground process group, and how long its source takes is no engine's fault.
static int take_stdin(int *fd, struct fail *why)
{
    char chunk[1 << 16];
    ssize_t n;
    *fd = memfd_create("standard input", MFD_CLOEXEC);
    if (*fd < 0)
        return fail(why, EXIT_RESOURCE, "no memory for standard input: %s",
                    strerror(errno));
    while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0)
        if (write_all(*fd, chunk, (size_t)n, why))
            return -1;
    if (n < 0)
        return fail(why, EXIT_INPUT, "standard input cannot be read: %s",
                    strerror(errno));
    lseek(*fd, 0, SEEK_SET);
    return 0;
}

static int run(struct session *s, const struct options *o, const struct delivery *d,
               int save_fd, int stdin_fd, struct fail *why)
{
    struct bench_opts how = {.runs = o->runs ? o->runs : 1,
                             .warmup = o->warmup >= 0 ? o->warmup : 0,
                             .save_fd = save_fd,
                             .stdin_fd = stdin_fd};
    if (choose_engine(s, o, d, why) || d->plan(s, o, why))
        return -1;
    assert(s->result.cell_count == 1);
    session_measure(s, o, how);
    // Limits last: bad input is told at once.
    if (d->table && stands(&s->result))
        session_limits(s, o);
    return 0;
}

enum exit_code deliver(struct options *o, int argc, char **argv, const struct delivery *d,
                       struct fail *why)
{
    struct session s = {.journal.fd = -1};
    struct outfile out = {0};
    int fd = -1, stdin_fd = -1;
    enum exit_code code = EXIT_OK;
    s.stdout_taken = d->output && strcmp(d->output, "-") == 0;
    if ((d->with_stdin && take_stdin(&stdin_fd, why)) ||
        session_open(&s, o, argc, argv, why) || open_save(&out, d->output, &fd, why) ||
        run(&s, o, d, fd, stdin_fd, why))
        code = why->code;
    else
        code = session_report(&s, o, d->table, why);
    if (stands(&s.result) && code == EXIT_OK && close_save(&out, fd, why))
        code = why->code;
    if (session_complaints(&s) && code == EXIT_OK) {
        code = EXIT_INPUT;
        why->text[0] = '\0';
    }
    if (fd >= 0 && s.stdout_taken)
        close(fd);
    if (stdin_fd >= 0)
        close(stdin_fd);
    outfile_abandon(&out);
    session_close(&s);
    return code;
}
