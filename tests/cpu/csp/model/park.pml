// park.pml -- workers that go idle and the wake-ups meant for them: wake.c, csp_worker.c,
// watch.c, and of sched.c the ends that call them.
//
// Promised: a ready task is run although every running task may compute for ever, as long
// as a worker is free (no lost wake-up); a run is declared dead if, and only if, no task is
// ready, running or in a blocking call.
//
// Modelled, one step for each access to what is shared: worker_wake_one, worker_wake_this,
// worker_watch_over with nudge, worker_unlist (wake.c); find, search, idle, quiet,
// worker_work_visible, lead, leader_timeout, nap, found (csp_worker.c); watch_stale,
// watch_take, watch_end, watch_unled (watch.c); put_next, ready_last, csp_yield, sched_pick
// with tell_of_ring (sched.c); queue_shared (queue.c); finish of a blocking call. A task that
// runs does, in any order and as often as POOL, YIELDS and CALLS allow: ready another or make
// one (both leave it in runnext), ready a pinned one, yield, block, end, compute for ever.
//
// Abstracted: rings are counts (their inside is ring.pml), and the one invisible moment of
// a steal, between its CAS and the store of the thief's tail, is kept; the idle list has no
// order but that the leader is woken last; the leader's naps end at any time, and WATCH_NAPS
// is 1; a look at the others is a look at one of them; timers and descriptors are left out,
// but for a leader that gets up for one (UP). `pending`, of mutant 2, counts stores of the
// tail that are still in the store buffer.
//
// At the end, when nothing moves any more, the monitor judges. Spinning is a worker's
// finite number of looks, so there is no livelock to be judged.

// Parameters come from the environment, so that all checks share one compilation: PROCS,
// and how often what may happen: POOL tasks become ready, of which PINNED may be pinned;
// YIELDS; CALLS that block; UP, the times a leader gets up for a timer that somebody else
// has run; QUIET, that only tasks on worker 0 ready others; HELD: see init. MUTANT is a
// fault, by number: see the lines with M().

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define MOST 3 // workers
#define N procs
#define M(fault) (mutant == fault)

#define NONE 7
#define AWAKE 0
#define NOTIFIED 1
#define FUTEX 2

// struct run
bit idle_lock;
byte queue, blocking, n_idle, n_spinning;
byte leader = NONE;
bit unwatched;

// struct worker
bit runnext[MOST], listed[MOST], spinning[MOST], stuck[MOST];
byte ring[MOST], inbox[MOST], word[MOST];
byte pending[MOST]; // mutant 2: stores of the tail that are in the store buffer

// Ghosts: tasks that are ready, running or in a call; what may still happen.
byte live = 1, in_call, pool, calls, yields, pinned, up, procs;
bit dead, all_talk, ends = 1;

// The lock is taken with the first access under it and dropped with the last. What others
// read only with the lock held has no step of its own.
#define FREE (idle_lock == 0)

// The part of worker_unlist after the count, with idle_lock held; drops it.
inline unlist_rest(w)
{
    if
    :: atomic { leader == w -> leader = NONE; was_left = (n_idle > 0) }
        atomic { unwatched = was_left; idle_lock = 0; was_left = 0 }
    :: atomic { leader != w && n_idle == 0 -> unwatched = 0; idle_lock = 0 }
    :: atomic { leader != w && n_idle > 0 -> idle_lock = 0 }
    fi
}

// wake: the exchange tells a sleeper's futex, whose wait ends as the word is no longer FUTEX.
inline wake(w) { word[w] = NOTIFIED }

// The head of the idle list, but the leader only if it is alone there. With the lock held.
inline choose()
{
    if
    :: listed[0] && leader != 0 -> x = 0
    :: listed[1] && leader != 1 -> x = 1
    :: listed[2] && leader != 2 -> x = 2
    :: else -> x = leader
    fi
}

inline worker_wake_one()
{
    if
    :: n_idle == 0
    :: else ->
        if
        :: n_spinning != 0 // or the CAS fails
        :: atomic { else -> n_spinning = 1 }
            if
            :: atomic { FREE && n_idle > 0 ->
                idle_lock = 1;
                choose();
                spinning[x] = 1;
                listed[x] = 0;
                n_idle-- }
                unlist_rest(x);
                wake(x);
                x = NONE
            :: atomic { FREE && n_idle == 0 -> n_spinning-- }
            fi
        fi
    fi
}

inline worker_wake_this(w)
{
    if
    :: atomic { FREE && listed[w] -> idle_lock = 1; listed[w] = 0; n_idle-- }
        unlist_rest(w);
        wake(w)
    :: FREE && !listed[w]
    fi
}

