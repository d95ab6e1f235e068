// Sends bursts: packets by one sendmmsg, a stream by one writev, of which it keeps what did not go at once.
#include "port_parts.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

// Bytes that go through the kernel as one datagram; the least that every version of it takes.
enum { MOST_GATHERED = 65000 };

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
