// cpu_engine.h -- what the engines of the CPU share: everything but who does what when.
//
// serial, omp and csp multiply with the same gemm_block and burn with the same burn_cart,
// in the same memory. What differs stands in <engine>_matmul.c and <engine>_gophers.c.
#ifndef CPU_ENGINE_H
#define CPU_ENGINE_H

#include "burn.h"
#include "engine.h"
#include "gemm.h"
#include "gophers.h"
#include "matmul.h"
#include "space.h"

#include <stdbool.h>

// A cart has a side at either end of its way: books are loaded into `here`, carried over
// to `there`, and burnt there.
struct cart {
    uint8_t *here, *there;
    const struct load *load;
};

// A gopher who does everything himself, one for each thread.
struct loner {
    struct cart cart;
    struct message *scratch;
    struct burning going;
    struct library_cursor cursor;
};

struct cpu_engine {
    int threads;
    uint64_t seed;
    char variant[64];  // empty: the best
    bool in_run;       // csp's own: its entries are called in a task

    struct space matmul_space;  // holds what follows
    struct gemm gemm;
    void **space;  // one a thread
    void **carts;  // packed columns of B
    size_t cart_count;
    struct csp_crew *csp_crew;  // csp_matmul.c's own

    struct space gophers_space;  // holds what follows
    struct burner burner;
    struct loner *loners;
    struct village *village;  // csp_gophers.c's own
};

// The CPU as a device; `how` says what the engine runs on, as "OpenMP 201511".
int cpu_probe(struct device *found, int max, const char *how);

int cpu_open(const struct engine_opts *, int threads, struct engine_facts *, void **ctx,
             struct fail *why);
void cpu_close(void *ctx);

// Plans the product and makes its space: a block of A for each thread, and carts for at
// most `carts` column blocks of B.
int cpu_prepare_matmul(struct cpu_engine *, const struct matmul *, size_t carts,
                       struct engine_facts *, struct fail *why);

// The only block of a product that has no other.
void cpu_multiply_alone(const struct cpu_engine *);

// Chooses the burning kernels; what cpu_prepare_gophers begins with.
int cpu_prepare_burning(struct cpu_engine *, struct engine_facts *, struct fail *why);

// ... and gives every thread a cart.
int cpu_prepare_gophers(struct cpu_engine *, const struct gophers *,
                        struct engine_facts *, struct fail *why);

int cart_make(struct cart *, const struct gophers *, struct space *, struct fail *why);
void cart_carry_over(struct cart *);

// Loads, carries and burns all loads of a shipment, one after another.
void cpu_burn_shipment(const struct burner *, const struct gophers *,
                       const struct shipment *, struct loner *);

#endif
