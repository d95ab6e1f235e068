// Sends every CAN frame back with the next identifier, by what the addon is made of. Runs in a guest, where there is CAN and no
// Node. Arguments: the interface, and `nobody` to be without any right. Ends by a frame of the last identifier, and then prints what the port counted.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "layout.h"
#include "port.h"

enum { LAST = 0x7ff, NOBODY = 65534 };

static uint8_t memory[BURST * SLOT_BYTES];

int main(int count, char **arguments) {
  struct port *port = NULL;
  if (count == 3 && (strcmp(arguments[2], "nobody") != 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)) return 2;
  const int error = count > 1 ? port_open_can(&port, arguments[1]) : -1;
  int32_t slots[BURST];
  int32_t lengths[BURST];
  double times[BURST];
  double before = 0;
  bool is_over = error < 0;
  for (int slot = 0; slot < BURST; slot += 1) slots[slot] = slot;
  printf("opened %d\n", error);
  fflush(stdout);
  while (!is_over) {
    const uint8_t reads = 1;
    port_wait(&port, &reads, 1, -1, 100);
    const int got = port_receive(port, memory, slots, BURST, lengths, times);
    for (int index = 0; index < got; index += 1) {
      uint8_t *frame = memory + (size_t)index * SLOT_BYTES + SLOT_HEAD_BYTES;
      uint32_t id;
      memcpy(&id, frame, sizeof id);
      if (id == LAST) is_over = true;
      id += 1;
      memcpy(frame, &id, sizeof id);
      if (times[index] < before) printf("time runs backwards\n");
      before = times[index];
    }
    if (!is_over && port_send(port, memory, slots, lengths, got) < got) printf("not all were sent\n");
  }
  if (port == NULL) return 1;
  const double *figures = port_figures(port);
  printf("received %.0f sent %.0f errors %.0f\n", figures[PORT_RECEIVED], figures[PORT_SENT], figures[PORT_ERRORS]);
  port_close(port);
}
