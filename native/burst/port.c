// See port.h. Bursts cost one call into the kernel: recvmmsg and sendmmsg for packets, read and writev for streams.
#define _GNU_SOURCE
#include "port.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "alarm.h"
#include "layout.h"
#include "tty.h"

// What a burst of one packet port may find in the kernel when nobody has read for a while.
enum { KERNEL_BUFFER = 4 << 20 };

// Bytes that go through the kernel as one datagram; the least that every version of it takes.
enum { MOST_GATHERED = 65000 };

struct port {
  int fd;
  bool is_stream;
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
  struct mmsghdr headers[BURST];
  struct iovec vectors[BURST];
  // What is sent in one call, each with one frame or several of one length.
  struct mmsghdr groups[BURST];
  int group_frames[BURST];
  _Alignas(struct cmsghdr) uint8_t controls[BURST][CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
};

static void count_error(struct port *port, int error) {
  port->figures[PORT_ERRORS] += 1;
  port->figures[PORT_LAST_ERROR] = error;
}

static void end_stream(struct port *port) {
  port->figures[PORT_ENDED] = 1;
  port->rest_from = port->rest_to = 0;
}

static bool has_ended(const struct port *port) {
  return port->figures[PORT_ENDED] != 0;
}

// ---- opening ----

static int open_port(struct port **into, int fd, bool is_stream) {
  if (fd < 0) return -errno;
  struct port *port = calloc(1, sizeof *port);
  uint8_t *rest = is_stream ? malloc((size_t)BURST * SLOT_DATA_BYTES) : NULL;
  if (port == NULL || (is_stream && rest == NULL)) {
    free(port);
    free(rest);
    close(fd);
    return -ENOMEM;
  }
  port->fd = fd;
  port->is_stream = is_stream;
  port->rest = rest;
  for (int index = 0; index < BURST; index += 1) {
    port->headers[index].msg_hdr.msg_iov = &port->vectors[index];
    port->headers[index].msg_hdr.msg_iovlen = 1;
  }
  *into = port;
  return 0;
}

static int failed(struct port *port, int error) {
  port_close(port);
  return -error;
}

static int open_packets(struct port **into, int family, int protocol) {
  const int type = (family == AF_CAN ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int result = open_port(into, socket(family, type, protocol), false);
  if (result < 0) return result;
  const int one = 1;
  const int bytes = KERNEL_BUFFER;
  const int fd = (*into)->fd;
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
  // More than the system's limit needs a right; without it the limit has to do.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return 0;
}

static bool stamp(struct port *port) {
  const int one = 1;
  port->stamps = setsockopt(port->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) == 0;
  return port->stamps;
}

// 0 when the text is no address.
static socklen_t read_address(const char *text, int number, struct sockaddr_storage *address) {
  memset(address, 0, sizeof *address);
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  if (number < 0 || number > 0xffff) return 0;
  if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)number);
    return sizeof *four;
  }
  if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) return 0;
  six->sin6_family = AF_INET6;
  six->sin6_port = htons((uint16_t)number);
  return sizeof *six;
}

int port_open_udp(struct port **into, const char *address, int number, const char *peer, int peer_number, bool stamps) {
  struct sockaddr_storage own;
  struct sockaddr_storage other;
  const socklen_t own_size = read_address(address, number, &own);
  const socklen_t other_size = *peer == '\0' ? 0 : read_address(peer, peer_number, &other);
  if (own_size == 0 || (*peer != '\0' && other_size == 0)) return -EINVAL;
  const int result = open_packets(into, own.ss_family, 0);
  if (result < 0) return result;
  if (bind((*into)->fd, (struct sockaddr *)&own, own_size) < 0) return failed(*into, errno);
  if (other_size > 0 && connect((*into)->fd, (struct sockaddr *)&other, other_size) < 0) return failed(*into, errno);
  (*into)->is_connected = other_size > 0;
  (*into)->longest_gathered = other_size > 0 ? SLOT_DATA_BYTES : 0;
  if (stamps && !stamp(*into)) return failed(*into, errno);
  return 0;
}

static bool set_path(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (*path == '\0' || strlen(path) >= sizeof address->sun_path) return false;
  strcpy(address->sun_path, path);
  return true;
}

// Somebody who ended by force leaves its path behind, and nobody listens there.
static bool is_left_behind(const struct sockaddr_un *address) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool is_refused = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
  close(fd);
  return is_refused;
}

static int bind_path(struct port *port, const struct sockaddr_un *address) {
  const struct sockaddr *general = (const struct sockaddr *)address;
  if (bind(port->fd, general, sizeof *address) < 0) {
    if (errno != EADDRINUSE || !is_left_behind(address)) return errno;
    unlink(address->sun_path);
    if (bind(port->fd, general, sizeof *address) < 0) return errno;
  }
  strcpy(port->path, address->sun_path);
  return 0;
}

