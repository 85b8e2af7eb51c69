// exercise.h -- what the workshop's exercises are given, and the functions they define.
//
// An exercise is one file in exercises/: it says what is to be done, what is graded and
// where to begin. All that it needs beside this header is csp.h, the manual of tasks,
// channels and select. The exercise's functions are called in a task of a run, under
// virtual time and on real threads, many times, with other numbers each time.
#ifndef EXERCISE_H
#define EXERCISE_H

#include "csp.h"

// For a channel on which a task says that it has finished.
typedef CSP_CHAN(int) done_chan;

// exercise_fourth.c and exercise_deadlock.c: gophers, carts and a pile of books.
//
// A cart makes four trips, over and over: it is loaded at the pile, carried to the fire,
// emptied into it, and taken back to the pile. Each trip takes its time, and one gopher.
struct cart;
typedef CSP_CHAN(struct cart *) cart_chan;

bool cart_load(struct cart *);  // false, at once: the pile has gone, the cart stays empty
void cart_carry(struct cart *);
void cart_burn(struct cart *);
void cart_return(struct cart *);

// Burns all books. The `count` carts stand empty at the pile. Returns when every gopher
// has gone home.
void exercise_fourth(struct cart *const *carts, int count);
void exercise_deadlock(struct cart *const *carts, int count);

// exercise_balancer.c: a pool of workers, and who gets the next request.
struct request {
    int number;
    uint64_t takes_ns;  // known to the worker when it is done, not to the balancer
};
typedef CSP_CHAN(struct request) request_chan;

struct worker {
    request_chan requests;  // waiting for him; a send to it never waits
    int pending;            // requests that he was given and has not completed
    int place;              // heap[place] is he
};

enum { WORKERS_MAX = 16 };

struct pool {
    int count;  // of workers
    // By pending: nobody has less than who is above him.
    struct worker *heap[WORKERS_MAX];
    int turn;  // whatever you like; 0 at first
};

// Only one task, the balancer, calls these. Dispatch gives the request to a worker;
// completed is told of each worker who is done with one.
void pool_dispatch(struct pool *, struct request);
void pool_completed(struct pool *, struct worker *);

// exercise_fan_in.c: what two say, on one channel.
struct word {
    int speaker, number;
};
typedef CSP_RECV_CHAN(struct word) word_in;
typedef CSP_SEND_CHAN(struct word) word_out;

void exercise_fan_in(word_in ann, word_in joe, word_out both);

// exercise_replicas.c: the same question to several libraries.
struct replica;

// Looks through one more shelf, which takes a while. True: the answer was on it, and is
// in *answer now; then this replica has no more shelves.
bool replica_look(struct replica *, int *answer);

// Asks all at once and returns the first answer. When it returns all its tasks have
// ended.
int exercise_replicas(struct replica *const *replicas, int count);

// exercise_grain.c: numbers, handed over in slices.
struct slice {
    int first, count;  // numbers [first, first + count)
};
typedef CSP_CHAN(struct slice) slice_chan;

struct job {
    int count;             // numbers to make, from 0 to count - 1
    uint64_t number_ns;    // that it takes to make one, and again to use it
    uint64_t handover_ns;  // that it takes to hand over a slice, be it small or large
};

void make_number(const struct job *, int number);
void hand_over(const struct job *, slice_chan, struct slice);

// Makes all numbers, each before it is handed over, and closes the channel.
void exercise_grain(const struct job *, slice_chan slices);

#endif
