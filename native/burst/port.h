// Sockets and serial lines that frames come from and go to, a burst at a time. Knows nothing of JavaScript. Nothing here waits,
// but for port_wait. Frames lie in slots of shared memory; see layout.ts.
#ifndef GW_PORT_H
#define GW_PORT_H
#include <stdbool.h>
#include <stdint.h>

struct port;

// Ports that one wait may be about.
enum { MOST_WAITED_FOR = 256 };

// All of these: 0, or the number of an error, negative. Addresses are numbers, not names.
// UDP: an empty peer address receives from anyone and sends to nobody. `stamps`: the kernel's time for each frame.
int port_open_udp(struct port **port, const char *address, int number, const char *peer, int peer_number, bool stamps);
// Datagrams of a Unix socket: an empty path has none of its own; an empty peer sends to nobody. The peer may come and go.
int port_open_unix_packets(struct port **port, const char *path, const char *peer);
// The byte stream of a Unix socket that somebody listens at.
int port_open_unix_stream(struct port **port, const char *path);
// A serial line, raw, with it and nobody else. `parity`: 0 none, 1 odd, 2 even.
int port_open_tty(struct port **port, const char *path, int speed, int parity, int stop_bits);
// A CAN interface by its name; FD frames too where it takes them.
int port_open_can(struct port **port, const char *name);
// Closes and frees. A path that was bound is removed.
void port_close(struct port *port);

// What the kernel brings together (UDP) is one frame for each datagram that was sent; what finds no slot waits for the next call.
// Receives at most `count` frames, no more than a burst, one into each slot from the first on. `lengths`: -1 for a frame that is
// longer than a slot, of which there is a part. `times`: microseconds since 1970. Returns how many came.
int port_receive(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times);
// Sends at most a burst of frames. Returns how many went or are surely going.
int port_send(struct port *port, const uint8_t *memory, const int32_t *slots, const int32_t *lengths, int count);
// Bytes that a stream took and that have not gone yet; tries to send them. While there are any it takes no more.
int64_t port_rest(struct port *port);
// PORT_FIGURES of them; see layout.h for what stands where.
const double *port_figures(const struct port *port);
// The number of a UDP socket's own port.
int port_number(const struct port *port);

// Waits until one of the ports has something, the alarm is rung or time is up. `reads`: for each port whether what comes counts;
// what a stream has still to send always does. `alarm` -1: none.
bool port_wait(struct port *const *ports, const uint8_t *reads, int count, int alarm, int milliseconds);

#endif
