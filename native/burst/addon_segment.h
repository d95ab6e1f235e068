// What JavaScript calls of segments in the kernel.
#ifndef GW_ADDON_SEGMENT_H
#define GW_ADDON_SEGMENT_H
#include "call.h"

// (code: Int32Array, counters) => segment, or the negative number of an error
napi_value open_segment(napi_env env, napi_callback_info info);
// (segment, device) => 0, or the negative number of an error
napi_value attach_segment(napi_env env, napi_callback_info info);
// (segment, frame) => what the code answers, or the negative number of an error
napi_value try_segment(napi_env env, napi_callback_info info);
// (segment, into: Float64Array) => 0, or the negative number of an error
napi_value count_segment(napi_env env, napi_callback_info info);
// (segment); closing it again does nothing
napi_value close_segment(napi_env env, napi_callback_info info);
// (name) => number of a device, 0 when there is none
napi_value device_number(napi_env env, napi_callback_info info);

#endif
