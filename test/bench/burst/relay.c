// The least that a relay of datagrams can be: own port, port of the next, frames in one go (1: one by one).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 64, BYTES = 2048, KERNEL_BUFFER = 4 << 20 };

static int udp(int own, int next) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int bytes = KERNEL_BUFFER;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  address.sin_port = htons((uint16_t)own);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  address.sin_port = htons((uint16_t)next);
  if (next != 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  return fd;
}

static void one_by_one(int in, int out) {
  static char frame[BYTES];
  for (;;) {
    const ssize_t length = recv(in, frame, sizeof frame, 0);
    if (length >= 0) send(out, frame, (size_t)length, 0);
  }
}

static void in_bursts(int in, int out, int most) {
  static char frames[MOST][BYTES];
  struct iovec vectors[MOST];
  struct mmsghdr headers[MOST];
  memset(headers, 0, sizeof headers);
  for (;;) {
    for (int index = 0; index < most; index += 1) {
      vectors[index] = (struct iovec){frames[index], BYTES};
      headers[index].msg_hdr.msg_iov = &vectors[index];
      headers[index].msg_hdr.msg_iovlen = 1;
    }
    const int got = recvmmsg(in, headers, (unsigned)most, MSG_WAITFORONE, NULL);
    for (int index = 0; index < got; index += 1) vectors[index].iov_len = headers[index].msg_len;
    for (int sent = 0; sent < got;) {
      const int went = sendmmsg(out, headers + sent, (unsigned)(got - sent), 0);
      sent += went > 0 ? went : 1;
    }
  }
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const int most = atoi(arguments[3]);
  const int in = udp(atoi(arguments[1]), 0);
  const int out = udp(0, atoi(arguments[2]));
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return 1;
  if (most == 1) one_by_one(in, out);
  else in_bursts(in, out, most < MOST ? most : MOST);
}
