// Frames of a CAN interface that the kernel writes into memory which it shares with us: reading them costs no call. Of a socket it
// costs one for each frame, however many are asked for at once.
#ifndef GW_PORT_CAN_RING_H
#define GW_PORT_CAN_RING_H
#include <stdbool.h>
#include <stdint.h>

struct can_ring;

// Opens the memory for an interface by its number. `sender`: the socket that frames are sent by; they are not heard back. NULL
// where it cannot be: it needs a right (CAP_NET_RAW), and a kernel that can tell those frames from others.
struct can_ring *can_ring_open(int interface, int sender);
void can_ring_close(struct can_ring *ring);
// To be waited for.
int can_ring_descriptor(const struct can_ring *ring);
// Copies the next frame: 16 bytes, or 72 for FD. `time`: microseconds since 1970. Returns its length, 0: there is none now.
int can_ring_take(struct can_ring *ring, uint8_t *frame, double *time);
// Whether the kernel had to drop frames since this was asked for the last time; if so, how many.
uint32_t can_ring_dropped(struct can_ring *ring);
// Error that waits, such as that of an interface which is down; 0: none. Asking takes it back: who waits would be woken for ever.
int can_ring_error(struct can_ring *ring);

#endif
