// A slave by libmodbus, an independent implementation: register n of both tables holds n, coil n is on when n is odd.
//   libmodbus-server tcp PORT [HOST] prints "ready", serves one master after another; HOST is the loopback when not given
//   libmodbus-server rtu PATH UNIT
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int tcp = argc > 2 && strcmp(argv[1], "tcp") == 0;
  if (!tcp && argc < 4) return 2;
  modbus_t *bus = tcp ? modbus_new_tcp(argc > 3 ? argv[3] : "127.0.0.1", atoi(argv[2])) : modbus_new_rtu(argv[2], 115200, 'N', 8, 2);
  modbus_mapping_t *map = modbus_mapping_new(1000, 1000, 1000, 1000);
  uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
  if (!bus || !map) return 1;
  for (int n = 0; n < 1000; n++) {
    map->tab_registers[n] = map->tab_input_registers[n] = n;
    map->tab_bits[n] = map->tab_input_bits[n] = n & 1;
  }
  int listening = tcp ? modbus_tcp_listen(bus, 5) : -1;
  if (!tcp && (modbus_set_slave(bus, atoi(argv[3])) || modbus_connect(bus))) return 1;
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (tcp && modbus_tcp_accept(bus, &listening) < 0) return 1;
    for (;;) {
      int length = modbus_receive(bus, query);
      if (length > 0) modbus_reply(bus, query, length, map);
      else if (length < 0 && tcp) break;
    }
    close(modbus_get_socket(bus));
  }
}