int port_open_unix_packets(struct port **into, const char *path, const char *peer) {
  struct sockaddr_un own;
  struct sockaddr_un other;
  if ((*path != '\0' && !set_path(&own, path)) || (*peer != '\0' && !set_path(&other, peer))) return -EINVAL;
  const int result = open_packets(into, AF_UNIX, 0);
  if (result < 0) return result;
  struct port *port = *into;
  const int error = *path == '\0' ? 0 : bind_path(port, &own);
  if (error != 0) return failed(port, error);
  port->has_late_peer = *peer != '\0';
  if (port->has_late_peer) port->peer = other;
  return 0;
}

int port_open_unix_stream(struct port **into, const char *path) {
  struct sockaddr_un address;
  if (!set_path(&address, path)) return -EINVAL;
  const int result = open_port(into, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), true);
  if (result < 0) return result;
  if (connect((*into)->fd, (struct sockaddr *)&address, sizeof address) < 0) return failed(*into, errno);
  return 0;
}

int port_open_tty(struct port **into, const char *path, int speed, int parity, int stop_bits) {
  const int result = open_port(into, open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), true);
  if (result < 0) return result;
  const int error = tty_set_up((*into)->fd, speed, parity, stop_bits);
  return error == 0 ? 0 : failed(*into, error);
}

int port_open_can(struct port **into, const char *name) {
  const int result = open_packets(into, AF_CAN, CAN_RAW);
  if (result < 0) return result;
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex(name)};
  if (address.can_ifindex == 0) return failed(*into, ENODEV);
  const int one = 1;
  setsockopt((*into)->fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &one, sizeof one);
  if (bind((*into)->fd, (struct sockaddr *)&address, sizeof address) < 0) return failed(*into, errno);
  (*into)->is_connected = true;
  stamp(*into);
  return 0;
}

void port_close(struct port *port) {
  close(port->fd);
  if (*port->path != '\0') unlink(port->path);
  free(port->rest);
  free(port);
}

// ---- receiving ----

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

