// WHY a file of its own: what the kernel calls a terminal's settings, with any speed in it, and what the C library calls that
// cannot be in one file.
#include "tty.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>

extern int ioctl(int fd, unsigned long request, ...);

int tty_set_up(int fd, int speed, int parity, int stop_bits) {
  struct termios2 settings;
  if (speed < 1 || parity < 0 || parity > 2 || stop_bits < 1 || stop_bits > 2) return EINVAL;
  if (ioctl(fd, TCGETS2, &settings) < 0 || ioctl(fd, TIOCEXCL) < 0) return errno;
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = BOTHER | CS8 | CREAD | CLOCAL | (stop_bits == 2 ? CSTOPB : 0);
  if (parity > 0) settings.c_cflag |= PARENB | (parity == 1 ? PARODD : 0);
  settings.c_ispeed = settings.c_ospeed = (speed_t)speed;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  if (ioctl(fd, TCSETS2, &settings) < 0 || ioctl(fd, TCFLSH, TCIOFLUSH) < 0) return errno;
  return 0;
}
