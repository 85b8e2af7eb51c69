// report.h -- writers of results, one format a file. To add one: report_<format>.c, a
// prototype here, an option in common/cli/options.c.
//
// Every text from outside (file names, device names, errors) leaves through text_escape;
// CSV also defuses cells that a spreadsheet would take for a formula. Each returns 0, or
// -1 and says why it could not be written (EXIT_OUTPUT). `columns` is the terminal's
// width.
#ifndef REPORT_H
#define REPORT_H

#include "fail.h"
#include "result.h"

#include <stdbool.h>
#include <stdio.h>

struct board;
struct lines;

// The table for people, at most `columns` wide where names allow, then the closing
// sentences. Colour only emphasises. Beyond ASCII only where the environment's locale is
// UTF-8.
int report_text(FILE *, const struct result *, int columns, bool color, struct fail *why);

// One object, the whole result: what the other formats leave out is here.
int report_json(FILE *, const struct result *, struct fail *why);

// RFC 4180, one row a sample, and one for each cell without samples, whose error says
// why. The header names the columns: workload, case, engine, column (the engine as the
// table names it), device, variant, threads, round, total_s, upload_s, run_s, download_s,
// work, unit, verified, max_error, open_s, exit_code, error, repeats, outside_s.
int report_csv(FILE *, const struct result *, struct fail *why);

// Tables and sentences to paste into an issue.
int report_markdown(FILE *, const struct result *, struct fail *why);

int report_trace(FILE *, const struct result *, struct fail *why);  // Chrome trace JSON

json_t *report_to_json(const struct result *);  // the whole document; new reference

// How the text report looks, where the caller knows better than the environment.
struct report_look {
    int columns;
    bool color;
    bool ascii;  // plain ASCII instead of UTF-8's signs; names keep their letters
    // What is said of each board; NULL: verdict_case.
    void (*verdict)(struct lines *, const struct board *, bool brief);
};

// As the environment's locale asks for.
struct report_look report_look_here(int columns, bool color);

int report_text_as(FILE *, const struct result *, const struct report_look *,
                   struct fail *why);

// Adds the machine ("Intel Xeon, 2 cores, ...") and its measured limits, a text each.
// Limits that were not measured are left out; when none was, so is their text.
void report_machine(struct lines *, const struct result *);

// Every writer's last step: flushes, and fails if anything could not be written.
int report_written(FILE *, struct fail *why);

#endif
