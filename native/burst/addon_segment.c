#include "addon_segment.h"
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include "call.h"
#include "layout.h"
#include "segment.h"

static const napi_type_tag SEGMENT_TAG = {0x52e7c09a4bd1473f, 0xb1390f6ad8c24e77};

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
  const struct held_segment *held = wrapped(call, call->values[index], &SEGMENT_TAG, "this is no segment");
  if (held != NULL && held->segment == NULL) complain(call, "the segment is closed");
  return held == NULL ? NULL : held->segment;
}

napi_value open_segment(napi_env env, napi_callback_info info) {
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

napi_value attach_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char device[MOST_TEXT];
  struct segment *segment = segment_at(&call, 0);
  text_at(&call, 1, device);
  return call.is_wrong ? NULL : whole(env, segment_attach(segment, device));
}

napi_value try_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  int64_t length = 0;
  struct segment *segment = segment_at(&call, 0);
  const uint8_t *frame = array_at(&call, 1, napi_uint8_array, 1, &length);
  if (length > SLOT_DATA_BYTES) complain(&call, "a frame is longer than a slot");
  return call.is_wrong ? NULL : whole(env, segment_try(segment, frame, (int)length));
}

napi_value count_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  const struct segment *segment = segment_at(&call, 0);
  const int counters = segment == NULL ? 0 : segment_counters(segment);
  double *into = array_at(&call, 1, napi_float64_array, counters, NULL);
  return call.is_wrong ? NULL : whole(env, segment_count(segment, into));
}

napi_value close_segment(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  struct held_segment *held = wrapped(&call, call.values[0], &SEGMENT_TAG, "this is no segment");
  if (held == NULL || held->segment == NULL) return NULL;
  segment_close(held->segment);
  held->segment = NULL;
  return NULL;
}

napi_value device_number(napi_env env, napi_callback_info info) {
  struct call call = begin(env, info);
  char name[MOST_TEXT];
  text_at(&call, 0, name);
  return call.is_wrong ? NULL : whole(env, if_nametoindex(name));
}
