// spare.pml -- workers that stand in for stuck ones: monitor.c, and what csp_worker.c,
// wake.c and watch.c do about spares.
//
// Promised: a ready task is run although every worker of the run's own is stuck for ever,
// as long as the monitor goes on looking and there is a spare left; a run is declared dead
// if, and only if, no task is ready, running or in anybody's hands; spares retire when a
// worker of the run's own is free; a run that is told to end is left by all workers but
// those that are stuck for ever, and nobody touches it once csp_run has returned.
//
// Modelled, one step for each access to what is shared: watch with look_at_workers,
// retire_spares, something_waits, add_spare (monitor.c); queue_share (queue.c);
// worker_add_spare, worker_wake_one, worker_wake_this, worker_unlist, worker_unretire,
// worker_watch_over, worker_end_all (wake.c); find, search, idle, lead, dead, retire, found
// (csp_worker.c); watch_unled, watch_end (watch.c); put_next (sched.c); guests,
// monitor_leave and wait_for_guests (run.c). A task that runs does, in any order and as
// often as allowed: hand over or make another, ready a pinned one, end the run, end; it
// stays for ever, or until the monitor has looked some times, then as long as it likes.
//
// Abstracted: a nap is a wait for what ends it (naps are in park.pml); rings are counts; a
// look at all queues is one step; the idle list has no order but that the leader is woken
// last; a tick is the fact that it has changed; the end of being alone is in alone.pml;
// threads can always be had. Left out: which processor a spare is on; timers and
// descriptors. The monitor looks when all stands still, and EARLY times at any time; when
// it has looked LOOKS times and all stands still, it judges.
//
// Parameters: PROCS workers and SPARES; POOL tasks become ready, of which PINNED may be
// pinned; FOREVER and LONG are how many tasks stay; ENDS: the run may be told to end.

c_decl {
    static int parameter(const char *name)
    {
        const char *value = getenv(name);
        return value ? atoi(value) : 0;
    }
};

#define MOST 3 // workers
#define M(fault) (mutant == fault)
#define NONE 7

// struct run
bit idle_lock, ending, unwatched, monitor_lock, watched = 1;
byte queue, blocking, n_idle, n_joined, n_spinning, n_workers, guests;
byte leader = NONE;

// struct worker
bit runnext[MOST], listed[MOST], spinning[MOST], entered[MOST], enters[MOST];
bit retires[MOST], retired[MOST], stuck[MOST], give_way[MOST], ticked[MOST];
byte ring[MOST], inbox[MOST];
bit nudged; // the leader's word

// Ghosts: tasks that are ready, running or in somebody's hands; what may still happen.
byte live = 1, pool, pinned, forever, longs, ends, procs, spares, looks, most_looks, early;
bit for_ever[MOST], left[MOST], dead_declared, closed;

#define FREE (idle_lock == 0)
// Whoever touches the run is inside.
#define INSIDE assert(!closed)

inline unlist(w)
{
    listed[w] = 0;
    n_idle--;
    if
    :: leader == w -> leader = NONE; nudged = 0; unwatched = (n_idle > 0)
    :: leader != w && n_idle == 0 -> unwatched = 0
    :: else
    fi
}

inline unretire(w) { retired[w] = 0; n_joined++ }

inline call_up(w)
{
    unlist(w);
    if
    :: !entered[w] -> entered[w] = 1; guests++; enters[w] = 1
    :: else
    fi
}

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
        :: n_spinning != 0
        :: atomic { else -> n_spinning = 1; INSIDE }
            if
            :: atomic { FREE && n_idle > 0 -> choose(); spinning[x] = 1; call_up(x); x = NONE }
            :: atomic { FREE && n_idle == 0 -> n_spinning-- }
            fi
        fi
    fi
}

inline worker_wake_this(w)
{
    atomic {
        FREE -> INSIDE;
        if
        :: listed[w] -> call_up(w)
        :: !listed[w] && retired[w] && !M(7) -> unretire(w) // 7: it sleeps on
        :: else
        fi
    }
}

