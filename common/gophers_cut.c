// gophers_cut.c -- the library cut into segments, loads and shipments. See gophers.h.
//
// Greedy and in order: a load takes books until the next does not fit, so that the
// manifest's order is the order of the loads and a cart is as full as its books allow.
#include "gophers.h"

#include "pages.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
    SEGMENT_ALIGN = 64,
    LOAD_BOOKS_MAX = 65536 // more in one cart is bookkeeping, not freight
};

static size_t aligned(size_t at)
{
    return (at + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
}

// Pieces of a long book end at a whole block of SHA-256, so that a running digest has no
// tail.
static size_t piece_bytes(const struct gophers *job)
{
    return job->cart_bytes / SEGMENT_ALIGN * SEGMENT_ALIGN;
}

static uint64_t pieces(const struct gophers *job, uint64_t bytes)
{
    return bytes <= job->cart_bytes ? 1 : 1 + (bytes - 1) / piece_bytes(job);
}

static void begin_shipment(struct gophers *job)
{
    job->shipment[job->shipments++] = (struct shipment){.first_load = job->loads};
}

static void begin_load(struct gophers *job)
{
    job->load[job->loads++] =
        (struct load){.first_segment = job->segments, .shipment = job->shipments - 1};
    job->shipment[job->shipments - 1].loads++;
}

static void add_segment(struct gophers *job, struct segment segment)
{
    struct load *load = &job->load[job->loads - 1];
    job->segment[job->segments++] = segment;
    load->segments++;
    load->cart_bytes = segment.at + segment.bytes;
    load->text_bytes += segment.bytes;
    job->shipment[job->shipments - 1].bytes += segment.bytes;
    if (load->segments > job->longest_load_segments)
        job->longest_load_segments = load->segments;
}

static void add_long_book(struct gophers *job, uint32_t book, uint64_t bytes)
{
    size_t piece = piece_bytes(job);
    begin_shipment(job);
    for (uint64_t offset = 0; offset < bytes; offset += piece) {
        uint64_t left = bytes - offset;
        begin_load(job);
        add_segment(job, (struct segment){.book = book,
                                          .first = offset == 0,
                                          .last = left <= piece,
                                          .offset = offset,
                                          .bytes = left < piece ? (size_t)left : piece});
    }
}

// `open`: the last load has whole books and may take more.
static void add_book(struct gophers *job, uint32_t book, size_t bytes, bool open)
{
    size_t at = open ? aligned(job->load[job->loads - 1].cart_bytes) : 0;
    if (!open || at > job->cart_bytes || bytes > job->cart_bytes - at ||
        job->load[job->loads - 1].segments == LOAD_BOOKS_MAX) {
        begin_shipment(job);
        begin_load(job);
        at = 0;
    }
    add_segment(job,
                (struct segment){
                    .book = book, .first = true, .last = true, .bytes = bytes, .at = at});
}

int gophers_cut(struct gophers *job, struct fail *why)
{
    uint64_t most = 0;
    bool open = false;
    assert(job->cart_bytes >= CART_BYTES_MIN);
    for (size_t i = 0; i < job->library.count; i++)
        if (__builtin_add_overflow(most, pieces(job, job->library.books[i].bytes), &most))
            most = UINT64_MAX;
    if (most > UINT32_MAX)
        return fail(why, EXIT_USAGE,
                    "%zu books of %" PRIu64
                    " bytes make more than 2^32 loads of %zu bytes; take larger carts",
                    job->library.count, job->library.total_bytes, job->cart_bytes);
    if (pages_available(most * (sizeof *job->segment + sizeof *job->load),
                        "the list of loads", why))
        return -1;
    // No more loads than segments, no more shipments than loads; what stays unused costs
    // no memory, as it is never touched.
    job->segment = calloc(most + 1, sizeof *job->segment);
    job->load = calloc(most + 1, sizeof *job->load);
    job->shipment = calloc(most + 1, sizeof *job->shipment);
    if (!job->segment || !job->load || !job->shipment)
        return fail(why, EXIT_RESOURCE, "no memory for %" PRIu64 " loads", most);
    for (size_t i = 0; i < job->library.count; i++) {
        uint64_t bytes = job->library.books[i].bytes;
        bool whole = bytes <= job->cart_bytes;
        if (whole)
            add_book(job, (uint32_t)i, (size_t)bytes, open);
        else
            add_long_book(job, (uint32_t)i, bytes);
        open = whole;
    }
    assert(job->segments == most);
    return 0;
}
