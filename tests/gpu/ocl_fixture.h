// ocl_fixture.h -- the devices that tests run on: all that are found, one after the
// other.
#ifndef OCL_FIXTURE_H
#define OCL_FIXTURE_H

#include "ocl.h"
#include "ocl_environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static struct ocl_device fixture_devices[DEVICES_MAX];
static int fixture_device_count;

// For cmocka_run_group_tests: finds the devices. None is not an error.
static inline int fixture_find(void **state)
{
    struct fail why = {.text = ""};
    (void)state;
    fixture_device_count = 0;
    if (ocl_environment_enter(2, &why) == 0)
        fixture_device_count = ocl_devices(fixture_devices, DEVICES_MAX, &why);
    if (fixture_device_count < 1) {
        fixture_device_count = 0;
        print_message("skipped: %s\n", why.text);
    }
    return 0;
}

// Opens device i of them with at most two threads.
static inline void fixture_open(int i, struct ocl *o)
{
    struct fail why = {.text = ""};
    const struct engine_opts opts = {.threads = 2,
                                     .device = fixture_devices[i].seen.address};
    if (ocl_open(o, &opts, &why) != 0)
        fail_msg("%s: %s", opts.device, why.text);
}

static inline void fixture_need_device(void)
{
    if (fixture_device_count == 0)
        skip();
}

#endif
