// alone.pml -- how the only worker of a run stops being the only one: plain loads and
// stores between `w->busy = 1` and `w->busy = 0`, and the monitor that ends this.
//
// The worker, again and again: busy = 1; reads run->alone; if alone, changes the shared
// structure with a plain load and a plain store, else by an atomic read-modify-write;
// busy = 0. Its stores are ordered by the compiler alone. The monitor: alone = false;
// membarrier(PRIVATE_EXPEDITED); waits for busy == 0; lets a second worker in, which only
// ever uses atomic operations.
//
// Promised: no plain operation of the first worker overlaps an atomic one of the second,
// and no update is lost.
//
// Modelled: a store buffer for each of the three (x86's TSO, first in, first out), with
// forwarding to the buffer's owner. The membarrier makes the worker's store buffer empty at
// one instant between the monitor's store and its load of busy: that is what the kernel's
// interrupt on the worker's processor does; it is a full barrier for the monitor as well.
// Abstracted: the structure is one counter; the worker does ROUNDS operations.

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
#define COUNT 2

byte memory[3];
byte rounds;
bool plain, admitted, finished[2];
chan worker_buffer = [6] of { byte, byte };
chan monitor_buffer = [2] of { byte, byte };

proctype drain(chan buffer)
{
    byte where, value;
    do
    :: atomic { buffer?where,value -> memory[where] = value; where = 0; value = 0 }
    od
}

// What the worker itself reads: its newest store, if that is still in the buffer.
byte newest_count;

proctype worker(byte mutant)
{
    byte left = rounds, count;
    bool alone;
    do
    :: left > 0 ->
        left--;
        if
        :: M(3) -> alone = memory[ALONE]; worker_buffer!BUSY,1 // looks before it says so
        :: else -> worker_buffer!BUSY,1; alone = memory[ALONE]
        fi;
        if
        :: alone ->
            plain = 1;
            if
            :: atomic { worker_buffer??[COUNT,eval(newest_count)] -> count = newest_count }
            :: else -> count = memory[COUNT]
            fi;
            if
            :: M(4) -> worker_buffer!BUSY,0 // not busy any more before it has stored
            :: else
            fi;
            atomic { newest_count = count + 1; worker_buffer!COUNT,newest_count }
            plain = 0
        :: else -> atomic { empty(worker_buffer) -> memory[COUNT] = memory[COUNT] + 1 }
        fi;
        worker_buffer!BUSY,0
    :: else -> break
    od;
    finished[0] = 1
}

proctype monitor(byte mutant)
{
    monitor_buffer!ALONE,0;
    if // 1: no membarrier; 2: a fence of the monitor's own in its place
    :: M(1)
    :: M(2) -> empty(monitor_buffer)
    :: else -> empty(monitor_buffer); empty(worker_buffer)
    fi;
    if
    :: M(5) // does not wait
    :: else -> memory[BUSY] == 0
    fi;
    admitted = 1
}

proctype second()
{
    admitted;
    atomic { assert(!plain); memory[COUNT] = memory[COUNT] + 1 }
    finished[1] = 1
}

proctype judge()
{
    timeout;
    assert(finished[0] && finished[1]);
    assert(memory[COUNT] == rounds + 1)
}

init {
    byte mutant;
    atomic {
        c_code {
            now.rounds = parameter("ROUNDS");
            Pinit->mutant = parameter("MUTANT");
        };
        memory[ALONE] = 1;
        run worker(mutant);
        run monitor(mutant);
        run second();
        run drain(worker_buffer);
        run drain(monitor_buffer);
        run judge()
    }
}