// With nudge.
inline worker_watch_over()
{
    if
    :: atomic { unwatched -> unwatched = 0; INSIDE }
        if
        :: atomic { FREE && leader != NONE -> nudged = 1 }
        :: FREE && leader == NONE -> worker_wake_one()
        fi
    :: else
    fi
}

inline worker_end_all()
{
    atomic { ending = 1; INSIDE }
    atomic {
        FREE ->
        i = 0;
        do
        :: i < MOST ->
            if
            :: listed[i] && entered[i] -> unlist(i)
            :: retired[i] && !M(6) -> unretire(i) // 6: forgets them
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0
    }
}

inline worker_work_visible()
{
    more = (queue + inbox[me] + ring[0] + ring[1] + ring[2] > 0)
}

inline watch_handed_over() { more = runnext[0] || runnext[1] || runnext[2] }

inline watch_unled()
{
    if
    :: leader == NONE -> unwatched = 1; watch_handed_over()
    :: else
    fi
}

#define QUIET (blocking == 0 && queue == 0 && \
    !(ring[0] + ring[1] + ring[2] + runnext[0] + runnext[1] + runnext[2] + \
      inbox[0] + inbox[1] + inbox[2]))
#define JOINED (M(14) -> procs : n_joined)
#define DEAD (n_idle == JOINED && !ending && QUIET)

inline worker_end_dead()
{
    atomic { assert(live == 0); dead_declared = 1 }
    worker_end_all()
}

// queue_share: what is taken is in nobody's queue for a while.
inline share_rest(w)
{
    atomic { loot = loot + runnext[w]; runnext[w] = 0 }
    atomic { queue = queue + loot; loot = 0 }
}

inline queue_share(w)
{
    atomic { loot = ring[w]; ring[w] = 0 }
    share_rest(w)
}

inline retire()
{
    if
    :: ring[me] + runnext[me] > 0 -> queue_share(me)
    :: else
    fi;
    atomic {
        FREE -> INSIDE;
        idle_lock = 1;
        retired[me] = 1;
        if
        :: !M(3) -> n_joined-- // 3: is missed ever after
        :: else
        fi
    }
    if
    :: atomic { spinning[me] -> spinning[me] = 0; n_spinning-- }
    :: else
    fi;
    atomic {
        last = DEAD && !M(4); // 4: does not ask
        if
        :: (inbox[me] > 0 && !M(8)) || (ending && !M(9)) -> unretire(me) // 8, 9: do not look
        :: else
        fi;
        idle_lock = 0
    }
    if
    :: last -> last = 0; worker_end_dead()
    :: else ->
        if
        :: !M(5) -> watch_unled()
        :: else
        fi;
        if
        :: !more && !M(11) -> worker_work_visible()
        :: else
        fi;
        if
        :: more -> more = 0; worker_wake_one()
        :: else
        fi
    fi;
    !retired[me]
}

inline leave_idle()
{
    atomic {
        FREE -> INSIDE;
        if
        :: listed[me] -> unlist(me)
        :: else
        fi
    }
}

inline spin()
{
    if
    :: atomic { !spinning[me] -> spinning[me] = 1; n_spinning++ }
    :: else
    fi
}

// Half of v's ring; the rest of the loot shows when the thief's tail does.
inline steal_ring(v)
{
    if
    :: atomic { ring[v] > 0 -> loot = ring[v] - ring[v] / 2; ring[v] = ring[v] - loot; got = 1 }
        if
        :: loot > 1 -> ring[me] = ring[me] + loot - 1
        :: else
        fi;
        loot = 0
    :: else
    fi
}

inline search()
{
    if
    :: !spinning[me] && 2 * n_spinning >= n_joined - n_idle -> goto idle
    :: else
    fi;
    spin();
    if
    :: atomic { queue > 0 -> queue--; got = 1 }
    :: true -> steal_ring((me + 1) % MOST)
    :: true -> steal_ring((me + 2) % MOST)
    :: skip
    fi
}

