// before_main.c -- the user's OpenMP settings are kept from the supervisor.
//
// The OpenMP library reads its variables in a constructor and may bind the very thread
// that main will run on to one CPU, so that all engines would get one. What runs before
// library constructors takes the variables away. A worker keeps what the supervisor gave
// it.
#include "before_main.h"

#include "worker.h"

#include <stdbool.h>
#include <string.h>

static bool is_for_openmp(const char *variable)
{
    return strncmp(variable, "OMP_", 4) == 0 || strncmp(variable, "GOMP_", 5) == 0 ||
           strncmp(variable, "KMP_", 4) == 0;
}

void before_main(int argc, char **argv, char **environment)
{
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        return;
    char **to = environment;
    for (char **from = environment; *from; from++)
        // The tool that a sanitizer needs is no setting of a run.
        if (!is_for_openmp(*from) || strncmp(*from, "OMP_TOOL", 8) == 0)
            *to++ = *from;
    *to = NULL;
}
