// film.h -- a run that is being watched: where we are in it, and what the keys do.
//
// Every key that changes the plan makes a new run of it, in virtual time, which takes
// milliseconds; what is shown is always a run that has been. Nothing here reads a clock,
// a key or a terminal.
#ifndef FILM_H
#define FILM_H

#include "frame.h"

// A key: a character, or one of these.
enum stroke {
    STROKE_NONE = -1,
    STROKE_RIGHT = 256,
    STROKE_LEFT,
    STROKE_HOME,
    STROKE_END
};
enum { STROKE_ESCAPE = 27 };

enum {
    FILM_SPEED_MIN = -3,  // of the speeds 2^n
    FILM_SPEED_MAX = 6,
    FILM_CARTS_MAX = 99,
    FILM_GOPHERS_MAX = 1024,  // more than can be followed
    FILM_LOADS_MAX = 20000    // in all lanes: every picture looks at all that was done
};

struct film {
    struct gopher_plan plan;
    struct design own;  // the design it began with, in the round of designs if it is none
    enum work own_work;  // and the work: real books are carried only where it was real
    struct reel reel;
    struct record one;  // of plan_alone
    uint64_t ns;
    double rest_ns;  // of the time gone by, what makes no whole nanosecond
    int speed;       // at 2^speed a mean trip takes 2^-speed seconds
    bool paused, help;
    char status[64];  // what the last key changed, and what came of it
};

// The plan is run in virtual time, whatever it says. EXIT_USAGE when it cannot be.
int film_open(struct film *, const struct gopher_plan *, struct fail *why);
void film_close(struct film *);  // a zeroed one is fine

// Returns 1 to go on, 0 to quit, and -1 when a run could not be made.
int film_key(struct film *, int key, struct fail *why);

// What the keys 1 to 9 do, for any number. Returns 1, or -1 as film_key.
int film_procs(struct film *, int procs, struct fail *why);

// So much real time has gone by.
void film_advance(struct film *, uint64_t real_ns);

struct canvas film_draw(const struct film *, int columns, int rows, bool utf8);

// So many pictures of the plan's run as text, from its begin to its end at equal
// distances (of one: the middle), each with a line before it that says which it is.
int film_frames(const struct gopher_plan *, int frames, int columns, int rows, bool utf8,
                FILE *out, struct fail *why);

// The animation as an asciicast (version 2), of which asciinema plays what a terminal
// would have shown: the plan's run on one processor and, after a while, on as many as it
// has, as if that key had been pressed. The same plan gives the same bytes. EXIT_OUTPUT
// when they cannot be written.
struct cast_opts {
    int columns, rows;
    bool utf8, color;
    int seconds;       // of each of the two, at most
    const char *name;  // of the file, for a sentence
};
int film_record(const struct gopher_plan *, const struct cast_opts *, FILE *out,
                struct fail *why);

#endif
