// Receives bursts: packets by one recvmmsg, a stream by reading into one slot after the other.
#include "port_parts.h"
#include <errno.h>
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

// Takes the kernel's counter of what it dropped, and its time when it gave one.
static void read_controls(struct port *port, struct msghdr *header, double *time) {
  for (struct cmsghdr *each = CMSG_FIRSTHDR(header); each != NULL; each = CMSG_NXTHDR(header, each)) {
    if (each->cmsg_level != SOL_SOCKET) continue;
    if (each->cmsg_type == SO_RXQ_OVFL) {
      uint32_t drops;
      memcpy(&drops, CMSG_DATA(each), sizeof drops);
      port->figures[PORT_OVERFLOW] += drops - port->kernel_drops;
      port->kernel_drops = drops;
    } else if (each->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec stamped;
      memcpy(&stamped, CMSG_DATA(each), sizeof stamped);
      *time = microseconds(&stamped);
    }
  }
}

// Says of each frame how long it is and when it came.
static int measure(struct port *port, int got, int32_t *lengths, double *times) {
  const double time = now();
  for (int index = 0; index < got; index += 1) {
    struct mmsghdr *header = &port->headers[index];
    times[index] = time;
    if (header->msg_hdr.msg_controllen > 0) read_controls(port, &header->msg_hdr, &times[index]);
    const bool is_whole = (header->msg_hdr.msg_flags & MSG_TRUNC) == 0;
    lengths[index] = is_whole ? (int32_t)header->msg_len : -1;
    if (!is_whole) port->figures[PORT_OVERSIZE] += 1;
  }
  return got;
}

static int receive_packets(struct port *port, uint8_t *memory, const int32_t *slots, int count, int32_t *lengths, double *times) {
  for (int index = 0; index < count; index += 1) {
    port->vectors[index] = (struct iovec){data_of(memory, slots[index]), SLOT_DATA_BYTES};
    struct msghdr *header = &port->headers[index].msg_hdr;
    header->msg_control = port->controls[index];
    header->msg_controllen = sizeof port->controls[index];
  }
  const int got = recvmmsg(port->fd, port->headers, (unsigned)count, MSG_DONTWAIT, NULL);
  if (got >= 0) return measure(port, got, lengths, times);
  if (errno != EAGAIN && errno != EINTR) count_error(port, errno);
  return 0;
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
                                  : receive_packets(port, memory, slots, count, lengths, times);
  port->figures[PORT_RECEIVED] += got;
  return got;
}
