// A CAN bus in user space for programs with preload.c: hands each frame of one to all others. Argument: its socket file. Says
// `ready`, and ends with its standard input. A station that does not read holds the bus up: no frame is ever lost.
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 32, LONGEST = 128, INPUT = 0, DOOR = 1, FIRST = 2 };

static struct pollfd ends[MOST] = {[INPUT] = {.fd = STDIN_FILENO, .events = POLLIN}};
static int count = FIRST;

static void hand_on(int from) {
  char frame[LONGEST];
  const ssize_t length = recv(ends[from].fd, frame, sizeof frame, 0);
  if (length <= 0) {
    close(ends[from].fd);
    ends[from] = ends[--count];
    return;
  }
  for (int to = FIRST; to < count; to += 1)
    if (to != from) send(ends[to].fd, frame, (size_t)length, MSG_NOSIGNAL);
}

int main(int arguments, char **argument) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (arguments != 2 || strlen(argument[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argument[1]);
  const int door = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  if (bind(door, (struct sockaddr *)&address, sizeof address) < 0 || listen(door, MOST) < 0) return 1;
  ends[DOOR] = (struct pollfd){.fd = door, .events = POLLIN};
  puts("ready");
  fflush(stdout);
  while (poll(ends, (nfds_t)count, -1) > 0) {
    if (ends[INPUT].revents != 0) break;
    for (int each = count - 1; each >= FIRST; each -= 1)
      if (ends[each].revents != 0) hand_on(each);
    if (ends[DOOR].revents != 0 && count < MOST) ends[count++] = (struct pollfd){.fd = accept(door, NULL, NULL), .events = POLLIN};
  }
  unlink(argument[1]);
  return 0;
}
