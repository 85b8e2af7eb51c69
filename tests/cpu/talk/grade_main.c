// grade_main.c -- grades what it is linked with: the exercises as they are given, the
// solutions, or a wrong one.
//   grade_main DEADLINE_S [NAME...]
#include "grade.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    (void)argc;
    struct fail why;
    struct grade_opts opts = {.out = stdout, .deadline_s = atoi(argv[1])};
    const char *const *names = (const char *const *)&argv[2];
    if (grade_run(names, &opts, &why)) {
        fprintf(stderr, "gopherbench: %s\n", why.text);
        return (int)why.code;
    }
    return 0;
}
