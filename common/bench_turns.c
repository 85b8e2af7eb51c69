// bench_turns.c -- see bench_turns.h; and bench_order of bench.h.
#include "bench_turns.h"

#include "bench.h"

enum { FAR = 10 };  // times the fastest's time

void bench_order(int round, int n, int *order)
{
    // Even rounds go forward from a moving start, odd ones retrace the round before.
    for (int i = 0; i < n; i++) {
        int at = (i + round / 2) % n;
        order[round % 2 ? n - 1 - i : i] = at;
    }
}

// One run's time; 0: not known.
static double one_run_s(const struct cell *cell)
{
    return cell->count > 0 ? cell->samples[0].total_s : cell->warmup.total_s;
}

static bool far_behind(const struct cell *cells, int count, const struct cell *cell)
{
    double fastest_s = 0;
    for (int i = 0; i < count; i++) {
        const double s = one_run_s(&cells[i]);
        if (!cells[i].failed && s > 0 && (fastest_s == 0 || s < fastest_s))
            fastest_s = s;
    }
    return one_run_s(cell) > FAR * fastest_s;
}

bool bench_sits_out(const struct cell *cells, int count, const struct cell *cell,
                    double time_s)
{
    double used_s = 0;
    if (cell->count == 0 || !far_behind(cells, count, cell))
        return false;
    for (size_t i = 0; i < cell->count; i++)
        used_s += cell->samples[i].total_s * (double)cell->repeats;
    return used_s + one_run_s(cell) * (double)cell->repeats > time_s / count;
}

bool bench_warmup_is_enough(const struct cell *cells, int count, const struct cell *cell,
                            double time_s)
{
    // A burst's first run was a cold one, and says nothing.
    return cell->count == 0 && cell->repeats <= 1 &&
           cell->warmup.total_s > time_s / count && far_behind(cells, count, cell);
}
