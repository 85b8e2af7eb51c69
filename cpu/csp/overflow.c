// overflow.c -- turns a stack overflow into a sentence that names the task.
//
// While any run is active, SIGSEGV and SIGBUS in the guard page of a task's stack are
// explained on stderr. Then, as with faults elsewhere, the signal goes to whoever handled
// it before, and where nobody did the process dies of it, as it would have anyway.

#include "csp_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { SIGNAL_STACK = 32768 };  // beyond what the kernel's own frame needs

static struct lock install_lock;
static unsigned installed;
static struct sigaction old_segv, old_bus;

// A child keeps the handlers, but not the thread that may just be at them.
void overflow_before_fork(void)
{
    lock_take(&install_lock);
}

void overflow_after_fork(void)
{
    lock_drop(&install_lock);
}

// Returning runs the faulting instruction again: with the default action it now kills.
static void die_of(int sig)
{
    signal(sig, SIG_DFL);
}

static void say(const char *text, int n)
{
    if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
        return;
}

static void explain(const struct task *t)
{
    char text[PLACE_SPACE];
    say(text, snprintf(text, sizeof text,
                       "fatal error: stack overflow in task %llu%s%.*s (%zu KiB of "
                       "stack; csp_go_stack gives more)\n",
                       (unsigned long long)t->id, t->name[0] ? " " : "", TASK_NAME,
                       t->name, stack_size(t) / 1024));
    // Not among the functions that are safe here, but the process dies anyway.
    say(text, dump_place(text, sizeof text, "runs", (const void *)(uintptr_t)t->fn));
    say(text, dump_place(text, sizeof text, "started at", t->spawned_at));
}

static void on_fault(int sig, siginfo_t *info, void *ucontext)
{
    const struct task *t = stack_overflowed(info->si_addr);
    if (t)
        explain(t);
    const struct sigaction *old = sig == SIGSEGV ? &old_segv : &old_bus;
    if (old->sa_flags & SA_SIGINFO)
        old->sa_sigaction(sig, info, ucontext);
    else if (old->sa_handler == SIG_DFL || old->sa_handler == SIG_IGN)
        die_of(sig);
    else
        old->sa_handler(sig);
}

void overflow_install(void)
{
    lock_take(&install_lock);
    if (installed++ == 0) {
        struct sigaction sa = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigemptyset(&sa.sa_mask);
        sigaction(SIGSEGV, &sa, &old_segv);
        sigaction(SIGBUS, &sa, &old_bus);
    }
    lock_drop(&install_lock);
}

// Unless the program has installed its own meanwhile.
static void restore(int sig, const struct sigaction *old)
{
    struct sigaction now;
    if (sigaction(sig, NULL, &now) == 0 && now.sa_sigaction == on_fault)
        sigaction(sig, old, NULL);
}

void overflow_remove(void)
{
    lock_take(&install_lock);
    if (--installed == 0) {
        restore(SIGSEGV, &old_segv);
        restore(SIGBUS, &old_bus);
    }
    lock_drop(&install_lock);
}

void *overflow_stack_open(void)
{
    stack_t ss;
    if (sigaltstack(NULL, &ss) != 0 || !(ss.ss_flags & SS_DISABLE))
        return NULL;
    // The kernel saves the vector and matrix registers there, several KiB on recent
    // processors.
    size_t size = SIGNAL_STACK + getauxval(AT_MINSIGSTKSZ);
    void *stack = malloc(size);
    if (stack)
        sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = size}, NULL);
    return stack;
}

void overflow_stack_close(void *stack)
{
    if (!stack)
        return;
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    free(stack);
}