static uint8_t *data_of(uint8_t *memory, int32_t slot) {
  return memory + (size_t)slot * SLOT_BYTES + SLOT_HEAD_BYTES;
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

// ---- sending ----

// WHY again and again: the peer of a Unix socket may have come since, or come back.
static bool is_ready_to_send(struct port *port) {
  if (port->is_connected || !port->has_late_peer) return port->is_connected;
  port->is_connected = connect(port->fd, (struct sockaddr *)&port->peer, sizeof port->peer) == 0;
  if (!port->is_connected) count_error(port, errno);
  return port->is_connected;
}

static bool is_full(int error) {
  return error == EAGAIN || error == ENOBUFS;
}

// Looks at an error of what is next. Returns whether to go on behind it; else the kernel takes no more now.
static bool go_on_after(struct port *port, int error) {
  if (is_full(error)) return false;
  count_error(port, error);
  // The other end of a Unix socket has gone.
  if (port->has_late_peer && (error == ECONNREFUSED || error == ENOTCONN)) {
    port->is_connected = false;
    return false;
  }
  return error != EBADF;
}

// How many frames from one on go together: as long as the first, and one that is shorter as the last.
static int run_length(const struct port *port, int first, int count) {
  const size_t length = port->vectors[first].iov_len;
  size_t total = length;
  int frames = 1;
  if (length == 0 || length > port->longest_gathered) return 1;
  while (first + frames < count) {
    const size_t next = port->vectors[first + frames].iov_len;
    if (next == 0 || next > length || total + next > MOST_GATHERED) break;
    total += next;
    frames += 1;
    if (next < length) break;
  }
  return frames;
}

static void tell_length(struct msghdr *header, uint8_t *control, size_t length) {
  header->msg_control = control;
  header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
  struct cmsghdr *message = CMSG_FIRSTHDR(header);
  message->cmsg_level = SOL_UDP;
  message->cmsg_type = UDP_SEGMENT;
  message->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const uint16_t segment = (uint16_t)length;
  memcpy(CMSG_DATA(message), &segment, sizeof segment);
}

// WHY together: frames of one length go through the kernel as one, which cuts them only in the end; whoever receives them cannot
// tell. It is most of what a datagram costs. Returns how many groups there are.
static int gather(struct port *port, int first, int count) {
  int groups = 0;
  for (int frame = first; frame < count; groups += 1) {
    const int frames = run_length(port, frame, count);
    struct msghdr *header = &port->groups[groups].msg_hdr;
    *header = (struct msghdr){.msg_iov = &port->vectors[frame], .msg_iovlen = (size_t)frames};
    if (frames > 1) tell_length(header, port->controls[groups], port->vectors[frame].iov_len);
    port->group_frames[groups] = frames;
    frame += frames;
  }
  return groups;
}

// Looks at an error of frames that went together. Returns whether they may go one by one: the way is too narrow for frames as long
// as these, or its device cannot sum up by itself.
static bool gather_less(struct port *port, size_t length, int error) {
  if (error != EIO && error != EINVAL && error != EMSGSIZE && error != EOPNOTSUPP) return false;
  port->longest_gathered = error == EINVAL || error == EMSGSIZE ? length - 1 : 0;
  return true;
}

static int send_packets(struct port *port, int first, int count) {
  if (!is_ready_to_send(port)) return 0;
  const int groups = gather(port, first, count);
  int sent = 0;
  bool is_second_try = false;
  for (int next = 0, frame = first; next < groups;) {
    const int went = sendmmsg(port->fd, port->groups + next, (unsigned)(groups - next), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (went > 0) {
      for (int index = next; index < next + went; index += 1) {
        frame += port->group_frames[index];
        sent += port->group_frames[index];
      }
      next += went;
      is_second_try = false;
      continue;
    }
    if (went < 0 && errno == EINTR) continue;
    if (went < 0 && port->group_frames[next] > 1 && gather_less(port, port->vectors[frame].iov_len, errno))
      return sent + send_packets(port, frame, count);
    // UDP tells here that an earlier frame found nobody: the next one has had no try yet.
    if (went < 0 && errno == ECONNREFUSED && !port->has_late_peer && !is_second_try) {
      count_error(port, errno);
      is_second_try = true;
      continue;
    }
    if (!go_on_after(port, errno)) break;
    frame += port->group_frames[next];
    next += 1;
    is_second_try = false;
  }
  return sent;
}

// Sends what waits. Returns whether nothing is left.
static bool flush(struct port *port) {
  while (port->rest_from < port->rest_to) {
    const ssize_t went = write(port->fd, port->rest + port->rest_from, port->rest_to - port->rest_from);
    if (went > 0) {
      port->rest_from += (size_t)went;
      continue;
    }
    if (went < 0 && errno == EINTR) continue;
    if (went < 0 && errno == EAGAIN) return false;
    count_error(port, errno);
    end_stream(port);
  }
  port->rest_from = port->rest_to = 0;
  return true;
}

static void keep_rest(struct port *port, int count, size_t gone) {
  for (int index = 0; index < count; index += 1) {
    const struct iovec *vector = &port->vectors[index];
    const size_t skip = gone < vector->iov_len ? gone : vector->iov_len;
    gone -= skip;
    memcpy(port->rest + port->rest_to, (uint8_t *)vector->iov_base + skip, vector->iov_len - skip);
    port->rest_to += vector->iov_len - skip;
  }
}

static int send_stream(struct port *port, int count) {
  if (!flush(port) || has_ended(port)) return 0;
  ssize_t went;
  do went = writev(port->fd, port->vectors, count);
  while (went < 0 && errno == EINTR);
  if (went < 0 && errno != EAGAIN) {
    count_error(port, errno);
    end_stream(port);
    return 0;
  }
  keep_rest(port, count, went < 0 ? 0 : (size_t)went);
  return count;
}

int port_send(struct port *port, const uint8_t *memory, const int32_t *slots, const int32_t *lengths, int count) {
  if (count == 0) return 0;
  for (int index = 0; index < count; index += 1)
    port->vectors[index] = (struct iovec){data_of((uint8_t *)memory, slots[index]), (size_t)lengths[index]};
  const int sent = port->is_stream ? send_stream(port, count) : send_packets(port, 0, count);
  port->figures[PORT_SENT] += sent;
  return sent;
}

int64_t port_rest(struct port *port) {
  if (port->is_stream) flush(port);
  return (int64_t)(port->rest_to - port->rest_from);
}

const double *port_figures(const struct port *port) {
  return port->figures;
}

int port_number(const struct port *port) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(port->fd, (struct sockaddr *)&address, &size) < 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port) : 0;
}

// ---- waiting ----

bool port_wait(struct port *const *ports, const uint8_t *reads, int count, int alarm, int milliseconds) {
  struct pollfd asked[MOST_WAITED_FOR + 1];
  for (int index = 0; index < count; index += 1) {
    const struct port *port = ports[index];
    const short events = (short)((reads[index] != 0 ? POLLIN : 0) | (port->rest_from < port->rest_to ? POLLOUT : 0));
    // What has ended would be ready for ever; what nothing is asked of may be.
    asked[index] = (struct pollfd){has_ended(port) || events == 0 ? -1 : port->fd, events, 0};
  }
  asked[count] = (struct pollfd){alarm_descriptor(alarm), POLLIN, 0};
  const bool is_ready = poll(asked, (nfds_t)count + 1, milliseconds) > 0;
  if ((asked[count].revents & POLLIN) != 0) alarm_quiet(alarm);
  return is_ready;
}
