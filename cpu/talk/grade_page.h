// grade_page.h -- what is printed of one exercise's grading.
#ifndef GRADE_PAGE_H
#define GRADE_PAGE_H

#include "grade.h"

struct page {
    const struct exercise *exercise;
    FILE *out;
    bool color;
    char check[200];  // the one that is being made; "": none
    char shown[500];  // to be shown after it
    int held, broken;
    bool ended;  // all checks were made
};

void page_head(const struct page *);

// A line that the child told, see grader.h.
void page_line(struct page *, const char *line);

// The check that is being made does not hold.
void page_broken(struct page *, const char *why);

// The first lines of what the reader's code and the runtime printed; cuts it up.
void page_output(const struct page *, char *printed);

void page_verdict(const struct page *, bool passed);

#endif
