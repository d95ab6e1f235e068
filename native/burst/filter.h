// A filter's table, checked and walked. Knows nothing of JavaScript. The layout of a table is told in table.ts.
#ifndef GW_FILTER_H
#define GW_FILTER_H
#include <stdint.h>

struct filter {
  int32_t rules;
  int32_t cells[];
};

// Copies and checks a table. NULL when it is none, or when there is no memory.
struct filter *filter_open(const int32_t *cells, int64_t count);
// Doubles of the state that belongs to it.
int64_t filter_state_doubles(const struct filter *filter);
// Decides one frame and counts it: the steps of walkTable. `state` has as many doubles as it must.
int32_t filter_decide(const struct filter *filter, const uint8_t *bytes, int64_t length, double now, double *state);

#endif
