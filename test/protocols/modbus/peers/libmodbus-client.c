// A master by libmodbus, an independent implementation.
//   libmodbus-client tcp PORT UNIT functions     asks for every function and prints what it got, a line each
//   libmodbus-client rtu PATH UNIT functions
//   libmodbus-client tcp PORT UNIT COUNT [DEPTH] reads 10 holding registers COUNT times, DEPTH ahead; prints nanoseconds
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint16_t r[125];
static uint8_t b[2000];

static void say(const char *what, int got, int shown) {
  if (got < 0) printf("%s: %s\n", what, modbus_strerror(errno));
  else printf("%s: %d", what, got);
  for (int n = 0; got >= 0 && n < shown; n++) printf(" %d", r[n]);
  if (got >= 0) puts("");
}

static void bits_to_registers(int count) {
  for (int n = 0; n < count; n++) r[n] = b[n];
}

static int functions(modbus_t *bus, uint8_t unit) {
  uint8_t raw[] = {unit, 0x42, 1, 2, 3}, answer[MODBUS_TCP_MAX_ADU_LENGTH];
  uint16_t two[] = {111, 222};
  uint8_t on[] = {1, 0, 1};
  say("write coils", modbus_write_bits(bus, 3, 3, on), 0);
  say("write coil", modbus_write_bit(bus, 6, 1), 0);
  int got = modbus_read_bits(bus, 3, 4, b);
  bits_to_registers(4);
  say("read coils", got, 4);
  got = modbus_read_input_bits(bus, 0, 3, b);
  bits_to_registers(3);
  say("read discrete inputs", got, 3);
  say("write register", modbus_write_register(bus, 20, 4242), 0);
  say("write registers", modbus_write_registers(bus, 21, 2, two), 0);
  say("read holding registers", modbus_read_registers(bus, 20, 3, r), 3);
  say("read input registers", modbus_read_input_registers(bus, 7, 2, r), 2);
  say("mask write", modbus_mask_write_register(bus, 20, 0xf2, 0x25), 0);
  say("write and read", modbus_write_and_read_registers(bus, 30, 2, two, 29, 3, r), 3);
  say("read beyond the end", modbus_read_registers(bus, 999, 2, r), 0);
  got = modbus_send_raw_request(bus, raw, sizeof raw);
  say("unknown function", got < 0 ? got : modbus_receive_confirmation(bus, answer), 0);
  return 0;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// A sequence of whole requests on the bare socket: libmodbus itself asks one by one only.
static int ahead(int socket, int count, int depth) {
  uint8_t ask[12] = {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10}, burst[12 * 256], got[29 * 256];
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  for (int n = 0; n < depth; n++) memcpy(burst + 12 * n, ask, 12);
  for (int done = 0; done < count; done += depth) {
    if (write(socket, burst, 12 * depth) != 12 * depth) return -1;
    for (int have = 0; have < 29 * depth;) {
      int more = read(socket, got, 29 * depth - have);
      if (more <= 0) return -1;
      have += more;
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int tcp = strcmp(argv[1], "tcp") == 0;
  modbus_t *bus = tcp ? modbus_new_tcp("127.0.0.1", atoi(argv[2])) : modbus_new_rtu(argv[2], 115200, 'N', 8, 2);
  if (!bus || modbus_set_slave(bus, atoi(argv[3])) || modbus_connect(bus)) return 1;
  if (strcmp(argv[4], "functions") == 0) return functions(bus, atoi(argv[3]));
  int count = atoi(argv[4]), depth = argc > 5 ? atoi(argv[5]) : 1;
  int64_t start = now();
  if (depth > 1) {
    if (depth > 256 || ahead(modbus_get_socket(bus), count, depth) < 0) return 1;
  } else
    for (int n = 0; n < count; n++)
      if (modbus_read_registers(bus, 0, 10, r) != 10) return 1;
  printf("%lld\n", (long long)(now() - start));
  modbus_close(bus);
  return 0;
}
