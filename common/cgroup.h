// cgroup.h -- what the control groups above this process leave it, versions 1 and 2.
//
// Every level from the process's own group up to the mount counts, because the tightest
// one holds. `root` is put in front of every path: "" for this machine, a folder in
// tests. What cannot be read limits nothing.
#ifndef CGROUP_H
#define CGROUP_H

double cgroup_cpus(const char *root);          // CPUs; INFINITY: no quota
double cgroup_memory_limit(const char *root);  // bytes; INFINITY: no limit
double cgroup_memory_rest(const char *root);   // bytes that may still be taken; INFINITY

#endif
