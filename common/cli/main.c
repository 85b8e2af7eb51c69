// main.c -- the supervisor or, exec'ed by it, a worker; prints the one sentence, if any.
#include "before_main.h"
#include "burn.h"
#include "command.h"
#include "host.h"
#include "registry.h"
#include "roofs.h"
#include "text.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

__attribute__((section(".preinit_array"),
               used)) static void (*const preinit)(int, char **, char **) = before_main;

// A closed descriptor 0, 1 or 2 must not be reused by a file. What opens here refuses to
// be read or written, so that using a closed one is still an error.
static void fill_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static void print_version(void)
{
    struct host host;
    host_read(&host);
    printf("gopherbench %s (%s%s)\n", host.version, host.revision,
           host.dirty ? ", changed" : "");
}

static enum exit_code run(int argc, char **argv, struct fail *why)
{
    char **typed = argv;
    int typed_count = argc;
    struct options options;
    const struct command *command = command_choose(&argc, &argv, why);
    if (!command)
        return why->code;
    enum exit_code code = EXIT_OK;
    if (options_read(&options, command->bit, argc, argv, why))
        code = why->code;
    else if (options.version)
        print_version();
    else if (options.help)
        command_help(command);
    else
        code = command->run(&options, typed_count, typed, why);
    options_free(&options);
    return code;
}

int main(int argc, char **argv)
{
    static const struct worker_tables tables = {.engines = engines,
                                                .workloads = workloads,
                                                .sha256_bytes = burn_limit,
                                                .channel_hop_s = roofs_channel_hop_s,
                                                .errands = errands};
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        return worker_main(&tables);
    fill_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    struct fail why = {.code = EXIT_OK};
    enum exit_code code = run(argc, argv, &why);
    if (code == EXIT_OK && (fflush(stdout) || ferror(stdout)))
        code = (fail_output(&why, "standard output", errno), why.code);
    // A reader that left needs no sentence.
    if (why.text[0] && code != EXIT_OK && code != EXIT_SIGNAL + SIGPIPE) {
        fputs("gopherbench: ", stderr);
        text_print(stderr, why.text);
        fputc('\n', stderr);
    }
    return (int)code;
}
