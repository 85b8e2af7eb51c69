// commands.c -- the table of subcommands.
#include "command.h"
#include "option.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"compare", "[WORKLOAD...]", "every engine side by side, verified", cmd_compare,
     CMD_COMPARE},
    {"multiply", "A.npy B.npy [-o C.npy]", "real matrices, one engine", cmd_multiply,
     CMD_MULTIPLY},
    {"burn", "PATH...", "SHA-256 of every file, as sha256sum", cmd_burn, CMD_BURN},
    {"talk", "[NAME]", "the talk as programs", cmd_talk, CMD_TALK},
    {"list", "", "what is here, and if not, why not", cmd_list, CMD_LIST},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

void command_help(const struct command *c)
{
    printf("usage: gopherbench %s %s\n%s\n\noptions (lists are comma-separated and "
           "sweep):\n",
           c->name, c->words, c->summary);
    options_help(c->bit);
    if (c->run != cmd_compare)
        return;
    printf("\ncommands (gopherbench COMMAND --help has each one's options):\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-9s%-23s %s\n", commands[i].name, commands[i].words,
               commands[i].summary);
}

char *command_typed(int argc, char **argv)
{
    size_t size = 1;
    char *line = NULL;
    FILE *out = open_memstream(&line, &size);
    if (!out)
        die("out of memory");
    fputs("gopherbench", out);
    for (int i = 1; i < argc; i++) {
        fputc(' ', out);
        text_print(out, argv[i]);
    }
    if (fclose(out))
        die("out of memory");
    return line;
}

const struct command *command_choose(int *argc, char ***argv, struct fail *why)
{
    if (*argc < 2 || (*argv)[1][0] == '-')
        return &commands[0];
    const char *names[COMMANDS + 1] = {0};
    for (int i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(names[i], (*argv)[1]) == 0) {
            ++*argv;
            --*argc;
            return &commands[i];
        }
    }
    char known[128];
    fail(why, EXIT_USAGE, "no command is called '%.100s'; known are %s", (*argv)[1],
         option_words(known, sizeof known, names));
    return NULL;
}
