// ocl_tuned.c -- see ocl_tuned.h.
#include "ocl_tuned.h"

#include "kernels.h"
#include "ocl_settings.h"
#include "ocl_store.h"
#include "text_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema[] = "gopherbench-tuned/1";

// Numbers found for a product so many times larger, or so many times smaller, are for
// another kind of product.
static const double FAR_BELOW = 8, FAR_ABOVE = 64;

static uint64_t hash(uint64_t seed, const char *text)
{
    for (; *text; text++)
        seed = (seed ^ (unsigned char)*text) * 0x100000001b3u;
    return seed;
}

static uint64_t hash_of_kernels(void)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (const struct kernel_source *s = kernel_sources; s->name; s++)
        if (strncmp(s->name, "matmul_", 7) == 0)
            sum = hash(hash(sum, s->name), s->text);
    return sum;
}

// What the numbers hold for, as members of the file.
static json_t *key_of(const struct ocl *o)
{
    char kernels[24];
    snprintf(kernels, sizeof kernels, "%016" PRIx64, hash_of_kernels());
    return json_pack("{s:s, s:o, s:i, s:o, s:s}", "schema", schema, "device",
                     text_to_json(o->device.seen.name), "units", o->units, "driver",
                     text_to_json(o->device.seen.driver), "kernels", kernels);
}

char *ocl_tuned_name(const struct ocl *o, char name[static 64])
{
    char units[16];
    snprintf(units, sizeof units, "%d", o->units);
    snprintf(name, 64, "tuned-%016" PRIx64 ".json",
             hash(hash(0xcbf29ce484222325u, o->device.seen.name), units));
    return name;
}

// What of the key the file contradicts; NULL: nothing.
static const char *contradiction(const json_t *file, const json_t *key)
{
    static const char *const members[][2] = {
        {"schema", "it is of another version"},
        {"device", "it is of another device"},
        {"units", "it is of another number of units"},
        {"driver", "it is stale, of another driver"},
        {"kernels", "it is stale, of other kernels"}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_equal(json_object_get(file, members[i][0]),
                        json_object_get(key, members[i][0])))
            return members[i][1];
    return json_is_object(json_object_get(file, "found")) ? NULL : "it is damaged";
}

// The file, if it can be used; NULL, and *why has the sentence if it is there.
static json_t *load(const struct ocl *o, struct fail *why)
{
    char name[64];
    char *text = ocl_store_read(ocl_tuned_name(o, name), why);
    if (!text)
        return NULL;
    json_t *file = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *key = key_of(o);
    const char *reason =
        json_is_object(file) ? contradiction(file, key) : "it is damaged";
    free(text);
    json_decref(key);
    if (!reason)
        return file;
    json_decref(file);
    fail(why, EXIT_INPUT, "tuned numbers in %s are ignored: %s", name, reason);
    return NULL;
}

// "buffered f32"
static char *entry_name(const struct ocl_rung *rung, const struct matmul *job,
                        char name[static 48])
{
    snprintf(name, 48, "%s %s", rung->name, job->type == ELEM_F32 ? "f32" : "f64");
    return name;
}

bool ocl_tuned_find(const struct ocl *o, const struct ocl_rung *rung,
                    const struct matmul *job, struct ocl_settings *settings,
                    struct fail *why)
{
    char entry[48], name[64];
    why->text[0] = '\0';
    json_t *file = load(o, why);
    const json_t *found =
        json_object_get(json_object_get(file, "found"), entry_name(rung, job, entry));
    const char *numbers = json_string_value(json_object_get(found, "numbers"));
    const double flop = json_number_value(json_object_get(found, "flop"));
    struct ocl_settings read = {0};
    const bool damaged =
        found && (!numbers || ocl_settings_read(numbers, rung->knobs, &read, why) != 0);
    const double share = matmul_flops(job) / flop;
    const bool usable = found && !damaged && share * FAR_BELOW >= 1 && share <= FAR_ABOVE;
    if (damaged)
        fail(why, EXIT_INPUT, "tuned numbers in %s are ignored: it is damaged",
             ocl_tuned_name(o, name));
    json_decref(file);
    if (usable)
        *settings = read;
    return usable;
}

int ocl_tuned_keep(const struct ocl *o, const struct ocl_rung *rung,
                   const struct matmul *job, const struct ocl_settings *settings,
                   struct fail *why)
{
    char entry[48], name[64], numbers[128];
    json_t *file = load(o, why);
    if (!file) {
        file = key_of(o);
        json_object_set_new(file, "found", json_object());
    }
    ocl_settings_write(settings, rung->knobs, numbers, sizeof numbers);
    json_object_set_new(
        json_object_get(file, "found"), entry_name(rung, job, entry),
        json_pack("{s:s, s:f}", "numbers", numbers, "flop", matmul_flops(job)));
    char *text = json_dumps(file, JSON_INDENT(2));
    json_decref(file);
    if (!text)
        return fail(why, EXIT_RESOURCE, "no memory to remember tuned numbers");
    const int failed = ocl_store_write(ocl_tuned_name(o, name), text, why);
    free(text);
    return failed;
}
