// What JavaScript calls. Every argument is looked at here, whatever the caller promised: numbers that leave their range, arrays
// that are too small or of a detached buffer, objects of somebody else end in an exception, before anything is touched. Memory may be
// shared with other threads, so each number in it is read once, then checked, then used.
#define NAPI_VERSION 8
#include <errno.h>
#include <math.h>
#include <net/if.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include "alarm.h"
#include "filter.h"
#include "layout.h"
#include "port.h"
#include "segment.h"

enum { MOST_ARGUMENTS = 8, MOST_TEXT = 4096, MOST_WAIT_MS = 100 };

// Of a time in JavaScript.
#define MOST_TIME 8.64e15

static const napi_type_tag PORT_TAG = {0x6741a3d2b1c84f10, 0x9e5f6b7723d04a55};
static const napi_type_tag SEGMENT_TAG = {0x52e7c09a4bd1473f, 0xb1390f6ad8c24e77};
static const napi_type_tag FILTER_TAG = {0x1c0b9fe2745d4e33, 0xb8a6d8e0912f7c64};

// A port as JavaScript holds it: it may be closed before the object is gone.
struct held_port {
  struct port *port;
};

// One call: what came with it, and whether something was wrong with it. After the first complaint the others say nothing.
struct call {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  bool is_wrong;
};

static void complain(struct call *call, const char *what) {
  if (!call->is_wrong) napi_throw_type_error(call->env, "GW_NATIVE_ARGUMENT", what);
  call->is_wrong = true;
}

// As many arguments as a function takes; the others are undefined, which is never right.
static struct call begin(napi_env env, napi_callback_info info) {
  struct call call = {.env = env};
  size_t count = MOST_ARGUMENTS;
  if (napi_get_cb_info(env, info, &count, call.values, NULL, NULL) != napi_ok) complain(&call, "no arguments");
  return call;
}

static double number_at(struct call *call, int index, double least, double most) {
  double value = 0;
  const bool is_number = napi_get_value_double(call->env, call->values[index], &value) == napi_ok;
  if (is_number && value >= least && value <= most) return value;
  complain(call, "a number is missing or out of its range");
  return least;
}

static int int_at(struct call *call, int index, int least, int most) {
  const double value = number_at(call, index, least, most);
  if (value != floor(value)) complain(call, "a number is not whole");
  return (int)value;
}

static void text_at(struct call *call, int index, char *text) {
  size_t length = 0;
  *text = '\0';
  if (napi_get_value_string_utf8(call->env, call->values[index], text, MOST_TEXT, &length) != napi_ok)
    complain(call, "a text is missing");
  // WHY one less: a longer text would have been cut.
  else if (length >= MOST_TEXT - 1 || strlen(text) != length) complain(call, "a text is too long or has a zero in it");
}

// An array of one kind with at least so many elements. NULL in an empty one.
static void *array_at(struct call *call, int index, napi_typedarray_type kind, double least, int64_t *length) {
  bool is_array = false;
  napi_typedarray_type found;
  void *elements = NULL;
  size_t count = 0;
  napi_is_typedarray(call->env, call->values[index], &is_array);
  if (!is_array ||
      napi_get_typedarray_info(call->env, call->values[index], &found, &count, &elements, NULL, NULL) != napi_ok ||
      found != kind) {
    complain(call, "an array is missing or of another kind");
    return NULL;
  }
  if ((double)count < least || (count > 0 && elements == NULL)) {
    complain(call, "an array is too short");
    return NULL;
  }
  if (length != NULL) *length = (int64_t)count;
  return elements;
}

static void *wrapped(struct call *call, napi_value value, const napi_type_tag *tag) {
  bool is_ours = false;
  void *held = NULL;
  napi_valuetype type = napi_undefined;
  if (value != NULL) napi_typeof(call->env, value, &type);
  if (type == napi_object) napi_check_object_type_tag(call->env, value, tag, &is_ours);
  if (is_ours && napi_unwrap(call->env, value, &held) == napi_ok && held != NULL) return held;
  complain(call, tag == &PORT_TAG ? "this is no port" : tag == &FILTER_TAG ? "this is no filter" : "this is no segment");
  return NULL;
}

