// Both stations of a network: sends Ethernet frames from one and takes them at the other, never more than a burst on the way.
// Arguments: process in the network namespace of the one, of the other, frames. In both the device is eth0. Eight ports of UDP in turn
// are those of the eight rules of the bench. What comes is taken out of memory that the kernel fills, so that taking it costs next to
// nothing beside the way there. Prints how many came, and nanoseconds that the process had of the processor: the
// kernel carries frames on the account of who sends them.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 64, FRAME = 64, LOST_MS = 200, FIRST_PORT = 9000, UDP_AT = 34 };
enum { CELL_BYTES = 256, BLOCK_BYTES = 1 << 16, BLOCKS = 4, CELLS = BLOCKS * BLOCK_BYTES / CELL_BYTES };

static uint8_t out_frames[BURST][FRAME];
static struct iovec out_vectors[BURST];
static struct mmsghdr out[BURST];
static uint8_t *cells;
static unsigned next_cell;

static int open_end(const char *process, uint16_t protocol) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/net", process);
  const int space = open(path, O_RDONLY);
  if (space < 0 || setns(space, CLONE_NEWNET) < 0) exit(1);
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  const int one = 1;
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
  const struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)if_nametoindex("eth0")};
  if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) exit(1);
  return fd;
}

static void share_memory(int fd) {
  const int version = TPACKET_V2;
  const struct tpacket_req request = {BLOCK_BYTES, BLOCKS, CELL_BYTES, CELLS};
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0)
    exit(1);
  cells = mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (cells == MAP_FAILED) exit(1);
}

static void prepare(void) {
  // To 02:00:00:00:00:02 from 02:00:00:00:00:01; UDP from 10.0.0.1 to 10.0.0.2.
  static const uint8_t start[] = {2,  0, 0, 0, 0, 2, 2, 0, 0,  0,           0,    1,    8,  0, 0x45, 0, 0,
                                  50, 0, 0, 0, 0, 64, IPPROTO_UDP, 0x66, 0xb9, 10, 0, 0, 1, 10, 0, 0, 2};
  for (int index = 0; index < BURST; index += 1) {
    const uint16_t ports[] = {htons(40000), htons((uint16_t)(FIRST_PORT + index % 8)), htons(FRAME - UDP_AT), 0};
    memcpy(out_frames[index], start, sizeof start);
    memcpy(out_frames[index] + UDP_AT, ports, sizeof ports);
    out_vectors[index] = (struct iovec){out_frames[index], FRAME};
    out[index].msg_hdr = (struct msghdr){.msg_iov = &out_vectors[index], .msg_iovlen = 1};
  }
}

// Returns how many came.
static long take(int fd, long most) {
  long came = 0;
  while (came < most) {
    struct tpacket2_hdr *cell = (struct tpacket2_hdr *)(cells + (size_t)next_cell * CELL_BYTES);
    struct pollfd asked = {fd, POLLIN, 0};
    if ((__atomic_load_n(&cell->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) != 0) {
      if (cell->tp_len == FRAME) came += 1;
      __atomic_store_n(&cell->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      next_cell = (next_cell + 1) % CELLS;
    } else if (poll(&asked, 1, LOST_MS) == 0) break;
  }
  return came;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const int from = open_end(arguments[1], 0);
  const int to = open_end(arguments[2], ETH_P_IP);
  long sent = 0, came = 0;
  share_memory(to);
  prepare();
  while (sent < atol(arguments[3])) {
    const int went = sendmmsg(from, out, BURST, 0);
    if (went <= 0) return 1;
    sent += went;
    came += take(to, went);
  }
  struct timespec spent;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  printf("{\"sent\":%ld,\"came\":%ld,\"nanos\":%.0f}\n", sent, came, (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec);
}
