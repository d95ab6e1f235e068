// What JavaScript calls. Memory may be shared with other threads, so each number in it is read once, then checked, then used.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "addon_segment.h"
#include "alarm.h"
#include "call.h"
#include "filter.h"
#include "layout.h"
#include "port.h"

enum { MOST_WAIT_MS = 100 };

// Of a time in JavaScript.
#define MOST_TIME 8.64e15

static const napi_type_tag PORT_TAG = {0x6741a3d2b1c84f10, 0x9e5f6b7723d04a55};
static const napi_type_tag FILTER_TAG = {0x1c0b9fe2745d4e33, 0xb8a6d8e0912f7c64};

// A port as JavaScript holds it: it may be closed before the object is gone.
struct held_port {
  struct port *port;
};

static struct port *port_in(struct call *call, napi_value value) {
  const struct held_port *held = wrapped(call, value, &PORT_TAG, "this is no port");
  if (held != NULL && held->port == NULL) complain(call, "the port is closed");
  return held == NULL ? NULL : held->port;
}

// ---- filters ----

static void free_filter(napi_env env, void *held, void *hint) {
  (void)env, (void)hint;
  free(held);
}

// (table: Int32Array) => filter, or undefined when the table is none
static napi_value open_filter(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t count = 0;
  const int32_t *cells = array_at(&call, 0, napi_int32_array, FILTER_HEAD_SIZE, &count);
  if (call.is_wrong) return NULL;
  struct filter *filter = filter_open(cells, count);
  return filter == NULL ? NULL : wrap(env, filter, &FILTER_TAG, free_filter);
}

// (filter, bytes, starts, lengths, count, now, state, decisions) => how many are accepted. Ends before a frame that is nowhere.
static napi_value decide(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t size = 0;
  const struct filter *filter = wrapped(&call, call.values[0], &FILTER_TAG, "this is no filter");
  const int count = int_at(&call, 4, 0, INT32_MAX);
  const uint8_t *bytes = array_at(&call, 1, napi_uint8_array, 0, &size);
  const int32_t *starts = array_at(&call, 2, napi_int32_array, count, NULL);
  const int32_t *lengths = array_at(&call, 3, napi_int32_array, count, NULL);
  const double now = number_at(&call, 5, -MOST_TIME, MOST_TIME);
  const int64_t doubles = filter == NULL ? 0 : filter_state_doubles(filter);
  double *state = array_at(&call, 6, napi_float64_array, (double)doubles, NULL);
  int32_t *decisions = array_at(&call, 7, napi_int32_array, count, NULL);
  int accepted = 0;
  for (int index = 0; index < count && !call.is_wrong; index += 1) {
    const int64_t start = ((const volatile int32_t *)starts)[index];
    const int64_t length = ((const volatile int32_t *)lengths)[index];
    if (start < 0 || length < 0 || start + length > size) {
      complain(&call, "a frame is not within the memory");
      break;
    }
    decisions[index] = filter_decide(filter, bytes + start, length, now, state);
    accepted += (decisions[index] >> 8) & 1;
  }
  return call.is_wrong ? NULL : whole(env, accepted);
}

// ---- ports ----

static void free_port(napi_env env, void *held, void *hint) {
  (void)env, (void)hint;
  struct held_port *port = held;
  if (port->port != NULL) port_close(port->port);
  free(port);
}

// The port as an object, or the negative number of an error.
static napi_value opened(napi_env env, struct port *port, int result) {
  if (result < 0) return whole(env, result);
  struct held_port *held = malloc(sizeof *held);
  if (held == NULL) {
    port_close(port);
    return whole(env, -ENOMEM);
  }
  held->port = port;
  return wrap(env, held, &PORT_TAG, free_port);
}

