// Receives bursts: packets by one recvmmsg, a stream by reading into one slot after the other.
#include "port_parts.h"
#include <errno.h>
#include <linux/can.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

static double microseconds(const struct timespec *time) {
  return (double)time->tv_sec * 1e6 + (double)(time->tv_nsec / 1000);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return microseconds(&time);
}

// Takes the kernel's counter of what it dropped, its time when it gave one, and of how many bytes each frame is when it brought
// several together.
static void read_controls(struct port *port, struct msghdr *header, struct message *message) {
  for (struct cmsghdr *each = CMSG_FIRSTHDR(header); each != NULL; each = CMSG_NXTHDR(header, each)) {
    if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SO_RXQ_OVFL) {
      uint32_t drops;
      memcpy(&drops, CMSG_DATA(each), sizeof drops);
      port->figures[PORT_OVERFLOW] += drops - port->kernel_drops;
      port->kernel_drops = drops;
    } else if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec stamped;
      memcpy(&stamped, CMSG_DATA(each), sizeof stamped);
      message->time = microseconds(&stamped);
    } else if (port->together != NULL && each->cmsg_level == SOL_UDP && each->cmsg_type == UDP_GRO) {
      int segment;
      memcpy(&segment, CMSG_DATA(each), sizeof segment);
      if (segment > 0) message->segment = (size_t)segment;
    }
  }
}

// Frames that fit into no slot are told by a length of -1.
static int32_t length_of(struct port *port, size_t length, bool is_whole) {
  if (is_whole && length <= SLOT_DATA_BYTES) return (int32_t)length;
  port->figures[PORT_OVERSIZE] += 1;
  return -1;
}

// Frames that came with others, as many as there are slots for.
static int take_apart(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  int taken = 0;
  while (taken < count && together_waits(port->together)) {
    const size_t length = together_take(port->together, data_of(memory, slots[taken]), &times[taken]);
    lengths[taken] = length_of(port, length, true);
    taken += 1;
  }
  return taken;
}

static void prepare(struct port *port, uint8_t *memory, const int32_t *slots, int count) {
  for (int index = 0; index < count; index += 1) {
    uint8_t *slot = data_of(memory, slots[index]);
    if (port->together != NULL) together_place(port->together, index, slot);
    else port->vectors[index] = (struct iovec){slot, SLOT_DATA_BYTES};
    struct msghdr *header = &port->headers[index].msg_hdr;
    header->msg_control = port->controls[index];
    header->msg_controllen = sizeof port->controls[index];
  }
}

// Says of each frame how long it is and when it came. From the first on that came with others, all are taken apart in order.
static int measure(struct port *port, uint8_t *memory, const int32_t *slots, int got, int count, int32_t *lengths, double *times) {
  const double time = now();
  int alone = 0;
  for (int index = 0; index < got; index += 1) {
    struct mmsghdr *header = &port->headers[index];
    struct message message = {header->msg_len, header->msg_len, 0, time};
    if (header->msg_hdr.msg_controllen > 0) read_controls(port, &header->msg_hdr, &message);
    if (alone < index || message.segment < message.length) {
      together_keep(port->together, index, message);
      continue;
    }
    times[index] = message.time;
    lengths[index] = length_of(port, message.length, (header->msg_hdr.msg_flags & MSG_TRUNC) == 0);
    alone += 1;
  }
  return alone + take_apart(port, memory, slots + alone, count - alone, lengths + alone, times + alone);
}

static int receive_packets(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  const int before = take_apart(port, memory, slots, count, lengths, times);
  if (before == count) return before;
  const int room = count - before;
  prepare(port, memory, slots + before, room);
  const int got = recvmmsg(port->fd, port->headers, (unsigned)room, MSG_DONTWAIT, NULL);
  if (got > 0) return before + measure(port, memory, slots + before, got, room, lengths + before, times + before);
  if (got < 0 && errno != EAGAIN && errno != EINTR) count_error(port, errno);
  return before;
}

static int receive_from_ring(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  int got = 0;
  while (got < count) {
    lengths[got] = can_ring_take(port->ring, data_of(memory, slots[got]), &times[got]);
    if (lengths[got] == 0) break;
    got += 1;
  }
  port->figures[PORT_OVERFLOW] += can_ring_dropped(port->ring);
  if (!port->is_troubled) return got;
  port->is_troubled = false;
  const int error = can_ring_error(port->ring);
  if (error != 0) count_error(port, error);
  return got;
}

// Older kernels leave it to the length to say so.
static void mark_fd(uint8_t *memory, const int32_t *slots, const int32_t *lengths, int got) {
  for (int index = 0; index < got; index += 1)
    if (lengths[index] == CANFD_MTU) data_of(memory, slots[index])[offsetof(struct canfd_frame, flags)] |= CANFD_FDF;
}

static int receive_can(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  const int got = port->ring != NULL ? receive_from_ring(port, memory, slots, count, lengths, times)
                                     : receive_packets(port, memory, slots, count, lengths, times);
  mark_fd(memory, slots, lengths, got);
  return got;
}

static int receive_stream(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  if (has_ended(port)) return 0;
  int got = 0;
  while (got < count) {
    const ssize_t length = read(port->fd, data_of(memory, slots[got]), SLOT_DATA_BYTES);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) break;
    if (length < 0) count_error(port, errno);
    // A terminal whose other end is closed says EIO.
    if (length <= 0) {
      end_stream(port);
      break;
    }
    times[got] = now();
    lengths[got] = (int32_t)length;
    got += 1;
    if (length < SLOT_DATA_BYTES) break;
  }
  return got;
}

int port_receive(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  const int got = port->is_stream ? receive_stream(port, memory, slots, count, lengths, times)
                  : port->is_can  ? receive_can(port, memory, slots, count, lengths, times)
                                  : receive_packets(port, memory, slots, count, lengths, times);
  port->figures[PORT_RECEIVED] += got;
  return got;
}