// worker_watch_over and nudge.
inline worker_watch_over()
{
    if
    :: atomic { unwatched -> unwatched = 0 }
        if
        :: atomic { FREE && leader != NONE -> wake(leader) }
        :: FREE && leader == NONE -> worker_wake_one()
        fi
    :: else
    fi
}

// The store of the tail is an exchange: it is out when the next load happens.
inline ring_push()
{
    if
    :: M(2) -> pending[me]++ // a plain store: n_idle may be read before it is out
    :: else -> ring[me]++
    fi
}

// The owner's own ring, buffered stores and all.
#define OWN (ring[me] + pending[me])
inline own_take()
{
    if
    :: pending[me] > 0 -> pending[me]--
    :: else -> ring[me]--
    fi
}

// worker_work_visible, one load after the other.
inline worker_work_visible()
{
    if
    :: atomic { queue > 0 || inbox[me] > 0 -> more = 1 }
    :: else
        do
        :: atomic { v < N && ring[v] > 0 -> more = 1; v = 0; break }
        :: atomic { v < N && ring[v] == 0 -> v++ }
        :: atomic { v == N -> v = 0; break }
        od
    fi
}

// A runnext anywhere, one load after the other.
inline watch_handed_over()
{
    do
    :: atomic { v < N && runnext[v] -> more = 1; v = 0; break }
    :: atomic { v < N && !runnext[v] -> v++ }
    :: atomic { v == N -> v = 0; break }
    od
}

// Counts itself among those who look for work, unless its waker has done so.
inline spin()
{
    if
    :: atomic { !spinning[me] -> spinning[me] = 1; n_spinning++ }
    :: else
    fi
}

// steal_ring: half of v's ring; the rest of the loot shows when the thief's tail does.
inline steal_ring(w)
{
    if
    :: atomic { ring[w] > 0 -> loot = ring[w] - ring[w] / 2; ring[w] = ring[w] - loot; got = 1 }
        if
        :: loot > 1 -> ring[me] = ring[me] + loot - 1
        :: else
        fi;
        loot = 0
    :: else
    fi
}

// watch_stale: x is a worker with a task handed over. One that computes for ever is found;
// one that does not may have been seen twice in the same task all the same.
#define STALE(v) (v != me && stuck[v] && runnext[v])
inline watch_stale()
{
    if
    :: atomic { me != 0 && runnext[0] -> x = 0 }
    :: atomic { me != 1 && runnext[1] -> x = 1 }
    :: atomic { me != 2 && runnext[2] -> x = 2 }
    :: atomic { !(STALE(0) || STALE(1) || STALE(2)) -> skip }
    fi
}

inline leave_idle()
{
    if
    :: atomic { FREE && listed[me] -> idle_lock = 1; listed[me] = 0; n_idle-- }
        unlist_rest(me)
    :: FREE && !listed[me]
    fi
}

// watch_take: queue_steal with runnext.
inline watch_take()
{
    if
    :: true -> steal_ring(x)
    :: ring[x] > 0 // being_eaten: few, and the head seems to move
    fi;
    if
    :: got
    :: atomic { !got && runnext[x] -> runnext[x] = 0; got = 1 }
    :: !got && !runnext[x]
    fi;
    x = NONE
}

// Up to half of what the queue holds; always in one place or the other for those who look.
inline queue_shared()
{
    if
    :: atomic { queue > 0 -> got = 1; queue-- ;
        if
        :: queue >= N - 1 -> queue--; ring[me]++
        :: else
        fi }
    :: atomic { queue == 0 -> skip }
    fi
}

// sched_pick. Now and then the inbox or the shared queue comes first, and then there may be
// tasks left in the ring of which nobody has been told: a yield does not tell.
inline sched_pick()
{
    if
    :: atomic { inbox[me] > 0 -> inbox[me]--; got = 1 }
        tell_of_ring()
    :: atomic { queue > 0 -> queue--; got = 1 }
        tell_of_ring()
    :: atomic { runnext[me] -> runnext[me] = 0; got = 1 }
    :: atomic { OWN > 0 -> own_take(); got = 1 }
    :: atomic { !runnext[me] && OWN == 0 && inbox[me] == 0 && queue == 0 -> skip }
    fi
}

// sched_pick takes a task from elsewhere while others lie in the ring.
inline tell_of_ring()
{
    if
    :: OWN > 0 && !M(12) -> worker_wake_one()
    :: else
    fi
}

inline found()
{
    if
    :: atomic { spinning[me] -> spinning[me] = 0; n_spinning--; last = (n_spinning == 0) }
        if
        :: last && !M(4) -> worker_work_visible()
        :: else
        fi;
        last = 0
    :: else
    fi;
    if
    :: n_idle == 0
    :: else ->
        // Nobody leads: whoever hands over from now on sees so, and who did before is seen.
        if
        :: !more && leader == NONE && !M(10) -> unwatched = 1; watch_handed_over()
        :: else
        fi;
        if
        :: more -> worker_wake_one()
        :: else
        fi
    fi;
    more = 0
}

