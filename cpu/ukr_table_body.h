// ukr_table_body.h -- a loop for every number of rows and vectors, and who chooses among
// them.
//
// The includer defines, and this file undefines:
//   UKR_LOOP(t, rows, wide)  an inline function; `rows` and `wide` become literals
//   UKR_FN                   the name of the function that chooses
//   UKR_ROWS(X)              X(0) X(1) ... X(UKR_MR - 1)
//   UKR_MR                   rows
//   UKR_LANES                elements of a vector

#define UKR_PASTE(a, b, c) a##b##c
#define UKR_NAME(fn, r, w) UKR_PASTE(fn, r, w)
#define UKR_FIXED(r)                                                                     \
    static void UKR_NAME(UKR_LOOP, r, _narrow)(const struct ukr_tile *t)                 \
    {                                                                                    \
        UKR_LOOP(t, (r) + 1, false);                                                     \
    }                                                                                    \
    static void UKR_NAME(UKR_LOOP, r, _wide)(const struct ukr_tile *t)                   \
    {                                                                                    \
        UKR_LOOP(t, (r) + 1, true);                                                      \
    }
#define UKR_ENTRY(r) {UKR_NAME(UKR_LOOP, r, _narrow), UKR_NAME(UKR_LOOP, r, _wide)},

UKR_ROWS(UKR_FIXED)

static void UKR_FN(const struct ukr_tile *t)
{
    static const ukr_fn of[UKR_MR][2] = {UKR_ROWS(UKR_ENTRY)};
    of[t->rows - 1][t->cols > UKR_LANES](t);
}

#undef UKR_PASTE
#undef UKR_NAME
#undef UKR_FIXED
#undef UKR_ENTRY
#undef UKR_FN
#undef UKR_LOOP
#undef UKR_ROWS
#undef UKR_MR
#undef UKR_LANES
