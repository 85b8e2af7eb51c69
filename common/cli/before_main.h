// before_main.h -- what must happen before the libraries' constructors run.
#ifndef BEFORE_MAIN_H
#define BEFORE_MAIN_H

// Removes OpenMP's variables from the environment, in place, unless this is a worker. The
// program's .preinit_array names it.
void before_main(int argc, char **argv, char **environment);

#endif
