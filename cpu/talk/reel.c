// reel.c -- see reel.h.
#include "reel.h"

#include "site.h"

#include <stdlib.h>

static int by_begin(const void *a, const void *b)
{
    const struct turn_on_proc *x = a, *y = b;
    if (x->from_ns != y->from_ns)
        return x->from_ns < y->from_ns ? -1 : 1;
    return (x->gopher > y->gopher) - (x->gopher < y->gopher);
}

static int by_proc(const void *a, const void *b)
{
    const struct turn_on_proc *x = a, *y = b;
    if (x->proc != y->proc)
        return x->proc < y->proc ? -1 : 1;
    return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

static size_t stints_of(const struct record *record)
{
    size_t count = 0;
    for (int i = 0; i < record->gophers; i++)
        count += record->diaries[i].count;
    return count;
}

static void list_turns(struct reel *reel)
{
    const struct record *record = &reel->record;
    reel->turns = record_room(stints_of(record), sizeof *reel->turns);
    if (record->plan.work == WORK_WAIT)
        return;
    for (int i = 0; i < record->gophers; i++) {
        const struct diary *diary = &record->diaries[i];
        for (size_t k = 0; k < diary->count; k++) {
            const struct stint *s = &diary->stints[k];
            if (s->doing == DOING_WORK)
                reel->turns[reel->turn_count++] =
                    (struct turn_on_proc){s->from_ns, s->to_ns, i, 0};
        }
    }
    qsort(reel->turns, reel->turn_count, sizeof *reel->turns, by_begin);
}

// The processor for a turn; one more than there are, if all are taken: as only a record
// of real time can have it, where clocks are read a little late.
static int choose_proc(const uint64_t *free_at, int procs, int had, uint64_t from_ns)
{
    if (had >= 0 && free_at[had] <= from_ns)
        return had;
    int proc = 0;
    while (proc < procs && free_at[proc] > from_ns)
        proc++;
    return proc;
}

static void deal_procs(struct reel *reel)
{
    const int procs = reel->proc_count;
    uint64_t *free_at = record_room((size_t)procs + 1, sizeof *free_at);
    int *had = record_room((size_t)reel->record.gophers, sizeof *had);
    for (int i = 0; i < reel->record.gophers; i++)
        had[i] = -1;
    for (size_t i = 0; i < reel->turn_count; i++) {
        struct turn_on_proc *turn = &reel->turns[i];
        turn->proc = choose_proc(free_at, procs, had[turn->gopher], turn->from_ns);
        free_at[turn->proc] = turn->to_ns;
        had[turn->gopher] = turn->proc < procs ? turn->proc : -1;
    }
    free(had);
    free(free_at);
    qsort(reel->turns, reel->turn_count, sizeof *reel->turns, by_proc);
    reel->first = record_room((size_t)procs + 1, sizeof *reel->first);
    size_t at = 0;
    for (int p = 0; p <= procs; p++) {
        reel->first[p] = at;
        while (at < reel->turn_count && reel->turns[at].proc == p)
            at++;
    }
}

static void list_events(struct reel *reel)
{
    const struct record *record = &reel->record;
    uint64_t *events = record_room(2 * stints_of(record) + 2, sizeof *events);
    size_t count = 0, kept = 0;
    events[count++] = 0;
    events[count++] = record->end_ns;
    for (int i = 0; i < record->gophers; i++) {
        const struct diary *diary = &record->diaries[i];
        for (size_t k = 0; k < diary->count; k++) {
            events[count++] = diary->stints[k].from_ns;
            events[count++] = diary->stints[k].to_ns;
        }
    }
    qsort(events, count, sizeof *events, record_by_time);
    for (size_t i = 0; i < count; i++)
        if (events[i] <= record->end_ns && (kept == 0 || events[i] != events[kept - 1]))
            events[kept++] = events[i];
    reel->events = events;
    reel->event_count = kept;
}

struct reel reel_of(struct record *record)
{
    struct reel reel = {.record = *record,
                        .rate = record_rate(record),
                        .bound = plan_bound(&record->plan),
                        .proc_count = record->plan.procs};
    *record = (struct record){0};
    uint64_t sum = 0;
    for (enum trip trip = LOAD; trip < TRIPS; trip++)
        sum += reel.record.plan.trip_ns[trip];
    reel.pace_ns = sum / TRIPS ? sum / TRIPS : 1;
    list_turns(&reel);
    deal_procs(&reel);
    list_events(&reel);
    return reel;
}

int reel_make(struct reel *reel, const struct gopher_plan *plan, struct fail *why)
{
    struct record record;
    *reel = (struct reel){0};
    for (enum trip trip = LOAD; trip < TRIPS; trip++)
        if (plan_trip_ns(plan, trip) == 0)
            return fail(why, EXIT_USAGE,
                        "gophers: trips that take no time cannot be watched");
    if (site_run(plan, &record, why) != 0)
        return -1;
    *reel = reel_of(&record);
    return 0;
}

void reel_free(struct reel *reel)
{
    record_free(&reel->record);
    free(reel->turns);
    free(reel->first);
    free(reel->events);
    *reel = (struct reel){0};
}

int reel_running(const struct reel *reel, int proc, uint64_t ns)
{
    size_t low = reel->first[proc], high = reel->first[proc + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reel->turns[middle].to_ns > ns)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == reel->first[proc + 1] || reel->turns[low].from_ns > ns)
        return -1;
    return reel->turns[low].gopher;
}

// How many events are not after ns: at least one, for the first is 0.
static size_t events_until(const struct reel *reel, uint64_t ns)
{
    size_t low = 0, high = reel->event_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reel->events[middle] <= ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t reel_next(const struct reel *reel, uint64_t ns)
{
    size_t next = events_until(reel, ns);
    return reel->events[next < reel->event_count ? next : reel->event_count - 1];
}

uint64_t reel_before(const struct reel *reel, uint64_t ns)
{
    size_t until = ns > 0 ? events_until(reel, ns - 1) : 1;
    return reel->events[until - 1];
}

// When that many loads were ash, and at the end of the run for more than there were.
static uint64_t burnt_at(const struct reel *reel, uint32_t loads)
{
    if (loads == 0)
        return 0;
    if (loads > reel->record.burnt)
        return reel->record.end_ns;
    return reel->record.burnt_ns[loads - 1];
}

uint64_t reel_same(const struct reel *from, const struct reel *to, uint64_t ns)
{
    uint32_t burnt = 0;
    while (burnt < from->record.burnt && from->record.burnt_ns[burnt] <= ns)
        burnt++;
    uint64_t begin = burnt_at(from, burnt), end = burnt_at(from, burnt + 1);
    uint64_t to_begin = burnt_at(to, burnt), to_end = burnt_at(to, burnt + 1);
    double part = end > begin ? (double)(ns - begin) / (double)(end - begin) : 1;
    if (part > 1)
        part = 1;
    return to_begin + (uint64_t)(part * (double)(to_end - to_begin));
}
