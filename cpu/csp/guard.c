// guard.c -- the page below each stack that nobody can touch.
//
// MADV_GUARD_INSTALL (Linux 6.13) makes one without splitting the mapping. Where the
// kernel lacks it, or an emulator takes the advice and does nothing, mprotect makes
// guards as long as a budget of mappings lasts, and later slots go without.

#include "csp_impl.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    GUARD_INSTALL = 102,   // MADV_GUARD_INSTALL, which older headers lack
    POPULATE_WRITE = 23,   // and MADV_POPULATE_WRITE
    THIS_THREAD = -10000,  // PIDFD_SELF_THREAD
    GUARD_BUDGET = 16000   // each guard by mprotect costs two mappings of the process
};

// How guards are made. The first one tells.
static _Atomic enum guarding { UNTRIED, BY_ADVICE, BY_PROTECT } guarding;
static _Atomic int guard_budget = GUARD_BUDGET;

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

bool guard_fits(unsigned class)
{
    return page_size() * 4 <= (size_t)1 << class;
}

// Whether the kernel, asked to send the byte there, finds that it cannot be read.
static bool unreadable(const char *at)
{
    int fd[2];
    if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    bool faults = write(fd[1], at, 1) < 0;
    close(fd[0]);
    close(fd[1]);
    return faults;
}

static bool guard_by_advice(char *slot, size_t page)
{
    enum guarding how = atomic_load_explicit(&guarding, memory_order_relaxed);
    if (how == BY_PROTECT || madvise(slot, page, GUARD_INSTALL) != 0)
        how = BY_PROTECT;
    else if (how == UNTRIED)
        how = unreadable(slot) ? BY_ADVICE : BY_PROTECT;
    atomic_store_explicit(&guarding, how, memory_order_relaxed);
    return how == BY_ADVICE;
}

static void guard(char *slot, unsigned class)
{
    size_t page = page_size();
    if (!guard_fits(class) || guard_by_advice(slot, page))
        return;
    if (atomic_fetch_sub_explicit(&guard_budget, 1, memory_order_relaxed) > 0)
        mprotect(slot, page, PROT_NONE);
    else
        atomic_fetch_add_explicit(&guard_budget, 1, memory_order_relaxed);
}

// Gives advice on a page in each of the slots, at the same offset, many in a call. False:
// the kernel cannot (before Linux 6.15, that is).
static bool advise_all(char *slots, unsigned class, unsigned n, size_t offset, int advice)
{
    struct iovec pages[STACK_BATCH];  // on the stack of whatever task
    size_t page = page_size();
    for (unsigned done = 0, some; done < n; done += some) {
        for (some = 0; some < STACK_BATCH && done + some < n; some++)
            pages[some] =
                (struct iovec){slots + ((size_t)(done + some) << class) + offset, page};
        if (syscall(SYS_process_madvise, THIS_THREAD, pages, some, advice, 0) < 0)
            return false;
    }
    return true;
}

void guard_slots(char *slots, unsigned class, unsigned n)
{
    bool many = n > STACK_BATCH && guard_fits(class) && !sanitize_old_kernel();
    size_t top = ((size_t)1 << class) - page_size();
    unsigned guarded = 0;
    if (many && atomic_load_explicit(&guarding, memory_order_relaxed) == BY_ADVICE &&
        advise_all(slots, class, n, top, POPULATE_WRITE) &&
        advise_all(slots, class, n, 0, GUARD_INSTALL))
        guarded = n;
    for (unsigned i = guarded; i < n; i++)
        guard(slots + ((size_t)i << class), class);
}