// (address, number, peer address, its number, stamps: 0 or 1)
static napi_value open_udp(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char address[MOST_TEXT];
  char peer[MOST_TEXT];
  text_at(&call, 0, address);
  const int number = int_at(&call, 1, 0, 0xffff);
  text_at(&call, 2, peer);
  const int peer_number = int_at(&call, 3, 0, 0xffff);
  const bool stamps = int_at(&call, 4, 0, 1) == 1;
  if (call.is_wrong) return NULL;
  struct port *port = NULL;
  const int result = port_open_udp(&port, address, number, peer, peer_number, stamps);
  return opened(env, port, result);
}

// (path, peer)
static napi_value open_unix_packets(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char path[MOST_TEXT];
  char peer[MOST_TEXT];
  text_at(&call, 0, path);
  text_at(&call, 1, peer);
  if (call.is_wrong) return NULL;
  struct port *port = NULL;
  const int result = port_open_unix_packets(&port, path, peer);
  return opened(env, port, result);
}

// (path)
static napi_value open_unix_stream(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char path[MOST_TEXT];
  text_at(&call, 0, path);
  if (call.is_wrong) return NULL;
  struct port *port = NULL;
  const int result = port_open_unix_stream(&port, path);
  return opened(env, port, result);
}

// (path, speed, parity, stop bits)
static napi_value open_tty(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char path[MOST_TEXT];
  text_at(&call, 0, path);
  const int speed = int_at(&call, 1, 1, INT32_MAX);
  const int parity = int_at(&call, 2, 0, 2);
  const int stop_bits = int_at(&call, 3, 1, 2);
  if (call.is_wrong) return NULL;
  struct port *port = NULL;
  const int result = port_open_tty(&port, path, speed, parity, stop_bits);
  return opened(env, port, result);
}

// (interface)
static napi_value open_can(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char name[MOST_TEXT];
  text_at(&call, 0, name);
  if (call.is_wrong) return NULL;
  struct port *port = NULL;
  const int result = port_open_can(&port, name);
  return opened(env, port, result);
}

// (port); closing it again does nothing
static napi_value close_port(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  struct held_port *held = wrapped(&call, call.values[0], &PORT_TAG, "this is no port");
  if (held == NULL || held->port == NULL) return NULL;
  port_close(held->port);
  held->port = NULL;
  return NULL;
}

// Slots of frames, each of which lies whole in the memory.
static void slots_at(struct call *call, int index, int count, int64_t bytes, int32_t *slots) {
  const int32_t *given = array_at(call, index, napi_int32_array, count, NULL);
  for (int at = 0; at < count && !call->is_wrong; at += 1) {
    slots[at] = ((const volatile int32_t *)given)[at];
    if (slots[at] < 0 || slots[at] >= bytes / SLOT_BYTES) complain(call, "there is no such slot");
  }
}

// (port, memory, slots, count, lengths, times) => how many came
static napi_value receive(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t bytes = 0;
  int32_t slots[BURST];
  struct port *port = port_in(&call, call.values[0]);
  uint8_t *memory = array_at(&call, 1, napi_uint8_array, 0, &bytes);
  const int count = int_at(&call, 3, 0, BURST);
  slots_at(&call, 2, count, bytes, slots);
  int32_t *lengths = array_at(&call, 4, napi_int32_array, count, NULL);
  double *times = array_at(&call, 5, napi_float64_array, count, NULL);
  if (call.is_wrong) return NULL;
  return whole(env, count == 0 ? 0 : port_receive(port, memory, slots, count, lengths, times));
}

// (port, memory, slots, words with the length in the low half, count) => how many went
static napi_value send_burst(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t bytes = 0;
  int32_t slots[BURST];
  int32_t lengths[BURST];
  struct port *port = port_in(&call, call.values[0]);
  const uint8_t *memory = array_at(&call, 1, napi_uint8_array, 0, &bytes);
  const int count = int_at(&call, 4, 0, BURST);
  slots_at(&call, 2, count, bytes, slots);
  const int32_t *words = array_at(&call, 3, napi_int32_array, count, NULL);
  for (int at = 0; at < count && !call.is_wrong; at += 1) {
    lengths[at] = ((const volatile int32_t *)words)[at] & LENGTH_MASK;
    if (lengths[at] > SLOT_DATA_BYTES) complain(&call, "a frame is longer than a slot");
  }
  return call.is_wrong ? NULL : whole(env, port_send(port, memory, slots, lengths, count));
}

