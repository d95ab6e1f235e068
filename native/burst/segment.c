#define _GNU_SOURCE
#include "segment.h"
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Headers of the system may be older than its kernel: attaching to what comes in by a device, Linux 6.6.
enum { ATTACH_INGRESS = 46, MOST_DEVICES = 8, LOAD_ADDRESS = 0x18, OF_MEMORY = 2 };

struct segment {
  int program;
  int memory;
  int counters;
  int links[MOST_DEVICES];
  int attached;
};

// The number of a descriptor, or that of an error, negative.
static int ask(int command, union bpf_attr *about) {
  const long result = syscall(SYS_bpf, command, about, sizeof *about);
  return result < 0 ? -errno : (int)result;
}

static int make_memory(int counters) {
  union bpf_attr about;
  memset(&about, 0, sizeof about);
  about.map_type = BPF_MAP_TYPE_ARRAY;
  about.key_size = sizeof(uint32_t);
  about.value_size = (uint32_t)counters * sizeof(uint64_t);
  about.max_entries = 1;
  return ask(BPF_MAP_CREATE, &about);
}

// The code names no memory: it is this one.
static int load(const int32_t *code, int count, int memory) {
  struct bpf_insn *own = malloc((size_t)count * sizeof *own);
  if (own == NULL) return -ENOMEM;
  memcpy(own, code, (size_t)count * sizeof *own);
  for (int index = 0; index < count; index += 1)
    if (own[index].code == LOAD_ADDRESS && own[index].src_reg == OF_MEMORY) own[index].imm = memory;
  union bpf_attr about;
  memset(&about, 0, sizeof about);
  about.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  about.insns = (uint64_t)(uintptr_t)own;
  about.insn_cnt = (uint32_t)count;
  about.license = (uint64_t)(uintptr_t)"Apache-2.0";
  const int program = ask(BPF_PROG_LOAD, &about);
  free(own);
  return program;
}

int segment_open(struct segment **into, const int32_t *code, int count, int counters) {
  if (count < 1 || count > MOST_INSTRUCTIONS || counters < 1 || counters > MOST_COUNTERS) return -EINVAL;
  struct segment *segment = calloc(1, sizeof *segment);
  if (segment == NULL) return -ENOMEM;
  segment->program = -1;
  segment->counters = counters;
  segment->memory = make_memory(counters);
  if (segment->memory >= 0) segment->program = load(code, count, segment->memory);
  const int error = segment->memory < 0 ? segment->memory : segment->program;
  if (error >= 0) *into = segment;
  else segment_close(segment);
  return error < 0 ? error : 0;
}

int segment_attach(struct segment *segment, const char *device) {
  const unsigned index = if_nametoindex(device);
  if (index == 0) return -ENODEV;
  if (segment->attached == MOST_DEVICES) return -ENOSPC;
  union bpf_attr about;
  memset(&about, 0, sizeof about);
  about.link_create.prog_fd = (uint32_t)segment->program;
  about.link_create.target_ifindex = index;
  about.link_create.attach_type = ATTACH_INGRESS;
  const int link = ask(BPF_LINK_CREATE, &about);
  if (link < 0) return link;
  segment->links[segment->attached] = link;
  segment->attached += 1;
  return 0;
}

int segment_try(struct segment *segment, const uint8_t *frame, int length) {
  union bpf_attr about;
  memset(&about, 0, sizeof about);
  about.test.prog_fd = (uint32_t)segment->program;
  about.test.data_in = (uint64_t)(uintptr_t)frame;
  about.test.data_size_in = (uint32_t)length;
  const int error = ask(BPF_PROG_TEST_RUN, &about);
  return error < 0 ? error : (int)about.test.retval;
}

int segment_count(const struct segment *segment, double *into) {
  uint64_t *counts = calloc((size_t)segment->counters, sizeof *counts);
  if (counts == NULL) return -ENOMEM;
  const uint32_t first = 0;
  union bpf_attr about;
  memset(&about, 0, sizeof about);
  about.map_fd = (uint32_t)segment->memory;
  about.key = (uint64_t)(uintptr_t)&first;
  about.value = (uint64_t)(uintptr_t)counts;
  const int error = ask(BPF_MAP_LOOKUP_ELEM, &about);
  for (int index = 0; error == 0 && index < segment->counters; index += 1) into[index] = (double)counts[index];
  free(counts);
  return error;
}

int segment_counters(const struct segment *segment) {
  return segment->counters;
}

void segment_close(struct segment *segment) {
  for (int index = 0; index < segment->attached; index += 1) close(segment->links[index]);
  if (segment->program >= 0) close(segment->program);
  if (segment->memory >= 0) close(segment->memory);
  free(segment);
}
