// ring.pml -- the ring of ready tasks and runnext: ring_push, ring_pop, put_runnext,
// take_runnext (csp_ring.h); queue_spill, steal_ring, queue_steal (queue.c).
//
// Promised: each task is taken exactly once, by whomever, and none is lost.
//
// Modelled, one step for each load, store and CAS: an owner that readies TASKS tasks and
// takes some in between, and THIEVES thieves, one or two, who steal half of its ring, of
// each other's, or its runnext, STEALS times each, and take what lies in their own rings. A
// ring has 4 slots and indices modulo 8 that start at 6, so that both wrap; TASKS below 8
// keeps an index from coming round, which 32 bits make as good as impossible.
//
// Plain, relaxed and release stores go through a store buffer for each worker, first in,
// first out (x86's TSO). An exchange, a CAS and a sequentially consistent store wait until
// it is empty. What a worker reads of its own ring it knows without memory: only it writes
// there (`mine`, `my_tail`).
//
// Abstracted: the shared queue is a place from which tasks do not come back; locks are
// outside. RUNNEXT_BUDGET is any choice between runnext and ring.

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define M(fault) (mutant == fault)
#define SIZE 4
#define WRAP 8
#define NONE 0
#define TAIL 4 // in a store buffer: the tail; less: a slot

typedef ring {
    byte slot[SIZE];
    byte head = 6, tail = 6;
};
ring r[3];
byte runnext;
bool taken[WRAP];
byte n_taken, tasks, steals, thieves;

chan buffer0 = [3] of { byte, byte };
chan buffer1 = [3] of { byte, byte };
chan buffer2 = [3] of { byte, byte };

// Store buffers drain at any time.
proctype drain(byte w; chan buffer)
{
    byte where, value;
    do
    :: atomic { buffer?where,value ->
        if
        :: where == TAIL -> r[w].tail = value
        :: else -> r[w].slot[where] = value
        fi;
        where = 0; value = 0 }
    od
}

inline take(which)
{
    atomic {
        assert(which != NONE && !taken[which]);
        taken[which] = 1;
        n_taken++;
        which = NONE
    }
}

inline put_slot(place, task) { mine[(place) % SIZE] = task; buffer!((place) % SIZE),task }

// ring_push, from which queue_spill
inline ring_push(fresh)
{
    h = r[me].head;
    if
    :: (my_tail + WRAP - h) % WRAP >= SIZE && !M(5) ->
        // queue_spill: half of it and t go elsewhere
        spilled = 0;
        do
        :: spilled < SIZE / 2 ->
            ring_pop();
            if
            :: got != NONE -> take(got); spilled++
            :: else -> break
            fi
        :: else -> break
        od;
        spilled = 0;
        take(fresh)
    :: else ->
        if
        :: M(4) -> // the tail first
            atomic { my_tail = (my_tail + 1) % WRAP; r[me].tail = my_tail }
            put_slot(my_tail + WRAP - 1, fresh)
        :: else ->
            put_slot(my_tail, fresh);
            // Sequentially consistent: an exchange.
            atomic { empty(buffer) -> my_tail = (my_tail + 1) % WRAP; r[me].tail = my_tail }
        fi
    fi;
    h = 0
}
inline ring_pop()
{
    h = r[me].head;
    do
    :: h == my_tail -> break
    :: else ->
        got = mine[h % SIZE];
        if
        :: atomic { M(1) -> r[me].head = (h + 1) % WRAP } // as if alone
            break
        :: atomic { !M(1) && empty(buffer) && r[me].head == h -> r[me].head = (h + 1) % WRAP }
            break
        :: atomic { !M(1) && r[me].head != h -> h = r[me].head; got = NONE }
        fi
    od;
    h = 0
}

inline steal_ring(v)
{
    do
    :: true ->
        h = r[v].head;
        n = (r[v].tail + WRAP - h) % WRAP;
        atomic { n = n - n / 2; i = 0 }
        if
        :: n == 0 -> break
        :: n > SIZE / 2 -> skip // head and tail were read at different times
        :: else ->
            do
            :: i < n && !M(6) ->
                got = r[v].slot[(h + i) % SIZE];
                put_slot(my_tail + i, got);
                i++
            :: else -> break
            od;
            if
            :: atomic { !M(2) && empty(buffer) && r[v].head == h -> r[v].head = (h + n) % WRAP }
            :: atomic { M(2) && empty(buffer) -> r[v].head = (h + n) % WRAP } // no comparison
            :: atomic { !M(2) && r[v].head != h -> got = NONE; goto retry }
            fi;
            do // 6: copies what it has taken already
            :: i < n && M(6) ->
                got = r[v].slot[(h + i) % SIZE];
                put_slot(my_tail + i, got);
                i++
            :: else -> break
            od;
            if
            :: atomic { n > 1 -> my_tail = (my_tail + n - 1) % WRAP; buffer!TAIL,my_tail }
            :: else
            fi;
            break
        fi;
retry:
        skip
    od;
    atomic { h = 0; n = 0; i = 0 }
}

// The owner's take_runnext and a thief's exchange.
inline take_runnext()
{
    if
    :: M(7) -> got = runnext; runnext = NONE // a load and a store
    :: else -> atomic { empty(buffer) -> got = runnext; runnext = NONE }
    fi
}

proctype owner(byte me; byte mutant; chan buffer)
{
    byte my_tail = 6, mine[SIZE], h, got, old, spilled, next = 1;
    do
    :: next <= tasks ->
        if
        :: M(8) -> old = runnext; runnext = next // put_runnext with a load and a store
        :: else -> atomic { empty(buffer) -> old = runnext; runnext = next }
        fi;
        next++;
        if
        :: old != NONE -> ring_push(old); old = NONE
        :: else
        fi
    :: true -> // sched_pick
        if
        :: take_runnext()
        :: ring_pop()
        fi;
        if
        :: got != NONE -> take(got)
        :: else
        fi
    :: next > tasks && runnext == NONE && r[me].head == my_tail -> break
    od
}

proctype thief(byte me; byte other; byte mutant; chan buffer)
{
    byte my_tail = 6, mine[SIZE], h, n, i, got, left = steals;
    do
    :: left > 0 ->
        left--;
        if
        :: true -> steal_ring(0)
        :: true -> steal_ring(other)
        :: true -> take_runnext()
        fi;
        if
        :: got != NONE -> take(got)
        :: else
        fi;
        do
        :: ring_pop();
            if
            :: got != NONE -> take(got)
            :: else -> break
            fi
        od
    :: left == 0 -> break
    od
}

proctype monitor()
{
    timeout;
    assert(n_taken == tasks)
}

init {
    byte mutant;
    atomic {
        c_code {
            now.tasks = parameter("TASKS");
            now.thieves = parameter("THIEVES");
            now.steals = parameter("STEALS");
            Pinit->mutant = parameter("MUTANT");
        };
        run owner(0, mutant, buffer0);
        run thief(1, 2, mutant, buffer1);
        if
        :: thieves > 1 -> run thief(2, 1, mutant, buffer2); run drain(2, buffer2)
        :: else
        fi;
        run drain(0, buffer0);
        run drain(1, buffer1);
        run monitor()
    }
}
