// Filters that run in the kernel, on what comes in by a device. Knows nothing of JavaScript, nor of what the code does.
#ifndef GW_SEGMENT_H
#define GW_SEGMENT_H
#include <stdint.h>

struct segment;

enum { MOST_INSTRUCTIONS = 1 << 19, MOST_COUNTERS = 4096 };

// All of these: 0, or the number of an error, negative.
// Has the kernel prove and load code, `count` instructions of two words each, with memory for counters. Needs CAP_BPF and
// CAP_NET_ADMIN.
int segment_open(struct segment **segment, const int32_t *code, int count, int counters);
// From now on it decides what comes in by a device, for as long as it is open. Needs Linux 6.6.
int segment_attach(struct segment *segment, const char *device);
// Has the kernel run it on one frame that nobody sent. Returns what the code answers.
int segment_try(struct segment *segment, const uint8_t *frame, int length);
// Reads all counters.
int segment_count(const struct segment *segment, double *into);
int segment_counters(const struct segment *segment);
// Frames are as if it never was.
void segment_close(struct segment *segment);

#endif