// The leader looks at every hand-over for a while; then it says that nobody looks.
inline lead()
{
    do
    :: listed[me] ->
        if
        :: atomic { n_idle < n_joined && runnext[(me + 1) % MOST] -> x = (me + 1) % MOST }
        :: atomic { n_idle < n_joined && runnext[(me + 2) % MOST] -> x = (me + 2) % MOST }
        :: true -> unwatched = 1; // watch_end
            watch_handed_over();
            if
            :: more -> more = 0; unwatched = 0;
                if
                :: atomic { nudged -> nudged = 0 }
                :: atomic { runnext[(me + 1) % MOST] -> x = (me + 1) % MOST }
                :: atomic { runnext[(me + 2) % MOST] -> x = (me + 2) % MOST }
                :: atomic { !runnext[0] && !runnext[1] && !runnext[2] -> skip }
                fi
            :: else ->
                if
                :: atomic { nudged -> nudged = 0 }
                :: !listed[me]
                fi
            fi
        fi;
        if
        :: x != NONE ->
            leave_idle();
            spin();
            steal_ring(x);
            if
            :: got
            :: atomic { !got && runnext[x] -> runnext[x] = 0; got = 1 }
            :: !got && !runnext[x]
            fi;
            x = NONE;
            goto stolen
        :: else
        fi
    :: else -> break
    od;
    leave_idle();
stolen:
    skip
}

inline found()
{
    if
    :: atomic { spinning[me] -> spinning[me] = 0; n_spinning--; last = (n_spinning == 0) }
        if
        :: last -> last = 0; worker_work_visible()
        :: else
        fi
    :: else
    fi;
    if
    :: n_idle == 0
    :: else ->
        if
        :: !more -> watch_unled()
        :: else
        fi;
        if
        :: more -> worker_wake_one()
        :: else
        fi
    fi;
    more = 0
}

inline list_oneself()
{
    atomic {
        FREE -> INSIDE;
        idle_lock = 1;
        listed[me] = 1;
        if
        :: leader == NONE -> leader = me; leads = 1; unwatched = 0; nudged = 0
        :: else
        fi;
        n_idle++
    }
    if
    :: atomic { spinning[me] -> spinning[me] = 0; n_spinning--; spun = 1 }
    :: else
    fi;
    atomic { last = DEAD; idle_lock = 0 }
}

#define MAY (pool > 0)

inline run_task()
{
    do
    :: atomic { MAY && !ending -> pool--; live++; // put_next
        if
        :: news = 0
        :: news = 1
        fi;
        if
        :: runnext[me] -> ring[me]++; news = 1
        :: else -> runnext[me] = 1; more = 1
        fi }
        if
        :: news -> worker_wake_one()
        :: else
        fi;
        news = 0;
        if
        :: more -> more = 0; worker_watch_over()
        :: else
        fi
    :: atomic { pinned > 0 && MAY && !ending -> pinned--; pool--; live++;
        if
        :: to = 0
        :: to = 1
        :: to = 2
        fi;
        if
        :: !(entered[to] || to < procs) -> to = me // it has run there
        :: else
        fi;
        inbox[to]++ }
        if
        :: to != me -> worker_wake_this(to)
        :: else
        fi;
        to = 0
    :: atomic { forever > 0 -> forever--; for_ever[me] = 1 } // and the worker with it
        false
    :: atomic { longs > 0 -> longs--;
        if
        :: until = 1
        :: until = 3
        :: until = 4
        fi }
        atomic { looks >= until || ending -> until = 0 }
    :: atomic { ends > 0 && !ending -> ends-- }
        worker_end_all();
        break
    :: atomic { live-- } break
    od
}

// sched_pick, which may also find nothing if the worker is to retire or the run to end.
inline sched_pick()
{
    ticked[me] = 1;
    if
    :: atomic { inbox[me] > 0 -> inbox[me]--; got = 1 }
    :: atomic { queue > 0 -> queue--; got = 1 }
    :: atomic { runnext[me] -> runnext[me] = 0; got = 1 }
    :: atomic { ring[me] > 0 -> ring[me]--; got = 1 }
    :: atomic { !runnext[me] && ring[me] == 0 && inbox[me] == 0 && queue == 0 -> skip }
    fi
}

