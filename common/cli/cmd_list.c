// cmd_list.c -- what is here: engines, devices, workloads, designs; and if not, why not.
#include "command.h"
#include "design.h"
#include "lines.h"
#include "registry.h"
#include "roster.h"
#include "talk_modes.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT = 11, COLUMNS = 80 };

static void list_words(const char *label, const char *const *words)
{
    if (!words)
        return;
    char *text = lines_format("%s", label);
    for (int i = 0; words[i]; i++) {
        char *longer = lines_format("%s %s", text, words[i]);
        free(text);
        text = longer;
    }
    printf("%*s", AT, "");
    lines_wrap(stdout, text, AT, AT + strlen(label) + 1, COLUMNS);
    free(text);
}

static void list_device(const struct device *d)
{
    enum { ADDRESS = 5 };
    const bool on_cpu = !d->address[0], of_cpu = !d->gpu && d->memory_bytes == 0;
    const int indent = on_cpu ? AT : AT + ADDRESS;
    char memory[FIGURE_BYTES] = "";
    char *name = lines_escape(d->name), *driver = lines_escape(d->driver);
    if (d->memory_bytes > 0)
        text_bytes(memory, (double)d->memory_bytes);
    char *parts = lines_format("%d %s%s%s%s%s", d->units,
                               of_cpu   ? "CPUs"
                               : d->gpu ? "compute units, gpu"
                                        : "compute units, cpu",
                               *memory ? ", " : "", memory, *driver ? ", " : "", driver);
    printf("%*s%s%s%s\n%*s", AT, "", d->address, on_cpu ? "" : "  ", name, indent, "");
    lines_wrap(stdout, parts, (size_t)indent, (size_t)indent, COLUMNS);
    free(name);
    free(driver);
    free(parts);
}

static void list_engine(const struct engine *engine)
{
    struct presence here;
    roster_probe(&here, engine);
    printf("  %-8s %s\n", engine->name, engine->summary);
    for (int i = 0; i < here.count; i++)
        list_device(&here.devices[i]);
    if (here.count == 0) {
        printf("           absent: ");
        text_print(stdout, here.why.text);
        printf("\n");
    }
    list_words("matmul variants: ", engine->matmul_variants);
    list_words("gophers variants:", engine->gophers_variants);
    roster_free(&here);
}

static void list_engines(const char *title, bool peers)
{
    bool any = false;
    for (int i = 0; engines[i]; i++) {
        if (engines[i]->peer != peers)
            continue;
        if (!any)
            printf("%s\n", title);
        any = true;
        list_engine(engines[i]);
    }
}

enum exit_code cmd_list(struct options *o, int argc, char **argv, struct fail *why)
{
    (void)argc;
    (void)argv;
    why->text[0] = '\0';
    if (o->word_count > 0) {
        fail(why, EXIT_USAGE, "list takes no words");
        return why->code;
    }
    list_engines("Engines", false);
    list_engines("\nPeers, other people's libraries (compare --peers)", true);
    printf("\nWorkloads\n");
    for (int i = 0; workloads[i]; i++)
        printf("  %-8s %s\n", workloads[i]->name, workloads[i]->summary);
    printf("\nGopher designs (NAME*L: on L lanes)\n");
    for (int i = 0; i < designs_count; i++)
        printf("  %-16s %2d  %s\n", designs[i].name, design_gophers(&designs[i]),
               designs[i].summary);
    printf("\nPrograms of the talk (gopherbench talk NAME)\n");
    talk_list_programs(stdout, false);
    if (fflush(stdout) || ferror(stdout)) {
        fail_output(why, "standard output", errno);
        return why->code;
    }
    return EXIT_OK;
}
