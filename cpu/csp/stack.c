// stack.c -- the memory of tasks: slots of stack, carved from arenas.
//
// An arena is 64 MiB of address space, aligned to its size, cut into slots of one power
// of two. Its first use maps it; it is never unmapped, and slots go from task to task,
// also from run to run. The memory behind an arena of which no slot has been in use for a
// while goes back to the kernel. Neighbouring arenas merge into one mapping of the
// kernel's, so that a million stacks need a handful of the 65530 mappings that a process
// may have.
//
// The lowest page of a slot is a guard, see guard.c.

#include "csp_impl.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    KEEP_FREE = 4096,  // free slots of a class that are never given back
    CARVE_MOST = 256   // slots carved at once, when many are asked for
};

#define ARENA_SIZE ((size_t)1 << ARENA_BITS)

struct arena {
    char *base;
    unsigned class;
    _Atomic uint32_t carved;  // slots handed out so far, from the base upwards
    uint32_t guarded;         // slots that have had their guard made
    uint32_t n_free;          // stack_trim's count
    struct arena *next;
    struct arena *empty_next;
};

struct pool {
    struct lock lock;
    struct task *free;
    size_t n_free, least_free;  // now, and since the last stack_trim
    struct arena *newest;       // the one being carved
    unsigned batch;             // slots to carve next
    struct arena *empty;        // given back: to be carved again
};

_Atomic uint8_t csp_arena_class[1u << (ADDRESS_BITS - ARENA_BITS)];
static struct pool pools[STACK_CLASS_MAX + 1];
static struct arena *arena_at[1u << (ADDRESS_BITS - ARENA_BITS)];
static _Atomic(struct arena *) arenas;

static unsigned class_at(const void *address)
{
    size_t index = (uintptr_t)address >> ARENA_BITS;
    if (index >= sizeof csp_arena_class)
        return 0;
    return atomic_load_explicit(&csp_arena_class[index], memory_order_relaxed);
}

