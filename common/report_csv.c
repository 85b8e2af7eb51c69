// report_csv.c -- every sample as a row, for spreadsheets and data frames (RFC 4180).
//
// Times are in seconds; a field that does not apply is empty. Text that a spreadsheet
// would take for a formula gets an apostrophe in front; figures are ours and are left
// alone.
#include "report.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_quoted(FILE *out, const char *field)
{
    fputc('"', out);
    for (; *field; field++) {
        if (*field == '"')
            fputc('"', out);
        fputc(*field, out);
    }
    fputc('"', out);
}

static void put_text(FILE *out, const char *bytes)
{
    if (!bytes || !*bytes)
        return;
    const char *defused = strchr("=+-@\t\r", bytes[0]) ? "'" : "";
    char *escaped = text_escape(bytes);
    char *field;
    if (!escaped || asprintf(&field, "%s%s", defused, escaped) < 0)
        die("no memory for the CSV file");
    if (strpbrk(field, ",\"\r\n"))
        put_quoted(out, field);
    else
        fputs(field, out);
    free(field);
    free(escaped);
}

static void put_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, value == floor(value) && fabs(value) < 0x1p53 ? "%.0f" : "%.9g",
                value);
}

static void put_texts(FILE *out, const struct cell *cell)
{
    const char *const texts[] = {cell->workload, cell->case_name,    cell->engine,
                                 cell->column,   cell->facts.device, cell->facts.variant};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put_text(out, texts[i]);
        fputc(',', out);
    }
    fprintf(out, "%d,", result_stands(cell) ? cell->facts.threads : cell->threads);
}

static void put_row(FILE *out, const struct cell *cell, const struct sample *sample)
{
    put_texts(out, cell);
    if (sample) {
        fprintf(out, "%u", sample->round);
        const double times[] = {sample->total_s, sample->upload_s, sample->run_s,
                                sample->download_s};
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
            fputc(',', out);
            put_number(out, times[i]);
        }
    } else {
        fputs(",,,,", out);
    }
    fputc(',', out);
    put_number(out, cell->work);
    fputc(',', out);
    put_text(out, cell->unit);
    fputs(sample && cell->verified ? ",true," : ",false,", out);
    if (sample && cell->verified)
        put_number(out, cell->max_error);
    fputc(',', out);
    if (sample)
        put_number(out, cell->open_s);
    fprintf(out, ",%d,", (int)cell->failed);
    put_text(out, cell->error);
    fputc(',', out);
    if (sample)
        put_number(out, (double)cell->repeats);
    fputc(',', out);
    if (sample)
        put_number(out, sample->outside_s);
    fputs("\r\n", out);
}

int report_csv(FILE *out, const struct result *result, struct fail *why)
{
    fputs(
        "workload,case,engine,column,device,variant,threads,round,total_s,upload_s,run_s,"
        "download_s,work,unit,verified,max_error,open_s,exit_code,error,"
        "repeats,outside_s\r\n",
        out);
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct cell *cell = &result->cells[i];
        if (!result_stands(cell))
            put_row(out, cell, NULL);
        for (size_t j = 0; result_stands(cell) && j < cell->count; j++)
            put_row(out, cell, &cell->samples[j]);
    }
    return report_written(out, why);
}
