// Sends one message over the loopback that the kernel takes for several datagrams: port, bytes of each, bytes of all. Bytes count up.
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MOST = 65000 };

int main(int count, char **arguments) {
  static unsigned char bytes[MOST];
  if (count != 4) return 2;
  const int segment = atoi(arguments[2]);
  const size_t all = (size_t)atol(arguments[3]);
  const struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || all > sizeof bytes || setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) < 0) return 1;
  for (size_t at = 0; at < all; at += 1) bytes[at] = (unsigned char)(at * 31 + at / 256);
  return sendto(fd, bytes, all, 0, (const struct sockaddr *)&to, sizeof to) == (ssize_t)all ? 0 : 1;
}