proctype worker(byte me; byte mutant; byte start)
{
    byte x = NONE, i, loot, to, until;
    bit got, more, last, leads, news, spun;

    if
    :: me == 0 || start == 3 -> goto running
    :: me > 0 && start == 2 && me >= procs -> leads = 1; goto leading
    :: me > 0 && (start == 1 || start == 2) && me < procs -> goto asleep
    :: me > 0 && start == 1 && me >= procs -> !retired[me]
    :: me > 0 && start == 0 -> enters[me] -> enters[me] = 0
    fi;
find:
    if
    :: ending -> goto leave
    :: !ending && retires[me] && inbox[me] == 0 -> retire()
    :: else
    fi;
    sched_pick();
    if
    :: got -> goto took
    :: else
    fi;
    search();
    if
    :: got -> goto took
    :: else
    fi;
idle:
    list_oneself();
    if
    :: last -> last = 0; worker_end_dead(); goto leave
    :: else
    fi;
    worker_work_visible();
    if
    :: more || ending -> atomic { more = 0; leads = 0 }
        leave_idle();
        if // 12: who looked before looks no longer, though others relied on it
        :: spun && !M(12) -> spun = 0; spin()
        :: else -> spun = 0
        fi;
        goto find
    :: else -> spun = 0
    fi;
leading:
    if
    :: leads -> leads = 0; lead();
        if
        :: got -> goto took
        :: else -> goto find
        fi
    :: else
    fi;
asleep:
    !listed[me];
    goto find;
took:
    got = 0;
    found();
    if
    :: ending -> goto leave
    :: else
    fi;
running:
    run_task();
    goto find;
leave:
    if
    :: atomic { spinning[me] -> spinning[me] = 0; n_spinning-- }
    :: else
    fi;
    if
    :: me != 0 -> atomic { INSIDE; guests--; left[me] = 1 }
    :: else ->
        if // monitor_leave
        :: atomic { monitor_lock == 0 || M(10) -> watched = 0 }
        fi;
        atomic { guests == 0 -> closed = 1; left[me] = 1 }
    fi
}

inline look_at_workers()
{
    atomic { FREE -> idle_lock = 1; INSIDE; i = 0 }
    do
    :: atomic { i < n_workers ->
        same = !listed[i] && !retired[i] && entered[i] && !ticked[i];
        stuck[i] = same && give_way[i];
        give_way[i] = same;
        ticked[i] = 0;
        if
        :: stuck[i] -> any_stuck = 1
        :: !stuck[i] && (!retired[i] || M(13)) -> // 13: who has retired is free
            any_free = 1;
            own_free = own_free || i < procs
        :: else
        fi;
        i++ }
    :: atomic { i == n_workers -> i = 0; is_idle = (n_idle > 0); idle_lock = 0; break }
    od
}

inline retire_spares()
{
    i = procs;
    do
    :: atomic { i < n_workers ->
        retires[i] = own_free && !M(15) } // 15: never
        if
        :: own_free && listed[i] && !M(15) -> worker_wake_this(i)
        :: else
        fi;
        i++
    :: atomic { i == n_workers -> i = 0; break }
    od
}

inline something_waits()
{
    more = (queue + ring[0] + ring[1] + ring[2] + runnext[0] + runnext[1] + runnext[2] > 0)
}

inline worker_add_spare()
{
    atomic {
        FREE -> INSIDE;
        if
        :: retired[1] -> x = 1
        :: retired[2] -> x = 2
        :: else
        fi;
        if
        :: x != NONE -> unretire(x)
        :: else
        fi
    }
    if
    :: x != NONE -> retires[x] = 0; x = NONE
    :: x == NONE && n_workers < procs + spares ->
        atomic { x = n_workers; n_workers++; ticked[x] = 1 } // thread_get_spare
        atomic {
            FREE -> INSIDE;
            if
            :: !ending -> entered[x] = 1; n_joined++; guests++; enters[x] = 1
            :: else
            fi;
            x = NONE
        }
    :: else
    fi
}

