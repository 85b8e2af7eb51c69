// grade_page.c -- see grade_page.h. In ASCII: a workshop's terminals are what they are.
#include "grade_page.h"
#include "grader.h"
#include "text.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OUTPUT_LINES = 14,  // shown of what is printed
    COLUMNS = 78
};

static const char *paint(const struct page *p, const char *sgr)
{
    return p->color ? sgr : "";
}

void page_head(const struct page *p)
{
    fprintf(p->out, "%s%s%s -- %s\n", paint(p, "\33[1m"), p->exercise->name,
            paint(p, "\33[0m"), p->exercise->summary);
}

// Words after an indent, in lines of COLUMNS.
static void print_wrapped(FILE *out, int indent, const char *text)
{
    int column = fprintf(out, "%*s", indent - 1, "");
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column + 1 + length > COLUMNS)
            column = fprintf(out, "\n%*s", indent - 1, "") - 1;
        column += fprintf(out, " %.*s", length, text);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

// What was to be shown beside the check follows it.
static void end_check(struct page *p)
{
    if (p->shown[0])
        print_wrapped(p->out, 6, p->shown);
    p->check[0] = p->shown[0] = '\0';
}

static void print_held(struct page *p, const char *in_what)
{
    fprintf(p->out, "  %s[x]%s %s%s%s%s\n", paint(p, "\33[32m"), paint(p, "\33[0m"),
            p->check, in_what[0] ? " (" : "", in_what, in_what[0] ? ")" : "");
    p->held++;
    end_check(p);
}

void page_broken(struct page *p, const char *why)
{
    fprintf(p->out, "  %s[ ]%s %s\n", paint(p, "\33[31m"), paint(p, "\33[0m"),
            p->check[0] ? p->check : "it lets itself be graded");
    print_wrapped(p->out, 6, why);
    p->broken++;
    end_check(p);
}

void page_line(struct page *p, const char *line)
{
    enum grader_mark mark = (unsigned char)line[0];
    switch (mark) {
    case MARK_CHECK:
        snprintf(p->check, sizeof p->check, "%.*s", (int)sizeof p->check - 1, line + 1);
        break;
    case MARK_HELD:
        print_held(p, line + 1);
        break;
    case MARK_BROKEN:
        page_broken(p, line + 1);
        break;
    case MARK_SHOWN:
        snprintf(p->shown, sizeof p->shown, "%.*s", (int)sizeof p->shown - 1, line + 1);
        if (!p->check[0])
            end_check(p);
        break;
    case MARK_END:
        p->ended = true;
        break;
    }
    fflush(p->out);
}

// The first lines of what the reader's code and the runtime printed. Where a task was
// started is for a debugger, and stays out.
void page_output(const struct page *p, char *printed)
{
    int lines = 0;
    for (char *line = printed, *end; *line && lines <= OUTPUT_LINES; line = end) {
        end = line + strcspn(line, "\n");
        if (*end)
            *end++ = '\0';
        if (!line[0] || !strncmp(line, "    runs ", 9) ||
            !strncmp(line, "    started at ", 15))
            continue;
        if (lines == 0)
            fprintf(p->out, "  It printed:\n");
        if (lines++ < OUTPUT_LINES) {
            fprintf(p->out, "    | ");
            text_print(p->out, line);
            fputc('\n', p->out);
        } else {
            fprintf(p->out, "    | ...\n");
        }
    }
}

// Whether the file was changed after this program was linked.
static bool edited_since(const char *file)
{
    struct stat source, program;
    if (stat(file, &source) || stat("/proc/self/exe", &program))
        return false;
    return source.st_mtim.tv_sec > program.st_mtim.tv_sec;
}

void page_verdict(const struct page *p, bool passed)
{
    const struct exercise *e = p->exercise;
    FILE *out = p->out;
    fprintf(out, "  %s%s%s\n", paint(p, passed ? "\33[1;32m" : "\33[1;31m"),
            passed ? "PASS" : "NOT YET", paint(p, "\33[0m"));
    if (!passed) {
        fprintf(out, "  edit   %s\n", e->file);
        fprintf(out, "  grade  ./dev grade %s\n", e->name);
        fprintf(out,
                "         (./dev build && build/release/gopherbench talk --grade %s)\n",
                e->name);
        if (access(e->file, R_OK))
            fprintf(out,
                    "  The file is in a checkout of gopherbench: go there, and build.\n");
    }
    if (edited_since(e->file))
        fprintf(out, "  The file was edited after this program was built: "
                     "build, then grade again.\n");
    fputc('\n', out);
}