// The first half of nap.
inline nap()
{
    if
    :: atomic { word[me] == AWAKE || M(3) -> word[me] = FUTEX } // 3: a store, no CAS
    :: else
    fi
}

inline watch_end()
{
    unwatched = 1;
    if
    :: !M(5) -> watch_handed_over()
    :: else
    fi;
    if
    :: more -> atomic { unwatched = 0; timed = 1; more = 0 }
    :: else -> timed = 0
    fi
}

// lead, with leader_timeout; the nap ends with the exchange that follows it.
inline lead()
{
    do
    :: listed[me] ->
        if
        :: n_idle < N && looks == 0 -> timed = 1
        :: n_idle < N && looks > 0 -> watch_end()
        :: n_idle == N && M(11) -> timed = 0 // nothing to watch over while all are idle
        :: n_idle == N && !M(11) -> watch_end()
        fi;
        nap();
        if
        :: atomic { word[me] == NOTIFIED -> word[me] = AWAKE; looks = 0; timed = 0 }
        :: atomic { word[me] == FUTEX && timed -> word[me] = AWAKE; looks = 1; timed = 0 }
        :: atomic { word[me] == FUTEX && up > 0 ->
            word[me] = AWAKE; up--; looks = 0; timed = 0 }
            break // next_deadline_ns <= now
        fi;
        watch_stale();
        if
        :: x != NONE ->
            leave_idle();
            if
            :: !M(9) -> spin()
            :: else
            fi;
            watch_take();
            goto stolen
        :: else
        fi
    :: else -> break
    od;
    leave_idle();
stolen:
    looks = 0
}

// search: tries some places, in any order. That it may miss something is what idle's second
// look is for, so here it looks at one place at most.
inline search()
{
    if
    :: !spinning[me] && 2 * n_spinning >= N - n_idle -> goto idle
    :: else
    fi;
    spin();
    if
    :: true -> queue_shared()
    :: true -> steal_ring((me + 1) % N)
    :: N > 2 -> steal_ring((me + 2) % N)
    :: watch_stale();
        if
        :: x != NONE -> watch_take()
        :: else
        fi
    :: skip
    fi;
    if
    :: got -> goto took
    :: else
    fi
}

// The first half of idle. All are listed: quiet, with the lock held; then only the end of a
// blocking call can change anything.
inline list_oneself()
{
    if
    :: atomic { FREE && leader == NONE -> idle_lock = 1; listed[me] = 1; leads = 1; leader = me }
        unwatched = 0
    :: atomic { FREE && leader != NONE -> idle_lock = 1; listed[me] = 1 }
    fi;
    n_idle++;
    if
    :: atomic { spinning[me] && !M(6) -> spinning[me] = 0; n_spinning--; spun = 1 }
    :: else
    fi;
    last = (n_idle == N && (blocking == 0 || M(7)));
    atomic {
        if
        :: last ->
            last = (queue == 0);
            do
            :: v < N -> last = last && !ring[v] && !runnext[v] && !inbox[v]; v++
            :: else -> break
            od;
            v = 0
        :: else
        fi;
        idle_lock = 0
    }
}

// Unless all talk, only tasks on worker 0 ready others.
#define MAY (pool > 0 && (all_talk || me == 0))

// Running a task; goes to `find` when it parks.
inline run_task()
{
    do
    :: atomic { MAY && runnext[me] -> pool--; live++ } // put_next: the exchange,
        ring_push(); // which gave another task
        worker_wake_one()
    :: atomic { MAY && !runnext[me] -> pool--; live++; runnext[me] = 1 } // sched_ready
        worker_watch_over()
    :: atomic { MAY && !runnext[me] -> pool--; live++; runnext[me] = 1 } // sched_start
        worker_wake_one();
        if // 15: has told of it, so it does not look whether anybody watches
        :: !M(15) -> worker_watch_over()
        :: else
        fi
    :: atomic { pinned > 0 && MAY -> pinned--; pool--; live++;
        if
        :: i = 0
        :: i = 1
        :: N > 2 -> i = 2
        fi;
        inbox[i]++ }
        if
        :: i != me -> worker_wake_this(i)
        :: else
        fi;
        i = 0
    :: atomic { yields > 0 -> yields-- ; // csp_yield
        more = (runnext[me] || OWN > 0);
        ring_push() }
        if
        :: more -> more = 0; worker_wake_one()
        :: else
        fi;
        break
    :: atomic { calls > 0 -> calls--; blocking++; in_call++ } // csp_blocking
        break
    :: stuck[me] = 1; goto out
    :: atomic { ends || me == 0 -> live-- } break // it ends, or parks on what nobody will do
    od
}

