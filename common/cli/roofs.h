// roofs.h -- limits that need an engine's own means: what the floor cannot measure
// itself.
#ifndef ROOFS_H
#define ROOFS_H

// One hand-over between two tasks over an unbuffered channel, in seconds. 0: it failed.
double roofs_channel_hop_s(void);

#endif
