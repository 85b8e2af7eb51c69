// alone.pml -- how the only worker of a run stops being the only one: alone_begin and
// alone_end (csp_impl.h) around plain loads and stores, and end_alone (monitor.c) and
// csp_blocking, which end this.
//
// Promised: nothing plain of the worker's overlaps anything of another thread's; every task
// is taken once; critical sections of a channel exclude each other.
//
// Modelled: of the worker ring_push, ring_pop, put_runnext, chan_lock and chan_unlock, in
// any order, and csp_blocking; of a thread of a blocking call a channel operation; of the
// monitor end_alone, again if it has seen `busy`, then queue_share, then a spare's channel
// operation. A store buffer for the worker and one for the monitor (x86's TSO, first in,
// first out), with forwarding to the buffer's owner. The membarrier makes the worker's
// buffer empty at one instant between the monitor's store and its load of busy: that is
// what the kernel's interrupt on the worker's processor does.
//
// Abstracted: slots of the ring (ring.pml); a channel's inside is a counter; the waiting
// for busy is one look, after which the monitor comes again.

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define M(fault) (mutant == fault)
#define BUSY 0
#define ALONE 1
#define HEAD 2
#define TAIL 3
#define RUNNEXT 4
#define LOCK 5
#define COUNT 6

byte memory[7], newest[7]; // what is in memory, and what the worker has stored last
chan worker_buffer = [8] of { byte, byte };
chan monitor_buffer = [2] of { byte, byte };

// Ghosts. section: the worker is between alone_begin and alone_end, and alone; until the
// store of busy is out.
byte rounds, calls, put, taken, operations, in_channel, ends;
bool section, has_job, admitted;

proctype drain(chan buffer)
{
    byte where, value;
    do
    :: atomic { buffer?where,value -> memory[where] = value; where = 0; value = 0 }
    od
}

inline store(where, value) { atomic { newest[where] = value; worker_buffer!where,newest[where] } }
#define PENDING(where) worker_buffer??[where,eval(newest[where])]
#define LOAD(where) (PENDING(where) -> newest[where] : memory[where])
#define DRAINED empty(worker_buffer)

inline alone_begin()
{
    if
    :: M(3) -> alone = LOAD(ALONE); store(BUSY, 1) // looks before it says so
    :: else -> store(BUSY, 1); alone = LOAD(ALONE)
    fi;
    section = alone
}

// The ghost ends with the function: what is in the buffer then is out before busy is.
inline alone_end() { atomic { section = 0; store(BUSY, 0); alone = 0 } }

inline early_end() // 4: not busy any more before it has stored
{
    if
    :: M(4) -> store(BUSY, 0)
    :: else
    fi
}

inline ring_push()
{
    alone_begin();
    value = LOAD(TAIL);
    early_end();
    if
    :: alone -> store(TAIL, value + 1)
    :: else -> atomic { DRAINED -> memory[TAIL] = value + 1; newest[TAIL] = value + 1 }
    fi;
    put++;
    alone_end()
}

inline ring_pop()
{
    alone_begin();
    value = LOAD(HEAD);
    early_end();
    if
    :: value == LOAD(TAIL)
    :: value != LOAD(TAIL) && alone -> store(HEAD, value + 1); taken++
    :: value != LOAD(TAIL) && !alone ->
        if // else another look, which changes nothing
        :: atomic { DRAINED && memory[HEAD] == value -> memory[HEAD] = value + 1; taken++ }
        :: atomic { DRAINED && memory[HEAD] != value -> skip }
        fi
    fi;
    alone_end()
}

// put_runnext of a task, if there is none, or of none.
inline put_runnext(task)
{
    alone_begin();
    if
    :: alone -> value = LOAD(RUNNEXT); early_end(); store(RUNNEXT, task)
    :: else -> atomic { DRAINED -> value = memory[RUNNEXT]; memory[RUNNEXT] = task; newest[RUNNEXT] = task }
    fi;
    atomic { taken = taken + value; put = put + task }
    alone_end()
}

inline channel_operation()
{
    alone_begin(); // chan_lock
    if
    :: alone
    :: else -> atomic { DRAINED && memory[LOCK] == 0 -> memory[LOCK] = 1; newest[LOCK] = 1 }
    fi;
    atomic { in_channel++; assert(in_channel == 1) }
    value = LOAD(COUNT);
    early_end();
    if // 6: a function called in here has an alone_end of its own
    :: M(6) -> store(BUSY, 0)
    :: else
    fi;
    atomic { store(COUNT, value + 1); operations++ }
    in_channel--;
    store(LOCK, 0); // chan_unlock, though nobody may have taken it
    alone_end()
}

proctype worker(byte mutant)
{
    byte value, left = rounds;
    bool alone;
    do
    :: left > 0 ->
        left--;
        if
        :: true -> ring_push()
        :: true -> ring_pop()
        :: true -> put_runnext(1)
        :: true -> put_runnext(0)
        :: true -> channel_operation()
        :: calls > 0 -> calls--; // csp_blocking
            if
            :: M(8) -> has_job = 1 // before it has ceased to be alone
            :: else
            fi;
            atomic { DRAINED -> memory[ALONE] = 0; newest[ALONE] = 0 }
            has_job = 1
        fi;
        value = 0
    :: else -> break
    od;
    DRAINED;
    ends++
}

// Of another thread, with a lock.
inline others_operation()
{
    atomic { memory[LOCK] == 0 -> memory[LOCK] = 1 }
    atomic { assert(!section); in_channel++; assert(in_channel == 1) }
    value = memory[COUNT];
    memory[COUNT] = value + 1;
    atomic { operations++; in_channel--; memory[LOCK] = 0; value = 0 }
}

proctype helper()
{
    byte value;
    has_job;
    others_operation()
}

proctype monitor(byte mutant)
{
    byte head, n, value;
    bool again;
    do // end_alone, once a look
    :: M(7) && again && memory[ALONE] == 0 -> break // takes it for done
    :: else ->
        monitor_buffer!ALONE,0;
        if // 1: no membarrier; 2: a fence of the monitor's own in its place
        :: M(1)
        :: M(2) -> empty(monitor_buffer)
        :: else -> atomic { empty(monitor_buffer) && DRAINED -> skip }
        fi;
        if
        :: memory[BUSY] == 0 || M(5) -> break // 5: does not wait
        :: else -> again = 1
        fi
    od;
    // queue_share
    do
    :: atomic { head = memory[HEAD]; assert(!section) }
        n = memory[TAIL] - head;
        if
        :: atomic { memory[HEAD] == head -> memory[HEAD] = head + n; taken = taken + n; head = 0; n = 0 }
            break
        :: else -> head = 0; n = 0
        fi
    od;
    atomic { assert(!section); taken = taken + memory[RUNNEXT]; memory[RUNNEXT] = 0 }
    others_operation();
    ends++
}

proctype judge()
{
    timeout;
    assert(ends == 2);
    assert(memory[COUNT] == operations && in_channel == 0);
    assert(put == taken + memory[TAIL] - memory[HEAD] + memory[RUNNEXT])
}

init {
    byte mutant;
    atomic {
        c_code {
            now.rounds = parameter("ROUNDS");
            now.calls = parameter("CALLS");
            Pinit->mutant = parameter("MUTANT");
        };
        memory[ALONE] = 1;
        newest[ALONE] = 1;
        run worker(mutant);
        run monitor(mutant);
        run helper();
        run drain(worker_buffer);
        run drain(monitor_buffer);
        run judge()
    }
}
