#include "call.h"
#include <math.h>
#include <string.h>

void complain(struct call *call, const char *what) {
  if (!call->is_wrong) napi_throw_type_error(call->env, "GW_NATIVE_ARGUMENT", what);
  call->is_wrong = true;
}

struct call begin(napi_env env, napi_callback_info info) {
  struct call call = {.env = env};
  size_t count = MOST_ARGUMENTS;
  if (napi_get_cb_info(env, info, &count, call.values, NULL, NULL) != napi_ok) complain(&call, "no arguments");
  return call;
}

double number_at(struct call *call, int index, double least, double most) {
  double value = 0;
  const bool is_number = napi_get_value_double(call->env, call->values[index], &value) == napi_ok;
  if (is_number && value >= least && value <= most) return value;
  complain(call, "a number is missing or out of its range");
  return least;
}

int int_at(struct call *call, int index, int least, int most) {
  const double value = number_at(call, index, least, most);
  if (value != floor(value)) complain(call, "a number is not whole");
  return (int)value;
}

void text_at(struct call *call, int index, char *text) {
  size_t length = 0;
  *text = '\0';
  if (napi_get_value_string_utf8(call->env, call->values[index], text, MOST_TEXT, &length) != napi_ok)
    complain(call, "a text is missing");
  // WHY one less: a longer text would have been cut.
  else if (length >= MOST_TEXT - 1 || strlen(text) != length) complain(call, "a text is too long or has a zero in it");
}

void *array_at(struct call *call, int index, napi_typedarray_type kind, double least, int64_t *length) {
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

void *wrapped(struct call *call, napi_value value, const napi_type_tag *tag, const char *otherwise) {
  bool is_ours = false;
  void *held = NULL;
  napi_valuetype type = napi_undefined;
  if (value != NULL) napi_typeof(call->env, value, &type);
  if (type == napi_object) napi_check_object_type_tag(call->env, value, tag, &is_ours);
  if (is_ours && napi_unwrap(call->env, value, &held) == napi_ok && held != NULL) return held;
  complain(call, otherwise);
  return NULL;
}

napi_value whole(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

napi_value truth(napi_env env, bool value) {
  napi_value result = NULL;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value wrap(napi_env env, void *held, const napi_type_tag *tag, napi_finalize finalize) {
  napi_value object = NULL;
  if (napi_create_object(env, &object) == napi_ok && napi_type_tag_object(env, object, tag) == napi_ok &&
      napi_wrap(env, object, held, finalize, NULL, NULL) == napi_ok)
    return object;
  finalize(env, held, NULL);
  napi_throw_error(env, "GW_NATIVE_MEMORY", "there is no memory for this");
  return NULL;
}
