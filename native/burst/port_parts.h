// What a port consists of, for the files that open it, receive, send and wait. Nobody else looks into it.
#ifndef GW_PORT_PARTS_H
#define GW_PORT_PARTS_H
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include "layout.h"
#include "port.h"
#include "port_apart.h"
#include "port_can_ring.h"

struct port {
  int fd;
  bool is_stream;
  bool is_can;
  bool stamps;
  // Packets: where to send to. A Unix peer may come later, so it is connected to when there is something to send.
  struct sockaddr_un peer;
  bool has_late_peer;
  bool is_connected;
  // Bound to, and removed in the end.
  char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
  // Last state of the kernel's own counter of what it dropped.
  uint32_t kernel_drops;
  double figures[PORT_FIGURES];
  // Streams: what did not go at once. A whole burst fits.
  uint8_t *rest;
  size_t rest_from;
  size_t rest_to;
  // Of the frames that go together, see gather: as long as the way to the peer takes, as far as is known. 0: none do.
  size_t longest_gathered;
  // Of a CAN interface: where frames come from, unless from the socket itself (NULL). `is_troubled`: it has an error to tell.
  struct can_ring *ring;
  bool is_troubled;
  // Of datagrams that the kernel may bring together; else NULL.
  struct together *together;
  struct mmsghdr headers[BURST];
  struct iovec vectors[BURST];
  // What is sent in one call, each with one frame or several of one length.
  struct mmsghdr groups[BURST];
  int group_frames[BURST];
  _Alignas(struct cmsghdr) uint8_t controls[BURST][CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)) +
                                                CMSG_SPACE(sizeof(int))];
};

static inline void count_error(struct port *port, int error) {
  port->figures[PORT_ERRORS] += 1;
  port->figures[PORT_LAST_ERROR] = error;
}

static inline void end_stream(struct port *port) {
  port->figures[PORT_ENDED] = 1;
  port->rest_from = port->rest_to = 0;
}

static inline bool has_ended(const struct port *port) {
  return port->figures[PORT_ENDED] != 0;
}

static inline uint8_t *data_of(uint8_t *memory, int32_t slot) {
  return memory + (size_t)slot * SLOT_BYTES + SLOT_HEAD_BYTES;
}

#endif
