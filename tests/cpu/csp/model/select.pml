// select.pml -- selects, timeouts, close and free over two unbuffered channels: select_in
// from lock_all on, enqueue, select_wait, dequeue_losers (select.c); dequeue, discard,
// chan_leave, release_all, queue_use, csp_chan_free (chan.c); fire_task (timer.c).
//
// Promised: a select does exactly one case, or times out; no two tasks that could meet are
// left waiting, and nobody waits on a closed channel; a waiter is not touched once its task
// has returned, nor a channel once it has been freed; nobody waits for a lock for ever.
//
// Modelled, one step for each change of place, won, a queue or a lock: three tasks, each
// with one select of a case on either channel, or on one; what they do is the SCENE, in
// init. The walk through a queue is as in dequeue: with the lock held, but not alone with
// the waiters, whose tasks may be leaving.
//
// Abstracted: links are places in an array, and whoever walks past a waiter touches it; an
// element is the fact that two tasks meet; the pass without a common instant is left out,
// as the locked one decides alone; park is a wait for `ready`; a plain operation is a
// select of one case.

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define M(fault) (mutant == fault)
#define TASKS 3
#define NO 2 // no operation; 0: send, 1: receive
#define NONE 0
#define QUEUED 1
#define LEAVING 2
#define NOBODY 7
#define TIMER 5 // in fired

typedef waitq {
    byte item[TASKS];
    byte n;
};
typedef waiter {
    byte op = NO;
    byte place;
};
typedef task {
    waiter w[2]; // one for each channel
    byte fired = NOBODY; // the channel of the waiter that won, or TIMER
    byte decided; // ghost: how often it has been decided
    bool won, ready, alive, parked, timed, armed;
};
waitq q[4]; // senders and receivers of either channel
task t[TASKS];
bool lock[2], closed[2], freed[2], closes, frees;

#define Q(c, op) q[2 * (c) + (op)]

inline lock_take(c) { atomic { !lock[c] -> assert(!freed[c]); lock[c] = 1 } }
inline lock_drop(c) { atomic { assert(!freed[c]); lock[c] = 0 } }

// waitq_remove; a waiter is unlinked, then says so.
inline waitq_remove(c, kind, who)
{
    atomic {
        assert(!freed[c] && t[who].alive);
        k = 0;
        do
        :: k < Q(c, kind).n && Q(c, kind).item[k] != who -> k++
        :: else -> break
        od;
        assert(k < Q(c, kind).n); // else somebody else has unlinked it
        do
        :: k + 1 < Q(c, kind).n -> Q(c, kind).item[k] = Q(c, kind).item[k + 1]; k++
        :: else -> break
        od;
        Q(c, kind).n--;
        Q(c, kind).item[k] = 0;
        k = 0
    }
    atomic { assert(t[who].alive); t[who].w[c].place = NONE }
}

// With the lock held: `got` is the first that can still be served.
inline dequeue(c, kind)
{
    got = NOBODY;
    j = 0;
    do
    :: j < Q(c, kind).n && got == NOBODY ->
        atomic { who = Q(c, kind).item[j]; assert(t[who].alive) }
        if
        :: atomic { M(3) || !t[who].won -> t[who].won = 1 } // task_win
            got = who;
            waitq_remove(c, kind, who)
        :: else -> // discard
            if
            :: atomic { t[who].w[c].place == QUEUED || M(4) -> t[who].w[c].place = LEAVING }
                waitq_remove(c, kind, who)
            :: else -> j++ // its task is about to do so itself
            fi
        fi
    :: else -> break
    od;
    atomic { j = 0; who = 0 }
}

// complete, then sched_ready after the lock has gone: `wake` keeps it.
inline complete(c)
{
    atomic {
        t[got].fired = c;
        t[got].decided++;
        assert(t[got].decided == 1);
        wake = got;
        got = NOBODY
    }
}

// try_case of the case on channel c.
inline try_case(c)
{
    if
    :: t[me].w[c].op == NO
    :: t[me].w[c].op != NO && closed[c] -> done = 1
    :: t[me].w[c].op != NO && !closed[c] ->
        dequeue(c, 1 - t[me].w[c].op);
        if
        :: got != NOBODY -> complete(c); done = 1
        :: else
        fi
    fi
}

inline enqueue(c)
{
    if
    :: t[me].w[c].op != NO -> atomic {
        Q(c, t[me].w[c].op).item[Q(c, t[me].w[c].op).n] = me;
        Q(c, t[me].w[c].op).n++;
        t[me].w[c].place = QUEUED }
    :: else
    fi
}

inline chan_leave(c)
{
    if
    :: t[me].w[c].place == NONE
    :: M(5) && t[me].w[c].place == LEAVING // does not wait for who discards it
    :: atomic { t[me].w[c].place == QUEUED -> t[me].w[c].place = LEAVING }
        lock_take(c);
        waitq_remove(c, t[me].w[c].op, me);
        lock_drop(c)
    fi
}

#define HAS(c) (t[me].w[c].op != NO)