// (port) => bytes that a stream has not sent yet
static napi_value rest(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  struct port *port = port_in(&call, call.values[0]);
  return call.is_wrong ? NULL : whole(env, port_rest(port));
}

// (port, into: Float64Array)
static napi_value figures(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const struct port *port = port_in(&call, call.values[0]);
  double *into = array_at(&call, 1, napi_float64_array, PORT_FIGURES, NULL);
  if (!call.is_wrong) memcpy(into, port_figures(port), PORT_FIGURES * sizeof *into);
  return NULL;
}

// (port) => number of a UDP socket
static napi_value number(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const struct port *port = port_in(&call, call.values[0]);
  return call.is_wrong ? NULL : whole(env, port_number(port));
}

// ---- waiting ----

// (ports: array, reads: Uint8Array, alarm or -1, ms) => whether there may be something
static napi_value wait_for(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  struct port *ports[MOST_WAITED_FOR];
  uint32_t count = 0;
  const int alarm = int_at(&call, 2, -1, INT32_MAX);
  const int milliseconds = int_at(&call, 3, 0, MOST_WAIT_MS);
  if (napi_get_array_length(env, call.values[0], &count) != napi_ok || count > MOST_WAITED_FOR)
    complain(&call, "ports are missing or too many");
  napi_value values[MOST_WAITED_FOR];
  // WHY in two steps: reading an array may run code, which may close a port; looking at what was read runs none.
  for (uint32_t index = 0; index < count && !call.is_wrong; index += 1)
    if (napi_get_element(env, call.values[0], index, &values[index]) != napi_ok) return NULL;
  for (uint32_t index = 0; index < count && !call.is_wrong; index += 1) ports[index] = port_in(&call, values[index]);
  const uint8_t *reads = array_at(&call, 1, napi_uint8_array, count, NULL);
  return call.is_wrong ? NULL : truth(env, port_wait(ports, reads, (int)count, alarm, milliseconds));
}

static napi_value take_alarm(napi_env env, napi_callback_info info) {
  (void)info;
  return whole(env, alarm_take());
}

static napi_value give_alarm(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const int alarm = int_at(&call, 0, -1, INT32_MAX);
  if (!call.is_wrong) alarm_give(alarm);
  return NULL;
}

static napi_value ring_alarm(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const int alarm = int_at(&call, 0, -1, INT32_MAX);
  if (!call.is_wrong) alarm_ring(alarm);
  return NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor properties[] = {
#define FUNCTION(name, function) {name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL}
      FUNCTION("filter", open_filter),
      FUNCTION("decide", decide),
      FUNCTION("openUdp", open_udp),
      FUNCTION("openUnixPackets", open_unix_packets),
      FUNCTION("openUnixStream", open_unix_stream),
      FUNCTION("openTty", open_tty),
      FUNCTION("openCan", open_can),
      FUNCTION("close", close_port),
      FUNCTION("receive", receive),
      FUNCTION("send", send_burst),
      FUNCTION("rest", rest),
      FUNCTION("figures", figures),
      FUNCTION("number", number),
      FUNCTION("openSegment", open_segment),
      FUNCTION("attachSegment", attach_segment),
      FUNCTION("trySegment", try_segment),
      FUNCTION("countSegment", count_segment),
      FUNCTION("closeSegment", close_segment),
      FUNCTION("deviceNumber", device_number),
      FUNCTION("wait", wait_for),
      FUNCTION("takeAlarm", take_alarm),
      FUNCTION("giveAlarm", give_alarm),
      FUNCTION("ringAlarm", ring_alarm),
      {"layoutVersion", NULL, NULL, NULL, NULL, whole(env, LAYOUT_VERSION), napi_enumerable, NULL},
      {"tableMagic", NULL, NULL, NULL, NULL, whole(env, FILTER_MAGIC), napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties);
  return exports;
}
