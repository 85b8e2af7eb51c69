// explicit_sync.h -- whether a source in C names a means of synchronisation: a lock, an
// atomic, a semaphore, ...
#ifndef EXPLICIT_SYNC_H
#define EXPLICIT_SYNC_H

enum { EXPLICIT_SYNC_WORD = 64 };  // bytes of the longest name that is looked at

// Goes over the names in the code, not over comments and strings, and returns the number
// of the line of the first that is made of such a word (pthread_create, my_lock, _Atomic;
// not block, clock), counted from 1, with the name itself. 0: there is none.
int explicit_sync_find(const char *source, char name[static EXPLICIT_SYNC_WORD]);

// Lines of the source.
int explicit_sync_lines(const char *source);

#endif
