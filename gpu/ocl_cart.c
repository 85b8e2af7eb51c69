// ocl_cart.c -- see ocl_cart.h.
#include "ocl_cart.h"

#include "ocl_errname.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64, STATE_WORDS = DIGEST_BYTES / 4 };

int ocl_cart_make(struct ocl_cart *c, const struct ocl *o, const struct gophers *job,
                  struct fail *why)
{
    const size_t pieces = job->longest_load_segments;
    *c = (struct ocl_cart){0};
    if (ocl_pair_make(&c->text, o, job->cart_bytes, why) == 0 &&
        ocl_pair_make(&c->pieces, o, pieces * sizeof(struct piece), why) == 0 &&
        ocl_pair_make(&c->tails, o, pieces * TAIL_BYTES, why) == 0 &&
        ocl_pair_make(&c->states, o, pieces * DIGEST_BYTES, why) == 0)
        return 0;
    ocl_cart_free(c);
    return -1;
}

void ocl_cart_free(struct ocl_cart *c)
{
    ocl_cart_forget(c);
    ocl_pair_free(&c->states);
    ocl_pair_free(&c->tails);
    ocl_pair_free(&c->pieces);
    ocl_pair_free(&c->text);
    ocl_release_queue(&c->own);
    *c = (struct ocl_cart){0};
}

// Longest first, so that neighbours, which share a vector, end together.
static int by_blocks(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->blocks != y->blocks)
        return x->blocks < y->blocks ? 1 : -1;
    return x->segment < y->segment ? -1 : x->segment > y->segment;
}

// The end of a book of `total` bytes: what whole blocks left over, a one bit, zeros, and
// the length in bits. Returns how many blocks that takes.
static cl_uint write_tail(uint8_t *tail, const uint8_t *rest, uint64_t total)
{
    const size_t left = total % BLOCK_BYTES;
    const size_t blocks = left < BLOCK_BYTES - 8 ? 1 : 2;
    const uint64_t bits = total * 8;
    uint8_t *end = tail + blocks * BLOCK_BYTES;
    memset(tail, 0, TAIL_BYTES);
    memcpy(tail, rest, left);
    tail[left] = 0x80;
    for (int i = 0; i < 8; i++)
        *--end = (uint8_t)(bits >> (8 * i));
    return (cl_uint)blocks;
}

uint32_t ocl_cart_cut(struct ocl_cart *c, const struct gophers *job)
{
    struct piece *pieces = c->pieces.host;
    const uint8_t *text = c->text.host;
    uint8_t *tails = c->tails.host;
    uint32_t count = 0;

    for (uint32_t i = 0; i < c->load->segments; i++) {
        const uint32_t number = c->load->first_segment + i;
        const struct segment *s = &job->segment[number];
        // A long book's stretches are whole blocks up to its last.
        assert(s->last || s->bytes % BLOCK_BYTES == 0);
        if (job->ash[s->book].error == 0)
            pieces[count++] = (struct piece){.at = s->at,
                                             .blocks = (cl_uint)(s->bytes / BLOCK_BYTES),
                                             .goes_on = !s->first,
                                             .segment = number};
    }
    qsort(pieces, count, sizeof *pieces, by_blocks);
    for (uint32_t i = 0; i < count; i++) {
        const struct segment *s = &job->segment[pieces[i].segment];
        if (s->last)
            pieces[i].tails =
                write_tail(tails + (size_t)i * TAIL_BYTES,
                           text + s->at + (size_t)pieces[i].blocks * BLOCK_BYTES,
                           s->offset + s->bytes);
    }
    return c->count = count;
}

static int flush(cl_command_queue queue, struct fail *why)
{
    const cl_int status = clFlush(queue);
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "cannot flush a queue");
}

int ocl_cart_give(struct ocl_cart *c, struct fail *why)
{
    // The kernel waits for the last of these. The states only come back; where memory is
    // shared the device has to own them first.
    if (!c->states.pinned && ocl_pair_give(&c->states, c->write, 0, NULL, why) != 0)
        return -1;
    if (ocl_pair_give(&c->text, c->write, c->load->cart_bytes, &c->given[0], why) != 0 ||
        ocl_pair_give(&c->pieces, c->write, c->count * sizeof(struct piece), &c->given[1],
                      why) != 0 ||
        ocl_pair_give(&c->tails, c->write, (size_t)c->count * TAIL_BYTES, &c->given[2],
                      why) != 0)
        return -1;
    return flush(c->write, why);
}

int ocl_cart_take(struct ocl_cart *c, struct fail *why)
{
    if (ocl_pair_take(&c->text, c->read, 0, c->burnt, NULL, why) != 0 ||
        ocl_pair_take(&c->pieces, c->read, 0, c->burnt, NULL, why) != 0 ||
        ocl_pair_take(&c->tails, c->read, 0, c->burnt, NULL, why) != 0 ||
        ocl_pair_take(&c->states, c->read, (size_t)c->count * DIGEST_BYTES, c->burnt,
                      &c->back, why) != 0)
        return -1;
    return flush(c->read, why);
}

static void store_digest(uint8_t digest[DIGEST_BYTES], const uint32_t state[STATE_WORDS])
{
    for (int i = 0; i < DIGEST_BYTES; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}

// The device's time between a command's start and its end; 0 where it does not say.
static uint64_t event_ns(cl_event event)
{
    cl_ulong start = 0, end = 0;
    if (!event ||
        clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start,
                                NULL) != CL_SUCCESS ||
        clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end,
                                NULL) != CL_SUCCESS)
        return 0;
    return end > start ? end - start : 0;
}

int ocl_cart_collect(struct ocl_cart *c, const struct gophers *job, struct phases *phases,
                     struct fail *why)
{
    const cl_int status = clWaitForEvents(1, &c->back);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "burning a cart failed");
    const struct piece *pieces = c->pieces.host;
    const uint32_t *states = c->states.host;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct segment *s = &job->segment[pieces[i].segment];
        if (s->last)
            store_digest(job->ash[s->book].digest, states + (size_t)i * STATE_WORDS);
    }
    phases->run_ns += event_ns(c->burnt);
    // Where memory is shared, taking it over is not a transfer.
    if (c->states.pinned) {
        for (int i = 0; i < 3; i++)
            phases->upload_ns += event_ns(c->given[i]);
        phases->download_ns += event_ns(c->back);
    }
    ocl_cart_forget(c);
    return 0;
}

void ocl_cart_forget(struct ocl_cart *c)
{
    for (int i = 0; i < 3; i++)
        ocl_release_event(&c->given[i]);
    ocl_release_event(&c->burnt);
    ocl_release_event(&c->back);
    ocl_pair_recall(&c->text);
    ocl_pair_recall(&c->pieces);
    ocl_pair_recall(&c->tails);
    ocl_pair_recall(&c->states);
    c->load = NULL;
}
