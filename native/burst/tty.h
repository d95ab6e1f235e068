// Sets up serial lines.
#ifndef GW_TTY_H
#define GW_TTY_H

// Raw, with eight bits, and closed to others. `parity`: 0 none, 1 odd, 2 even. 0, or the number of an error.
int tty_set_up(int fd, int speed, int parity, int stop_bits);

#endif
