// on_cpu.pml -- parking overlaps with being readied: wait_turn (chan.c), sched_park,
// destination, sched_resume (sched.c), csp_switch (switch_x86_64.S).
//
// Promised: never do two workers run on one stack, and no stack is gone on with before its
// registers have been saved; workers that wait for each other's stacks do not wait in a
// circle.
//
// Modelled: PROCS workers and three tasks. A task that runs parks: under the channel's lock
// it is put where another finds it, the lock goes, and only then does the worker pick what
// to run next and leave the stack; the clear of on_cpu is the last access to the context
// it has left, after the change of the stack pointer. A worker that picks a task whose
// on_cpu is not 0 leaves for its own stack (handoff), and waits there.
//
// Abstracted: every parked task is readied at once, as the worst case: the channel's queue
// and the run queue are one set, from which any worker takes any task, the parking one its
// own task, too (next == t). Each task parks PARKS times, then it ends. x86 keeps the order
// of the stores to sp and to on_cpu; on others the clear is a release.

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define M(fault) (mutant == fault)
#define TASKS 3
#define NONE 7

byte on_stack[TASKS]; // ghost: workers whose stack pointer is in the task's stack
bool on_cpu[TASKS], ready[TASKS], saved[TASKS], ended[TASKS];
byte left[TASKS], procs, n_ended;

// sched_pick: any task that is ready, or none, if there is none.
inline sched_pick()
{
    if
    :: atomic { ready[0] -> ready[0] = 0; next = 0 }
    :: atomic { ready[1] -> ready[1] = 0; next = 1 }
    :: atomic { ready[2] -> ready[2] = 0; next = 2 }
    :: atomic { !ready[0] && !ready[1] && !ready[2] -> next = NONE }
    fi
}

// The end of csp_switch: the stack pointer is the other stack's from here on, whose
// registers must have been saved by whoever left it.
inline arrive(task)
{
    atomic {
        assert(saved[task] && on_stack[task] == 0);
        on_stack[task]++;
        saved[task] = 0
    }
}

proctype worker(byte me; byte mutant)
{
    byte t = NONE, next = NONE;
own_stack: // worker_loop: the handoff, or find
    do
    :: next == NONE && n_ended == TASKS -> goto out
    :: next == NONE && n_ended < TASKS && (ready[0] || ready[1] || ready[2]) -> sched_pick()
    :: next != NONE -> break
    od;
    if // sched_resume
    :: M(1) // does not wait
    :: else -> !on_cpu[next]
    fi;
    on_cpu[next] = 1; // enter
    arrive(next);
    atomic { t = next; next = NONE }
running:
    if
    :: atomic { left[t] == 0 -> ended[t] = 1; n_ended++ } // sched_exit
    :: else ->
        left[t]--;
        if
        :: M(2) -> on_cpu[t] = 0 // before it has left
        :: else
        fi;
        ready[t] = 1 // wait_turn: queued, lock_drop; somebody readies it
    fi;
    sched_pick();
    if
    :: next == t -> next = NONE; goto running
    :: else
    fi;
    if // destination
    :: next != NONE && !M(3) && !on_cpu[next] -> on_cpu[next] = 1
    :: next != NONE && M(3) -> !on_cpu[next] -> on_cpu[next] = 1 // waits on the task's stack
    :: next != NONE && M(4) -> on_cpu[next] = 1 // does not look
    :: next != NONE && !M(3) && !M(4) && on_cpu[next] -> // handoff, to the worker's own stack
        saved[t] = 1;
        on_stack[t]--;
        on_cpu[t] = 0;
        t = NONE;
        goto own_stack
    :: next == NONE ->
        saved[t] = 1;
        on_stack[t]--;
        on_cpu[t] = 0;
        t = NONE;
        goto own_stack
    fi;
    // csp_switch, from task to task.
    if
    :: M(5) -> on_cpu[t] = 0; saved[t] = 1 // movl $0, 8(%rdi) before movq %rsp, (%rdi)
    :: else -> saved[t] = 1
    fi;
    on_stack[t]--;
    arrive(next);
    on_cpu[t] = 0;
    atomic { t = next; next = NONE }
    goto running;
out:
    skip
}

proctype judge()
{
    timeout;
    assert(n_ended == TASKS) // else they wait for each other
}

init {
    byte i, mutant;
    atomic {
        c_code {
            now.procs = parameter("PROCS");
            Pinit->mutant = parameter("MUTANT");
        };
        do
        :: i < TASKS -> ready[i] = 1; saved[i] = 1; i++
        :: else -> break
        od;
        c_code {
            for (int i = 0; i < 3; i++)
                now.left[i] = parameter("PARKS");
        };
        i = 0;
        do
        :: i < procs -> run worker(i, mutant); i++
        :: else -> break
        od;
        run judge()
    }
}
