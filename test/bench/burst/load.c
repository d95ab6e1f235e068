// Sends datagrams to a relay and takes what comes out of it: own port, port of the relay, frames, `together` or `alone`. Never more than a window is on
// its way, so that nothing is lost but by the relay. Together, a burst goes into the kernel as one, which cuts it into frames only for
// who cannot take it whole: so the load is faster than any relay, and what is measured is a relay that has enough to do. Alone, each
// frame is one of its own from the beginning. Each frame is a classic CAN frame; eight
// identifiers in turn are those of the eight rules of the bench. Prints how many were sent, how many came, and in how
// many seconds: up to the last one that came.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 64, WINDOW = 192, FRAME = 16, ROOM = 2048, KERNEL_BUFFER = 4 << 20, LOST_MS = 200 };

static char out_frames[BURST][FRAME];
static struct iovec out_vectors[BURST];
static struct mmsghdr out[BURST];
static char in_frames[BURST][ROOM];
static struct iovec in_vectors[BURST];
static struct mmsghdr in[BURST];

static int open_socket(int own, int relay) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int bytes = KERNEL_BUFFER;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  address.sin_port = htons((uint16_t)own);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  address.sin_port = htons((uint16_t)relay);
  if (relay != 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  return fd;
}

static double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void prepare(void) {
  for (int index = 0; index < BURST; index += 1) {
    const uint32_t id = (uint32_t)(index % 8) * 32;
    memcpy(out_frames[index], &id, sizeof id);
    out_frames[index][4] = 8;
    out_vectors[index] = (struct iovec){out_frames[index], FRAME};
    out[index].msg_hdr = (struct msghdr){.msg_iov = &out_vectors[index], .msg_iovlen = 1};
    in_vectors[index] = (struct iovec){in_frames[index], ROOM};
    in[index].msg_hdr = (struct msghdr){.msg_iov = &in_vectors[index], .msg_iovlen = 1};
  }
}

// Returns how many went.
static int send_burst(int source, bool is_together) {
  if (is_together) return send(source, out_frames, sizeof out_frames, 0) > 0 ? BURST : 0;
  const int went = sendmmsg(source, out, BURST, 0);
  return went > 0 ? went : 0;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  const bool is_together = strcmp(arguments[4], "together") == 0;
  const int sink = open_socket(atoi(arguments[1]), 0);
  const int source = open_socket(0, atoi(arguments[2]));
  const int length = FRAME;
  if (is_together && setsockopt(source, SOL_UDP, UDP_SEGMENT, &length, sizeof length) < 0) return 1;
  const long frames = atol(arguments[3]);
  long sent = 0, came = 0, lost = 0;
  prepare();
  const double begun = now_seconds();
  double last = begun;
  while (sent < frames || came + lost < sent) {
    if (sent < frames && sent - came - lost <= WINDOW - BURST) sent += send_burst(source, is_together);
    const int got = recvmmsg(sink, in, BURST, MSG_DONTWAIT, NULL);
    if (got > 0) {
      came += got;
      last = now_seconds();
      continue;
    }
    if (sent < frames && sent - came - lost <= WINDOW - BURST) continue;
    struct pollfd asked = {sink, POLLIN, 0};
    // What has not come for so long is lost.
    if (poll(&asked, 1, LOST_MS) == 0) lost = sent - came;
  }
  printf("{\"sent\":%ld,\"came\":%ld,\"seconds\":%.6f}\n", sent, came, last - begun);
}