// Maps one arena: at the hint if it is aligned already, else by cutting the ends off
// twice as much.
static char *map_arena(void)
{
    int prot = PROT_READ | PROT_WRITE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    struct arena *last = atomic_load_explicit(&arenas, memory_order_acquire);
    if (last) {
        char *p = mmap(last->base - ARENA_SIZE, ARENA_SIZE, prot, flags, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        if ((uintptr_t)p % ARENA_SIZE == 0)
            return p;
        munmap(p, ARENA_SIZE);
    }
    char *p = mmap(NULL, 2 * ARENA_SIZE, prot, flags, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)p % ARENA_SIZE;
    if (before)
        munmap(p, before);
    munmap(p + before + ARENA_SIZE, ARENA_SIZE - before);
    return p + before;
}

// A child has the pools, but not the thread that may just be at them.
void stack_before_fork(void)
{
    for (unsigned class = STACK_CLASS_MIN; class <= STACK_CLASS_MAX; class ++)
        lock_take(&pools[class].lock);
}

void stack_after_fork(void)
{
    for (unsigned class = STACK_CLASS_MIN; class <= STACK_CLASS_MAX; class ++)
        lock_drop(&pools[class].lock);
}

static struct arena *arena_new(unsigned class)
{
    struct arena *a = malloc(sizeof *a);
    char *base = a ? map_arena() : NULL;
    if (!base || (uintptr_t)base >> ADDRESS_BITS) {
        free(a);
        return NULL;
    }
    // One touched page per slot must not become a huge page.
    madvise(base, ARENA_SIZE, MADV_NOHUGEPAGE);
    *a = (struct arena){.base = base, .class = class};
    a->next = atomic_load(&arenas);
    while (!atomic_compare_exchange_weak(&arenas, &a->next, a))
        continue;
    arena_at[(uintptr_t)base >> ARENA_BITS] = a;
    atomic_store_explicit(&csp_arena_class[(uintptr_t)base >> ARENA_BITS],
                          (uint8_t) class, memory_order_release);
    return a;
}

unsigned stack_class_default(void)
{
    unsigned class = STACK_CLASS_DEFAULT;
    while (class < STACK_CLASS_MAX && !guard_fits(class))
        class ++;
    return class;
}

// Up to n free slots, linked; fewer when fewer have been used before, more when many are
// being made; NULL: out of memory.
OWNER_ONLY static struct task *pool_take(unsigned class, unsigned n)
{
    struct pool *pool = &pools[class];
    unsigned slots = (unsigned)(ARENA_SIZE >> class);
    lock_take(&pool->lock);
    struct task *list = pool->free, *last = list;
    unsigned taken = 1;
    for (; last && taken < n && last->next; taken++)
        last = last->next;
    if (last) {
        pool->free = last->next;
        last->next = NULL;
        pool->n_free -= taken;
        pool->batch = STACK_BATCH;
        if (pool->n_free < pool->least_free)
            pool->least_free = pool->n_free;
        lock_drop(&pool->lock);
        return list;
    }
    struct arena *a = pool->newest;
    if (!a || atomic_load_explicit(&a->carved, memory_order_relaxed) == slots) {
        a = pool->empty;
        if (a)
            pool->empty = a->empty_next;
        else
            a = arena_new(class);
        pool->newest = a;
    }
    if (!a) {
        lock_drop(&pool->lock);
        return NULL;
    }
    if (n > 1 && pool->batch > n)
        n = pool->batch;
    pool->batch = 2 * n < CARVE_MOST ? 2 * n : CARVE_MOST;
    unsigned first = atomic_load_explicit(&a->carved, memory_order_relaxed);
    unsigned end = first + n < slots ? first + n : slots;
    unsigned guarded = a->guarded > first ? a->guarded : first;
    if (end > guarded)
        a->guarded = end;
    atomic_store_explicit(&a->carved, end, memory_order_release);
    lock_drop(&pool->lock);
    if (guarded < end)
        guard_slots(a->base + ((size_t)guarded << class), class, end - guarded);
    for (unsigned i = end; i-- > first;) {
        char *slot = a->base + ((size_t)i << class);
        struct task *t = stack_task((uintptr_t)slot, class);
        sanitize_stack(slot, t);
        t->next = list;
        list = t;
    }
    return list;
}

OWNER_ONLY static void pool_put(unsigned class, struct task *first, struct task *last,
                                size_t n)
{
    struct pool *pool = &pools[class];
    lock_take(&pool->lock);
    last->next = pool->free;
    pool->free = first;
    pool->n_free += n;
    lock_drop(&pool->lock);
}

OWNER_ONLY struct task *stack_get(unsigned class, struct worker *w)
{
    if (class != w->run->stack_class)
        return pool_take(class, 1);
    struct task *t = w->stacks;
    if (unlikely(!t)) {
        t = pool_take(class, STACK_BATCH);
        if (!t)
            return NULL;
        for (struct task *i = t; i; i = i->next)
            w->n_stacks++;
    }
    w->stacks = t->next;
    w->n_stacks--;
    return t;
}

// The task may still be running on the slot, on w's OS thread. So the slot put last never
// goes to the shared pool, from which another worker could take it.
OWNER_ONLY void stack_put(struct task *t, struct worker *w)
{
    unsigned class = class_at(t);
    if (class != w->run->stack_class) {
        if (w->odd_stack)
            pool_put(class_at(w->odd_stack), w->odd_stack, w->odd_stack, 1);
        w->odd_stack = t;
        return;
    }
    t->next = w->stacks;
    w->stacks = t;
    if (likely(++w->n_stacks < 2 * STACK_BATCH))
        return;
    struct task *keep = t;
    for (unsigned i = 1; i < STACK_BATCH; i++)
        keep = keep->next;
    struct task *first = keep->next, *last = first;
    keep->next = NULL;
    while (last->next)
        last = last->next;
    pool_put(class, first, last, w->n_stacks - STACK_BATCH);
    w->n_stacks = STACK_BATCH;
}

OWNER_ONLY void stack_flush(struct worker *w)
{
    struct task *last = w->stacks;
    while (last && last->next)
        last = last->next;
    if (last)
        pool_put(w->run->stack_class, w->stacks, last, w->n_stacks);
    if (w->odd_stack)
        pool_put(class_at(w->odd_stack), w->odd_stack, w->odd_stack, 1);
    w->stacks = w->odd_stack = NULL;
    w->n_stacks = 0;
}

// Whole arenas only: a slot that is in use keeps the others of its arena.
OWNER_ONLY static void trim(unsigned class, struct task *list, const struct arena *newest)
{
    struct pool *pool = &pools[class];
    uint32_t slots = (uint32_t)(ARENA_SIZE >> class);
    struct task *keep = NULL, *last = NULL, *next;
    struct arena *empty = NULL, *a;
    size_t kept = 0;
    for (struct task *t = list; t; t = t->next) {
        a = arena_at[(uintptr_t)t >> ARENA_BITS];
        if (++a->n_free == slots && a != newest) {
            a->empty_next = empty;
            empty = a;
        }
    }
    for (struct task *t = list; t; t = next) {
        next = t->next;
        a = arena_at[(uintptr_t)t >> ARENA_BITS];
        if (a->n_free == slots && a != newest)
            continue;
        a->n_free = 0;
        t->next = keep;
        keep = t;
        last = last ? last : t;
        kept++;
    }
    if (keep)
        pool_put(class, keep, last, kept);
    while ((a = empty)) {
        empty = a->empty_next;
        a->n_free = 0;
        atomic_store_explicit(&a->carved, 0, memory_order_release);
        madvise(a->base, ARENA_SIZE, MADV_DONTNEED);
        lock_take(&pool->lock);
        a->empty_next = pool->empty;
        pool->empty = a;
        lock_drop(&pool->lock);
    }
}

OWNER_ONLY void stack_trim(void)
{
    for (unsigned class = STACK_CLASS_MIN; class <= STACK_CLASS_MAX; class ++) {
        struct pool *pool = &pools[class];
        struct task *list = NULL;
        lock_take(&pool->lock);
        const struct arena *newest = pool->newest;
        if (pool->least_free > KEEP_FREE) {
            list = pool->free;
            pool->free = NULL;
            pool->n_free = 0;
        }
        pool->least_free = pool->n_free;
        lock_drop(&pool->lock);
        if (list)
            trim(class, list, newest);
    }
}

void stack_each(void (*visit)(struct task *, void *), void *arg)
{
    struct arena *a = atomic_load_explicit(&arenas, memory_order_acquire);
    for (; a; a = a->next) {
        uint32_t carved = atomic_load_explicit(&a->carved, memory_order_acquire);
        for (uint32_t i = 0; i < carved; i++)
            visit(stack_task((uintptr_t)a->base + ((uintptr_t)i << a->class), a->class),
                  arg);
    }
}

size_t stack_size(const struct task *t)
{
    return (size_t)1 << class_at(t);
}

char *stack_low(const struct task *t)
{
    return (char *)((uintptr_t)t & ~(stack_size(t) - 1));
}

struct task *stack_overflowed(const void *address)
{
    unsigned class = class_at(address);
    if (!class ||
        (uintptr_t)address % ((uintptr_t)1 << class) >= (size_t)sysconf(_SC_PAGESIZE))
        return NULL;
    return stack_task((uintptr_t)address, class);
}
