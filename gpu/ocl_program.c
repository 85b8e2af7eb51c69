// ocl_program.c -- programs from the embedded sources; see ocl.h.
//
// Each source counts its lines from 1 under its own name, in the compiler's messages and
// in what a failure shows.
#include "ocl.h"

#include "kernels.h"
#include "ocl_errname.h"
#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES_MAX = 8, LOG_MAX = 1 << 20, OPTIONS_MAX = 1024 };

// Prints one line at a time, so that each can be escaped: logs come from the driver.
static void print_lines(const char *text, bool numbered)
{
    for (int number = 1; *text; number++) {
        const size_t n = strcspn(text, "\n");
        char *line = strndup(text, n);
        if (numbered)
            fprintf(stderr, "%4d  ", number);
        if (line)
            text_print(stderr, line);
        fputc('\n', stderr);
        free(line);
        text += n + (text[n] == '\n');
    }
}

// The build log, malloced; NULL when there is none. The driver's size may leave out the
// NUL.
static char *build_log(cl_program program, cl_device_id id)
{
    size_t bytes = 0;
    clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
    if (bytes == 0 || bytes > LOG_MAX)
        return NULL;
    char *log = calloc(1, bytes + 1);
    if (log && clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, bytes, log,
                                     NULL) != CL_SUCCESS)
        log[0] = '\0';
    return log;
}

static int fail_build(const struct ocl *o, cl_program program, const char *const *sources,
                      const char *options, cl_int status, struct fail *why)
{
    char *log = build_log(program, o->id);
    for (const char *const *name = sources; *name; name++) {
        fprintf(stderr, "--- %s\n", *name);
        print_lines(kernel_source_find(*name)->text, true);
    }
    fprintf(stderr, "--- build log, options:%s\n", options);
    print_lines(log ? log : "(none)", false);
    free(log);
    return ocl_fail(why, status, "%s cannot build %s; the log is above, on stderr",
                    o->device.seen.address, sources[0]);
}

// The text of the sources with a #line before each; malloced.
static char *joined(const char *const *sources)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return NULL;
    for (const char *const *name = sources; *name; name++) {
        const struct kernel_source *source = kernel_source_find(*name);
        assert(source);
        fprintf(to, "#line 1 \"%s\"\n%s\n", source->name, source->text);
    }
    return fclose(to) == 0 ? text : NULL;
}

// Builds, and says how that went; a program that is not CL_SUCCESS's still wants its
// release. The options that were tried last go to `options`.
static cl_int build(const struct ocl *o, const char *text, const char *defines,
                    char options[static OPTIONS_MAX], cl_program *program)
{
    cl_int status;
    *program =
        clCreateProgramWithSource(o->context, 1, (const char **)&text, NULL, &status);
    if (status != CL_SUCCESS) {
        *program = NULL;
        return status;
    }
    // Not every driver knows every option; what the sources need are the defines alone.
    snprintf(options, OPTIONS_MAX, "-cl-std=CL1.2 %s", defines);
    status = clBuildProgram(*program, 1, &o->id, options, NULL, NULL);
    if (status == CL_INVALID_BUILD_OPTIONS || status == CL_INVALID_COMPILER_OPTIONS) {
        snprintf(options, OPTIONS_MAX, "%s", defines);
        status = clBuildProgram(*program, 1, &o->id, options, NULL, NULL);
    }
    return status;
}

int ocl_program(const struct ocl *o, const char *const *sources, const char *defines,
                cl_program *program, struct fail *why)
{
    char options[OPTIONS_MAX];
    char *text = joined(sources);
    *program = NULL;
    if (!text)
        return fail(why, EXIT_RESOURCE, "no memory for the text of %s", sources[0]);
    const cl_int status = build(o, text, defines, options, program);
    free(text);
    if (status == CL_SUCCESS)
        return 0;
    if (!*program)
        return ocl_fail(why, status, "%s refuses %s", o->device.seen.address, sources[0]);
    fail_build(o, *program, sources, options, status, why);
    ocl_release_program(program);
    return -1;
}

bool ocl_program_try(const struct ocl *o, const char *const *sources, const char *defines,
                     cl_program *program)
{
    char options[OPTIONS_MAX];
    char *text = joined(sources);
    *program = NULL;
    const bool built = text && build(o, text, defines, options, program) == CL_SUCCESS;
    free(text);
    if (!built)
        ocl_release_program(program);
    return built;
}

int ocl_kernel(cl_program program, const char *name, cl_kernel *kernel, struct fail *why)
{
    cl_int status;
    *kernel = clCreateKernel(program, name, &status);
    if (status == CL_SUCCESS)
        return 0;
    *kernel = NULL;
    return ocl_fail(why, status, "no kernel %s", name);
}
