// names.c -- look-ups in the registry's tables.
#include "gophers.h"
#include "matmul.h"
#include "option.h"
#include "registry.h"

#include <string.h>

enum { NAMES_MAX = 32 };

const struct engine *registry_engine(const char *name)
{
    for (int i = 0; engines[i]; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return NULL;
}

const struct workload *registry_workload(const char *name)
{
    for (int i = 0; workloads[i]; i++)
        if (strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

char *registry_engine_names(char *buffer, size_t size)
{
    const char *names[NAMES_MAX] = {0};
    for (int i = 0; engines[i] && i < NAMES_MAX - 1; i++)
        names[i] = engines[i]->name;
    return option_words(buffer, size, names);
}

char *registry_workload_names(char *buffer, size_t size)
{
    const char *names[NAMES_MAX] = {0};
    for (int i = 0; workloads[i] && i < NAMES_MAX - 1; i++)
        names[i] = workloads[i]->name;
    return option_words(buffer, size, names);
}

bool registry_offers(const struct engine *e, const struct workload *w)
{
    return (w == &workload_matmul && e->matmul) || (w == &workload_gophers && e->gophers);
}

const char *const *registry_variants(const struct engine *e, const struct workload *w)
{
    if (w == &workload_matmul)
        return e->matmul_variants;
    if (w == &workload_gophers)
        return e->gophers_variants;
    return NULL;
}
