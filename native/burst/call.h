// A call out of JavaScript. Every argument is looked at, whatever the caller promised: numbers that leave their range, arrays that are
// too small or of a detached buffer, objects of somebody else end in an exception, before anything is touched.
#ifndef GW_CALL_H
#define GW_CALL_H
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

enum { MOST_ARGUMENTS = 8, MOST_TEXT = 4096 };

// One call: what came with it, and whether something was wrong with it. After the first complaint the others say nothing.
struct call {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  bool is_wrong;
};

void complain(struct call *call, const char *what);
// As many arguments as a function takes; the others are undefined, which is never right.
struct call begin(napi_env env, napi_callback_info info);

// Arguments by their place.
double number_at(struct call *call, int index, double least, double most);
int int_at(struct call *call, int index, int least, int most);
// Has room for MOST_TEXT bytes.
void text_at(struct call *call, int index, char *text);
// An array of one kind with at least so many elements. NULL in an empty one.
void *array_at(struct call *call, int index, napi_typedarray_type kind, double least, int64_t *length);
// What an object of ours holds. `otherwise` is the complaint when it is none.
void *wrapped(struct call *call, napi_value value, const napi_type_tag *tag, const char *otherwise);

// Results.
napi_value whole(napi_env env, int64_t value);
napi_value truth(napi_env env, bool value);
// NULL when there is no room for it; what is held was given away to `finalize` then.
napi_value wrap(napi_env env, void *held, const napi_type_tag *tag, napi_finalize finalize);

#endif
