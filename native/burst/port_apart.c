#include "port_apart.h"
#include <stdlib.h>
#include <string.h>

struct together *together_new(void) {
  struct together *together = malloc(sizeof *together);
  if (together != NULL) together->next = together->count = 0;
  return together;
}

void together_place(struct together *together, int index, uint8_t *slot) {
  together->places[index][0] = (struct iovec){slot, SLOT_DATA_BYTES};
  together->places[index][1] = (struct iovec){together->room[index] + SLOT_DATA_BYTES, MESSAGE_BYTES};
}

void together_keep(struct together *together, int index, struct message message) {
  const size_t begun = message.length < SLOT_DATA_BYTES ? message.length : SLOT_DATA_BYTES;
  memcpy(together->room[index], together->places[index][0].iov_base, begun);
  together->messages[index] = message;
  if (!together_waits(together)) together->next = index;
  together->count = index + 1;
}

size_t together_take(struct together *together, uint8_t *slot, double *time) {
  const int index = together->next;
  struct message *message = &together->messages[index];
  const size_t left = message->length - message->at;
  const size_t length = left < message->segment ? left : message->segment;
  memcpy(slot, together->room[index] + message->at, length < SLOT_DATA_BYTES ? length : SLOT_DATA_BYTES);
  *time = message->time;
  message->at += length;
  if (message->at == message->length) together->next += 1;
  return length;
}
