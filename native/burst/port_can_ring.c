#define _GNU_SOURCE
#include "port_can_ring.h"
#include <arpa/inet.h>
#include <linux/can.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
  // Of one frame: what the kernel says of it, and the longest one.
  CELL_BYTES = 160,
  BLOCK_BYTES = 1 << 16,
  CELLS_OF_BLOCK = BLOCK_BYTES / CELL_BYTES,
  // Some sixteen thousand frames: more than a second of a bus that is full of them.
  BLOCKS = 40,
  CELLS = CELLS_OF_BLOCK * BLOCKS,
  // Marks that people give sockets are small.
  MARK = 0x47000000,
  MARK_MASK = 0x00ffffff,
};

// The kernel and we take turns with each cell; its first word says whose it is.
struct can_ring {
  int fd;
  uint8_t *memory;
  unsigned next;
  bool is_losing;
};

// Whether the kernel puts a socket's mark on CAN frames: from 6.3 on, and from 6.1.72 on. WHY both texts: Debian's release is
// always 6.1.0, and its version says of what it is made.
static bool kernel_marks(void) {
  struct utsname name;
  int major = 0;
  int minor = 0;
  if (uname(&name) < 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2) return false;
  if (major != 6 || minor != 1) return major > 6 || (major == 6 && minor >= 3);
  const char *const texts[] = {name.release, name.version};
  for (int index = 0; index < 2; index += 1) {
    int patch = 0;
    const char *found = strstr(texts[index], "6.1.");
    if (found != NULL && sscanf(found, "6.1.%d", &patch) == 1 && patch >= 72) return true;
  }
  return false;
}

// Marks what a socket sends by a number that no other has. 0: it cannot be.
static uint32_t mark(int sender) {
  uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (!kernel_marks() || getsockopt(sender, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0) return 0;
  const uint32_t number = MARK | (uint32_t)(cookie & MARK_MASK);
  return setsockopt(sender, SOL_SOCKET, SO_MARK, &number, sizeof number) == 0 ? number : 0;
}

// Only CAN frames, classic and FD, and none that this mark is on.
static bool set_filter(int fd, uint32_t marked) {
  struct sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_MARK)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, marked, 3, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_CAN, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_CANFD, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, CANFD_MTU),
  };
  const struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

static bool set_up(struct can_ring *ring, int interface, uint32_t marked) {
  const int version = TPACKET_V2;
  const int one = 1;
  const struct tpacket_req request = {BLOCK_BYTES, BLOCKS, CELL_BYTES, CELLS};
  const struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = interface};
  if (!set_filter(ring->fd, marked) || setsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0 ||
      setsockopt(ring->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0 ||
      setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0)
    return false;
  void *memory = mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
  if (memory == MAP_FAILED) return false;
  ring->memory = memory;
  return bind(ring->fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

struct can_ring *can_ring_open(int interface, int sender) {
  // WHY asked first: to close such a socket takes the kernel long, and who waits for frames would wait for it.
  char name[IF_NAMESIZE];
  if (if_indextoname((unsigned)interface, name) == NULL) return NULL;
  struct can_ring *ring = calloc(1, sizeof *ring);
  if (ring == NULL) return NULL;
  // WHY without a protocol: nothing comes before it is bound.
  ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const uint32_t marked = ring->fd < 0 ? 0 : mark(sender);
  if (marked != 0 && set_up(ring, interface, marked)) return ring;
  can_ring_close(ring);
  return NULL;
}

void can_ring_close(struct can_ring *ring) {
  if (ring->memory != NULL) munmap(ring->memory, (size_t)BLOCK_BYTES * BLOCKS);
  if (ring->fd >= 0) close(ring->fd);
  free(ring);
}

int can_ring_descriptor(const struct can_ring *ring) {
  return ring->fd;
}

static struct tpacket2_hdr *cell_of(const struct can_ring *ring) {
  const unsigned block = ring->next / CELLS_OF_BLOCK;
  return (struct tpacket2_hdr *)(ring->memory + (size_t)block * BLOCK_BYTES + (ring->next % CELLS_OF_BLOCK) * CELL_BYTES);
}

// The length of a frame that a bus carries, 0: it is none, but such as a controller's message of an error.
static int copy_frame(const struct tpacket2_hdr *cell, uint8_t *frame) {
  const uint32_t length = cell->tp_snaplen;
  uint32_t id;
  if ((length != CAN_MTU && length != CANFD_MTU) || cell->tp_len != length || cell->tp_mac + length > CELL_BYTES) return 0;
  memcpy(frame, (const uint8_t *)cell + cell->tp_mac, length);
  memcpy(&id, frame, sizeof id);
  return (id & CAN_ERR_FLAG) == 0 ? (int)length : 0;
}

int can_ring_take(struct can_ring *ring, uint8_t *frame, double *time) {
  int length = 0;
  while (length == 0) {
    struct tpacket2_hdr *cell = cell_of(ring);
    const uint32_t status = __atomic_load_n(&cell->tp_status, __ATOMIC_ACQUIRE);
    if ((status & TP_STATUS_USER) == 0) return 0;
    if ((status & TP_STATUS_LOSING) != 0) ring->is_losing = true;
    length = copy_frame(cell, frame);
    *time = (double)(int64_t)(cell->tp_sec * INT64_C(1000000) + cell->tp_nsec / 1000);
    __atomic_store_n(&cell->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    ring->next = ring->next + 1 == CELLS ? 0 : ring->next + 1;
  }
  return length;
}

uint32_t can_ring_dropped(struct can_ring *ring) {
  if (!ring->is_losing) return 0;
  struct tpacket_stats stats = {0};
  socklen_t size = sizeof stats;
  ring->is_losing = false;
  return getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) < 0 ? 0 : stats.tp_drops;
}

int can_ring_error(struct can_ring *ring) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(ring->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? 0 : error;
}
