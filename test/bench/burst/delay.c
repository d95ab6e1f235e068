// Sends datagrams to a relay one by one, 2000 a second, and takes the time until each comes out of it: own port, port of the relay,
// frames. Prints how many came, and microseconds that half of them, and 999 in 1000, took at most.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FRAME = 16, LOST_MS = 200, PAUSE_NS = 500000 };

static int open_socket(int own, int relay) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons((uint16_t)own);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  address.sin_port = htons((uint16_t)relay);
  if (relay != 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
  return fd;
}

static double now_micros(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int by_size(const void *one, const void *other) {
  const double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const int sink = open_socket(atoi(arguments[1]), 0);
  const int source = open_socket(0, atoi(arguments[2]));
  const long frames = atol(arguments[3]);
  double *took = calloc((size_t)frames, sizeof *took);
  long came = 0;
  char frame[FRAME] = {0};
  frame[4] = 8;
  for (long number = 0; number < frames; number += 1) {
    const struct timespec pause = {0, PAUSE_NS};
    struct pollfd asked = {sink, POLLIN, 0};
    nanosleep(&pause, NULL);
    const double sent = now_micros();
    if (send(source, frame, sizeof frame, 0) < 0) continue;
    if (poll(&asked, 1, LOST_MS) < 1 || recv(sink, frame, sizeof frame, 0) < 0) continue;
    took[came] = now_micros() - sent;
    came += 1;
  }
  qsort(took, (size_t)came, sizeof *took, by_size);
  printf("{\"came\":%ld,\"half\":%.1f,\"most\":%.1f}\n", came, took[came / 2], took[came * 999 / 1000]);
}
