// Datagrams that the kernel brought together, taken apart again into the frames that they were.
#ifndef GW_PORT_APART_H
#define GW_PORT_APART_H
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include "layout.h"

// Bytes of the longest message that the kernel makes of several, and of the longest datagram.
enum { MESSAGE_BYTES = 65536 };

// One message of the kernel: frames of one length in a row, of which the last may be shorter.
struct message {
  size_t length;
  // Bytes of each frame; `length` when it is one alone.
  size_t segment;
  // Where the next frame begins.
  size_t at;
  double time;
};

// What waits here while there are no slots for it. As many messages as came with one call.
struct together {
  struct message messages[BURST];
  int next;
  int count;
  // Where each message goes: what fits into a slot, and the rest.
  struct iovec places[BURST][2];
  // A message's beginning is copied in front of its rest when it has to stay, see together_keep.
  uint8_t room[BURST][SLOT_DATA_BYTES + MESSAGE_BYTES];
};

// NULL: there is no memory for it. WHY so large: the system gives it only where it is written to.
struct together *together_new(void);
// Says where a message goes: first into a slot, in which a frame that comes alone may stay.
void together_place(struct together *together, int index, uint8_t *slot);
// Takes a message out of its slot, to be given out frame by frame. Those behind it follow in order.
void together_keep(struct together *together, int index, struct message message);
// Whether frames wait here.
static inline int together_waits(const struct together *together) {
  return together != NULL && together->next < together->count;
}
// The next frame. Copies as much of it as a slot holds. Returns its length.
size_t together_take(struct together *together, uint8_t *slot, double *time);

#endif