proctype selecting(byte me; byte mutant)
{
    byte got = NOBODY, wake = NOBODY, who, j, k, first;
    bool done;
    t[me].alive = 1;
    if
    :: M(1) && me == 1 -> first = 1 // in the order of the cases
    :: else
    fi;
    if // lock_all
    :: HAS(first) -> lock_take(first)
    :: else
    fi;
    if
    :: HAS(1 - first) -> lock_take(1 - first)
    :: else
    fi;
    if // select_locked, in the shuffled order
    :: M(2) // does not look again
    :: !M(2) -> try_case(0);
        if
        :: !done -> try_case(1)
        :: else
        fi
    :: !M(2) -> try_case(1);
        if
        :: !done -> try_case(0)
        :: else
        fi
    fi;
    if
    :: !done -> atomic { t[me].won = 0; t[me].fired = NOBODY } enqueue(0); enqueue(1)
    :: else
    fi;
    if
    :: HAS(0) -> lock_drop(0)
    :: else
    fi;
    if
    :: HAS(1) -> lock_drop(1)
    :: else
    fi;
    if
    :: done ->
        if
        :: wake != NOBODY -> atomic { assert(!t[wake].ready); t[wake].ready = 1; wake = NOBODY }
        :: else
        fi;
        t[me].alive = 0;
        goto returned
    :: else
    fi;
    if
    :: t[me].timed -> t[me].armed = 1
    :: else
    fi;
    t[me].parked = 1;
    t[me].ready; // sched_park
    t[me].armed = 0; // timer_cancel
    if
    :: t[me].fired != 0 && HAS(0) -> chan_leave(0)
    :: else
    fi;
    if
    :: t[me].fired != 1 && HAS(1) -> chan_leave(1)
    :: else
    fi;
    atomic { t[me].alive = 0; t[me].parked = 0 }
returned:
    // It knows that task 0 is done with waiting: csp_chan_free of the other channel.
    if
    :: me == 1 && frees ->
        do
        :: true ->
            lock_take(1);
            done = 0;
            do
            :: j < Q(1, 1).n ->
                atomic { who = Q(1, 1).item[j]; assert(t[who].alive && t[who].won) }
                if
                :: atomic { t[who].w[1].place == QUEUED -> t[who].w[1].place = LEAVING }
                    waitq_remove(1, 1, who)
                :: else -> done = 1; j++
                fi
            :: else -> break
            od;
            atomic { j = 0; who = 0 }
            lock_drop(1);
            if
            :: !done || M(6) -> break // 6: although somebody is leaving
            :: else -> Q(1, 1).n == 0
            fi
        od;
        atomic { assert(!lock[1]); freed[1] = 1 }
    :: else
    fi
}

// csp_chan_close of channel 0: release_all.
proctype closer(byte mutant)
{
    byte got = NOBODY, wake = NOBODY, who, j, k, kind;
    bool woken[TASKS];
    lock_take(0);
    closed[0] = 1;
    do
    :: kind < 2 ->
        dequeue(0, kind);
        if
        :: got != NOBODY -> complete(0); woken[wake] = 1; wake = NOBODY
        :: else -> kind++
        fi
    :: else -> break
    od;
    lock_drop(0);
    j = 0;
    do
    :: j < TASKS ->
        if
        :: woken[j] -> atomic { assert(!t[j].ready); t[j].ready = 1 }
        :: else
        fi;
        j++
    :: else -> break
    od
}

// timer_run and fire_task. The lock of the heap is held: a timer that is cancelled is not
// running.
proctype timer(byte mutant)
{
    atomic {
        t[0].armed ->
        t[0].armed = 0;
        if
        :: !t[0].won || M(7) -> // 7: without winning
            t[0].won = 1;
            t[0].fired = TIMER;
            t[0].decided++;
            assert(t[0].decided == 1 && !t[0].ready);
            t[0].ready = 1
        :: else
        fi
    }
}

proctype judge()
{
    byte i;
    timeout;
    assert(!lock[0] && !lock[1]);
    do
    :: i < TASKS -> assert(!t[i].alive || (t[i].parked && !t[i].ready && !t[i].won)); i++
    :: else -> break
    od;
    assert(q[0].n == 0 || q[1].n == 0);
    assert(q[2].n == 0 || q[3].n == 0);
    assert(!closed[0] || (q[0].n == 0 && q[1].n == 0));
    assert(!frees || freed[1] || t[1].parked)
}

init {
    byte i, mutant, scene;
    atomic {
        c_code {
            Pinit->scene = parameter("SCENE");
            Pinit->mutant = parameter("MUTANT");
        };
        if
        :: scene == 1 -> // sends and receives that cross
            t[0].w[0].op = 0; t[0].w[1].op = 1;
            t[1].w[0].op = 1; t[1].w[1].op = 0;
            t[2].w[0].op = 0; t[2].w[1].op = 1
        :: scene == 2 -> // two senders and a timeout
            t[0].w[0].op = 1; t[0].w[1].op = 1; t[0].timed = 1;
            t[1].w[0].op = 0; t[2].w[1].op = 0
        :: scene == 3 -> // two who wait, one who sends, and a close
            t[0].w[0].op = 1; t[0].w[1].op = 1;
            t[1].w[0].op = 1; t[1].w[1].op = 1;
            t[2].w[1].op = 0; closes = 1
        :: scene == 4 -> // who has met the select frees the select's other channel
            t[0].w[0].op = 1; t[0].w[1].op = 1;
            t[1].w[0].op = 0; frees = 1
        fi;
        do
        :: i < TASKS ->
            if
            :: t[i].w[0].op != NO || t[i].w[1].op != NO -> run selecting(i, mutant)
            :: else
            fi;
            i++
        :: else -> break
        od;
        if
        :: closes -> run closer(mutant)
        :: else
        fi;
        if
        :: t[0].timed -> run timer(mutant)
        :: else
        fi;
        run judge()
    }
}