proctype worker(byte me; byte mutant)
{
    byte x = NONE, v, i, loot;
    bit got, more, last, leads, timed, looks, was_left, spun;

    if
    :: me == 0 -> goto running
    :: me == leader -> leads = 1; goto leading
    :: me != 0 && me != leader && spinning[me] -> goto find
    :: else -> goto asleep
    fi;
find:
    if
    :: dead -> goto out
    :: else
    fi;
    sched_pick();
    if
    :: got -> goto took
    :: else
    fi;
    search();
idle:
    list_oneself();
    if
    :: last -> assert(live == 0); dead = 1; goto out
    :: else
    fi;
    if
    :: !M(1) -> worker_work_visible()
    :: else
    fi;
    if // 6: says that it looks no longer only when it has looked once more
    :: atomic { M(6) && spinning[me] -> spinning[me] = 0; n_spinning-- }
    :: else
    fi;
    if
    :: more -> atomic { more = 0; leads = 0 }
        leave_idle();
        if // 14: who looked before looks no longer, though others relied on it
        :: spun && !M(14) -> spun = 0; spin()
        :: else -> spun = 0
        fi;
        goto find
    :: else -> spun = 0
    fi;
leading:
    if
    :: leads -> leads = 0; lead()
        if
        :: got -> goto took
        :: else -> goto find
        fi
    :: else
    fi;
asleep:
    do
    :: listed[me] -> nap(); atomic { word[me] != FUTEX -> word[me] = AWAKE }
    :: else -> break
    od;
    goto find;
took:
    got = 0;
    found();
running:
    run_task();
    goto find;
out:
    skip
}

// The store buffers drain some time, of their own accord.
proctype flush()
{
    do
    :: atomic { pending[0] > 0 -> ring[0] = ring[0] + pending[0]; pending[0] = 0 }
    :: atomic { pending[1] > 0 -> ring[1] = ring[1] + pending[1]; pending[1] = 0 }
    od
}

// helper_main and finish of blocking.c.
proctype helper(byte mutant)
{
    byte x = NONE;
    bit was_left;
    do
    :: atomic { in_call > 0 -> in_call-- }
        if
        :: M(8) -> blocking--; queue++; worker_wake_one() // no longer blocked, not yet ready
        :: else ->
            queue++;
            worker_wake_one();
            blocking--;
            if
            :: !M(13) -> worker_wake_one()
            :: else
            fi
        fi
    od
}

proctype monitor()
{
    byte i, ready, all_stuck = 1;
    timeout;
    if
    :: dead -> goto judged // and rightly so, see idle
    :: else
    fi;
    atomic {
        ready = queue;
        do
        :: i < N ->
            ready = ready + ring[i] + runnext[i];
            if
            :: !stuck[i] ->
                all_stuck = 0;
                assert(listed[i] && inbox[i] == 0)
            :: else
            fi;
            i++
        :: else -> break
        od;
        assert(idle_lock == 0 && n_spinning == 0);
        assert(ready == 0 || all_stuck);
        assert(live > 0) // else it is a deadlock, of which nobody has told
    }
judged:
    skip
}

// csp_run: worker 0 starts with the first task, the others are listed. Or, with HELD of
// three workers: 0 has just readied so many tasks and one more, 1 leads, 2 has been woken,
// and every task on the others computes for ever.
init {
    byte i, mutant, held;
    atomic {
        c_code {
            now.procs = parameter("PROCS");
            now.pool = parameter("POOL");
            now.pinned = parameter("PINNED");
            now.yields = parameter("YIELDS");
            now.calls = parameter("CALLS");
            now.all_talk = !parameter("QUIET");
            Pinit->held = parameter("HELD");
            now.up = parameter("UP");
            Pinit->mutant = parameter("MUTANT");
        };
        do
        :: i + 1 < N -> i++; listed[i] = 1; n_idle++
        :: else -> break
        od;
        if
        :: held == 0 -> unwatched = 1
        :: else ->
            ends = 0;
            leader = 1;
            runnext[0] = 1;
            ring[0] = held;
            live = held + 2;
            listed[2] = 0; n_idle--; spinning[2] = 1; n_spinning = 1
        fi;
        i = 0;
        do
        :: i < N -> run worker(i, mutant); i++
        :: else -> break
        od;
        i = 0;
        if
        :: calls > 0 -> run helper(mutant)
        :: else
        fi;
        if
        :: M(2) -> run flush()
        :: else
        fi;
        run monitor()
    }
}
