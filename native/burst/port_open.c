// Opens ports and closes them.
#include "port_parts.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "tty.h"

// What a burst of one packet port may find in the kernel when nobody has read for a while.
enum { KERNEL_BUFFER = 4 << 20 };

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

// WHY: what the kernel hands over as one costs it once, however many frames are in it. Where it cannot, each comes alone.
static void bring_together(struct port *port) {
  const int one = 1;
  if (setsockopt(port->fd, SOL_UDP, UDP_GRO, &one, sizeof one) < 0) return;
  port->together = together_new();
  for (int index = 0; index < BURST && port->together != NULL; index += 1) {
    port->headers[index].msg_hdr.msg_iov = port->together->places[index];
    port->headers[index].msg_hdr.msg_iovlen = 2;
  }
  const int none = 0;
  if (port->together == NULL) setsockopt(port->fd, SOL_UDP, UDP_GRO, &none, sizeof none);
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
  // WHY before it has a number: what comes before would be of the other kind.
  bring_together(*into);
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
  struct port *port = *into;
  setsockopt(port->fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &one, sizeof one);
  port->ring = can_ring_open(address.can_ifindex, port->fd);
  // Then the socket only sends.
  if (port->ring != NULL) setsockopt(port->fd, SOL_CAN_RAW, CAN_RAW_FILTER, NULL, 0);
  if (bind(port->fd, (struct sockaddr *)&address, sizeof address) < 0) return failed(port, errno);
  port->is_can = port->is_connected = true;
  stamp(port);
  return 0;
}

void port_close(struct port *port) {
  close(port->fd);
  if (port->ring != NULL) can_ring_close(port->ring);
  if (*port->path != '\0') unlink(port->path);
  free(port->rest);
  free(port->together);
  free(port);
}