static struct port *port_in(struct call *call, napi_value value) {
  const struct held_port *held = wrapped(call, value, &PORT_TAG);
  if (held != NULL && held->port == NULL) complain(call, "the port is closed");
  return held == NULL ? NULL : held->port;
}

static napi_value whole(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

static napi_value truth(napi_env env, bool value) {
  napi_value result = NULL;
  napi_get_boolean(env, value, &result);
  return result;
}

// NULL when there is no room for it; what is held was given away to `finalize` then.
static napi_value wrap(napi_env env, void *held, const napi_type_tag *tag, napi_finalize finalize) {
  napi_value object = NULL;
  if (napi_create_object(env, &object) == napi_ok && napi_type_tag_object(env, object, tag) == napi_ok &&
      napi_wrap(env, object, held, finalize, NULL, NULL) == napi_ok)
    return object;
  finalize(env, held, NULL);
  napi_throw_error(env, "GW_NATIVE_MEMORY", "there is no memory for this");
  return NULL;
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
  const struct filter *filter = wrapped(&call, call.values[0], &FILTER_TAG);
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
  struct held_port *held = wrapped(&call, call.values[0], &PORT_TAG);
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

// ---- segments in the kernel ----

// A segment as JavaScript holds it: it may be closed before the object is gone.
struct held_segment {
  struct segment *segment;
};

static void free_segment(napi_env env, void *held, void *hint) {
  (void)env, (void)hint;
  struct held_segment *segment = held;
  if (segment->segment != NULL) segment_close(segment->segment);
  free(segment);
}

static struct segment *segment_at(struct call *call, int index) {
  const struct held_segment *held = wrapped(call, call->values[index], &SEGMENT_TAG);
  if (held != NULL && held->segment == NULL) complain(call, "the segment is closed");
  return held == NULL ? NULL : held->segment;
}

// (code: Int32Array, counters) => segment, or the negative number of an error
static napi_value open_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t words = 0;
  const int32_t *code = array_at(&call, 0, napi_int32_array, 2, &words);
  const int counters = int_at(&call, 1, 1, MOST_COUNTERS);
  if (words % 2 != 0 || words / 2 > MOST_INSTRUCTIONS) complain(&call, "the code is cut off or too long");
  if (call.is_wrong) return NULL;
  struct held_segment *held = malloc(sizeof *held);
  if (held == NULL) return whole(env, -ENOMEM);
  const int result = segment_open(&held->segment, code, (int)(words / 2), counters);
  if (result == 0) return wrap(env, held, &SEGMENT_TAG, free_segment);
  free(held);
  return whole(env, result);
}

// (segment, device) => 0, or the negative number of an error
static napi_value attach_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char device[MOST_TEXT];
  struct segment *segment = segment_at(&call, 0);
  text_at(&call, 1, device);
  return call.is_wrong ? NULL : whole(env, segment_attach(segment, device));
}

// (segment, frame) => what the code answers, or the negative number of an error
static napi_value try_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t length = 0;
  struct segment *segment = segment_at(&call, 0);
  const uint8_t *frame = array_at(&call, 1, napi_uint8_array, 1, &length);
  if (length > SLOT_DATA_BYTES) complain(&call, "a frame is longer than a slot");
  return call.is_wrong ? NULL : whole(env, segment_try(segment, frame, (int)length));
}

// (segment, into: Float64Array) => 0, or the negative number of an error
static napi_value count_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const struct segment *segment = segment_at(&call, 0);
  const int counters = segment == NULL ? 0 : segment_counters(segment);
  double *into = array_at(&call, 1, napi_float64_array, counters, NULL);
  return call.is_wrong ? NULL : whole(env, segment_count(segment, into));
}

// (segment); closing it again does nothing
static napi_value close_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  struct held_segment *held = wrapped(&call, call.values[0], &SEGMENT_TAG);
  if (held == NULL || held->segment == NULL) return NULL;
  segment_close(held->segment);
  held->segment = NULL;
  return NULL;
}

// (name) => number of a device, 0 when there is none
static napi_value device_number(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char name[MOST_TEXT];
  text_at(&call, 0, name);
  return call.is_wrong ? NULL : whole(env, if_nametoindex(name));
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
