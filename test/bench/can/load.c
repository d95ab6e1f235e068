// Sends frames on a CAN interface: its name, and how many. Eight identifiers in turn are those of the eight rules of the bench.
// Prints nanoseconds that it had of the processor: what happens to a frame until it waits for its readers is in them.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/can.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { BURST = 64 };

static struct can_frame frames[BURST];
static struct iovec vectors[BURST];
static struct mmsghdr headers[BURST];

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const int fd = socket(PF_CAN, SOCK_RAW, CAN_RAW);
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex(arguments[1])};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return 1;
  for (int index = 0; index < BURST; index += 1) {
    frames[index] = (struct can_frame){.can_id = (canid_t)(index % 8) * 32, .len = 8};
    vectors[index] = (struct iovec){&frames[index], sizeof frames[index]};
    headers[index].msg_hdr = (struct msghdr){.msg_iov = &vectors[index], .msg_iovlen = 1};
  }
  for (long left = atol(arguments[2]); left > 0;) {
    const int went = sendmmsg(fd, headers, left < BURST ? (unsigned)left : BURST, 0);
    if (went > 0) left -= went;
    else if (errno == ENOBUFS) sched_yield();
    else return 1;
  }
  struct timespec spent;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  printf("%.0f\n", (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec);
}
