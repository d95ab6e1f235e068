#include "alarm.h"
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MOST_ALARMS = 256 };

// Of the whole process: threads of JavaScript share what is in here.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Descriptors plus one, so that 0 is: none yet. Written under the lock, once.
static _Atomic int descriptors[MOST_ALARMS];
static bool is_taken[MOST_ALARMS];

int alarm_descriptor(int alarm) {
  return alarm < 0 || alarm >= MOST_ALARMS ? -1 : descriptors[alarm] - 1;
}

static bool make(int alarm) {
  if (descriptors[alarm] == 0) descriptors[alarm] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) + 1;
  return descriptors[alarm] != 0;
}

int alarm_take(void) {
  pthread_mutex_lock(&lock);
  int found = -1;
  for (int alarm = 0; found < 0 && alarm < MOST_ALARMS; alarm += 1)
    if (!is_taken[alarm]) {
      if (!make(alarm)) break;
      is_taken[alarm] = true;
      found = alarm;
    }
  pthread_mutex_unlock(&lock);
  return found;
}

void alarm_give(int alarm) {
  if (alarm_descriptor(alarm) < 0) return;
  pthread_mutex_lock(&lock);
  is_taken[alarm] = false;
  pthread_mutex_unlock(&lock);
}

void alarm_ring(int alarm) {
  const uint64_t one = 1;
  const int fd = alarm_descriptor(alarm);
  // It can only fail because it rings already.
  if (fd >= 0 && write(fd, &one, sizeof one) < 0) return;
}

void alarm_quiet(int alarm) {
  uint64_t count;
  const int fd = alarm_descriptor(alarm);
  if (fd >= 0 && read(fd, &count, sizeof count) < 0) return;
}
