// command.h -- the subcommands. To add one: cmd_<name>.c, a prototype here, a bit in
// options.h, a row in commands.c.
#ifndef COMMAND_H
#define COMMAND_H

#include "fail.h"
#include "options.h"

// Runs the command on its options; argc and argv are all that was typed. Returns the exit
// code; *why has the sentence to print, or an empty text.
typedef enum exit_code command_fn(struct options *, int argc, char **argv,
                                  struct fail *why);

command_fn cmd_compare, cmd_multiply, cmd_burn, cmd_talk, cmd_list;

struct command {
    const char *name, *words, *summary;
    command_fn *run;
    enum command_bit bit;
};

// The command that argv[1] names, and then argv and argc without it; compare when argv[1]
// is an option or missing. NULL with EXIT_USAGE, which lists the known ones.
const struct command *command_choose(int *argc, char ***argv, struct fail *why);

// The command as it was typed, escaped, for a result; malloced.
char *command_typed(int argc, char **argv);

void command_help(const struct command *);  // to standard output, within 80 columns

#endif