inline judge()
{
    atomic {
        assert(idle_lock == 0 && blocking == 0);
        i = 0;
        do
        :: i < n_workers ->
            ready = ready + ring[i] + runnext[i];
            if
            :: ending -> assert(left[i] || for_ever[i] || !entered[i] || (i == 0 && for_ever[1] + for_ever[2] > 0))
            :: !ending && !for_ever[i] ->
                alive = 1;
                assert(inbox[i] == 0 && (listed[i] || retired[i]));
                // No spare stays that nobody needs.
                assert(i < procs || retired[i] || !(listed[0] || (procs > 1 && listed[1])))
            :: else
            fi;
            i++
        :: else -> break
        od;
        if
        :: ending
        :: else ->
            assert(n_spinning == 0 && live > 0); // else it is dead, and nobody has told
            assert(queue + ready == 0 || (!alive && n_workers == procs + spares))
        fi
    }
}

inline watch()
{
    look_at_workers();
    retire_spares();
    if
    :: !any_stuck || is_idle -> goto looked
    :: else
    fi;
    if
    :: !any_free ->
        something_waits();
        if
        :: more -> more = 0
        :: else -> goto looked
        fi
    :: else
    fi;
    if
    :: !M(1) -> blocking++ // 1: what it has in hand is nowhere
    :: else
    fi;
    i = 0;
    do
    :: atomic { i < n_workers && stuck[i] && ring[i] + runnext[i] > 0 -> loot = ring[i]; ring[i] = 0 }
        share_rest(i);
        i++
    :: atomic { i < n_workers && !(stuck[i] && ring[i] + runnext[i] > 0) -> i++ }
    :: atomic { i == n_workers -> i = 0; break }
    od;
    if
    :: !M(1) -> blocking--
    :: else
    fi;
    if
    :: !M(2) -> worker_wake_one() // 2: tells nobody
    :: else
    fi;
    if
    :: !any_free -> worker_add_spare()
    :: else
    fi
}

proctype monitor(byte mutant)
{
    byte x = NONE, i, loot, ready;
    bit same, own_free, any_free, any_stuck, is_idle, more, alive;
    do
    :: atomic { looks < most_looks && watched && !ending && (early > 0 || timeout) ->
        if
        :: early > 0 -> early--
        :: else
        fi;
        monitor_lock = 1;
        looks++ }
        watch();
looked:
        atomic {
            monitor_lock = 0; more = 0; own_free = 0; any_free = 0; any_stuck = 0;
            is_idle = 0; same = 0
        }
    :: atomic { (looks == most_looks || !watched || ending) && timeout -> judge(); break }
    od
}

// csp_run: worker 0 runs the first task, the run's other own ones are listed. Or, by START,
// there have been spares before, and 1: they have retired; 2: the last one leads those who
// are idle; 3: every worker runs a task.
init {
    byte i, mutant, start;
    atomic {
        c_code {
            Pinit->start = parameter("START");
            now.procs = parameter("PROCS");
            now.spares = parameter("SPARES");
            now.pool = parameter("POOL");
            now.pinned = parameter("PINNED");
            now.forever = parameter("FOREVER");
            now.longs = parameter("LONG");
            now.ends = parameter("ENDS");
            now.early = parameter("EARLY");
            now.most_looks = parameter("LOOKS");
            Pinit->mutant = parameter("MUTANT");
        };
        entered[0] = 1;
        n_workers = procs;
        n_joined = procs;
        unwatched = (procs > 1 && start != 3);
        i = 0;
        do
        :: i < MOST ->
            ticked[i] = 1;
            if
            :: i > 0 && i < procs && start != 3 -> listed[i] = 1; n_idle++
            :: i > 0 && i < procs + spares && start == 3 -> live++
            :: else
            fi;
            if
            :: i > 0 && i < procs + spares && start > 0 ->
                entered[i] = 1; guests++;
                if
                :: i < procs
                :: i >= procs && start == 1 -> retired[i] = 1; retires[i] = 1; n_workers++
                :: i >= procs && start == 2 ->
                    listed[i] = 1; n_idle++; n_workers++; n_joined++; leader = i; unwatched = 0
                :: i >= procs && start == 3 -> n_workers++; n_joined++
                fi
            :: else
            fi;
            if
            :: i < procs + spares -> run worker(i, mutant, start)
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0;
        run monitor(mutant)
    }
}
