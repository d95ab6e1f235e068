// Lets a program on a kernel without CAN open raw CAN sockets: each becomes a connection to a bus in user space (bus.c), so the
// program's own reads and writes run unchanged. What it cannot show: filters, errors of controllers, echoes, the queue of a driver.
//   GW_CAN_BUSES=folder LD_PRELOAD=… program      an interface is a socket file in the folder
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

enum { MOST_FILES = 1024, MOST_BUSES = 16, FIRST_INDEX = 1000 };

static bool is_can[MOST_FILES];
static char names[MOST_BUSES][IFNAMSIZ];

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static bool ours(int fd) {
  return fd >= 0 && fd < MOST_FILES && is_can[fd];
}

static const char *folder_of_buses(void) {
  const char *folder = getenv("GW_CAN_BUSES");
  return folder == NULL ? "." : folder;
}

static void path_of(const char *name, struct sockaddr_un *address) {
  address->sun_family = AF_UNIX;
  snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", folder_of_buses(), name);
}

// The same number for the same name as long as the process lives; 0 when there is no such bus.
static unsigned index_of(const char *name) {
  DIR *folder = opendir(folder_of_buses());
  bool is_there = false;
  for (struct dirent *each; folder != NULL && (each = readdir(folder)) != NULL;)
    if (strcmp(each->d_name, name) == 0) is_there = true;
  if (folder != NULL) closedir(folder);
  if (!is_there) return 0;
  for (int place = 0; place < MOST_BUSES; place += 1) {
    if (*names[place] == '\0') snprintf(names[place], IFNAMSIZ, "%s", name);
    if (strcmp(names[place], name) == 0) return FIRST_INDEX + (unsigned)place;
  }
  return 0;
}

int socket(int family, int type, int protocol) {
  if (family != PF_CAN) return NEXT(socket)(family, type, protocol);
  const int flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  const int fd = NEXT(socket)(AF_UNIX, SOCK_SEQPACKET | flags, 0);
  if (fd >= 0 && fd < MOST_FILES) is_can[fd] = true;
  return fd;
}

unsigned if_nametoindex(const char *name) {
  const unsigned index = index_of(name);
  return index != 0 ? index : NEXT(if_nametoindex)(name);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  if (!ours(fd)) return NEXT(ioctl)(fd, request, argument);
  if (request == SIOCGIFINDEX) {
    struct ifreq *asked = argument;
    asked->ifr_ifindex = (int)index_of(asked->ifr_name);
    if (asked->ifr_ifindex != 0) return 0;
    errno = ENODEV;
    return -1;
  }
  if (request == SIOCGIFNAME) {
    struct ifreq *asked = argument;
    const int place = asked->ifr_ifindex - FIRST_INDEX;
    if (place >= 0 && place < MOST_BUSES) memcpy(asked->ifr_name, names[place], IFNAMSIZ);
    return 0;
  }
  if (request == SIOCGIFMTU) {
    ((struct ifreq *)argument)->ifr_mtu = CANFD_MTU;
    return 0;
  }
  if (request == SIOCGSTAMP) return gettimeofday(argument, NULL);
  return NEXT(ioctl)(fd, request, argument);
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  if (!ours(fd) || address->sa_family != AF_CAN) return NEXT(bind)(fd, address, length);
  const int place = ((const struct sockaddr_can *)address)->can_ifindex - FIRST_INDEX;
  if (place < 0 || place >= MOST_BUSES) {
    errno = ENODEV;
    return -1;
  }
  struct sockaddr_un bus;
  path_of(names[place], &bus);
  return connect(fd, (struct sockaddr *)&bus, sizeof bus);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  return ours(fd) && level == SOL_CAN_RAW ? 0 : NEXT(setsockopt)(fd, level, name, value, length);
}

int close(int fd) {
  if (ours(fd)) is_can[fd] = false;
  return NEXT(close)(fd);
}
