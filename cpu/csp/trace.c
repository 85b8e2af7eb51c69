#include "csp_impl.h"
bool trace_open(struct run *run, const char *path) { (void)run; (void)path; return false; }
void trace_close(struct run *run) { (void)run; }
