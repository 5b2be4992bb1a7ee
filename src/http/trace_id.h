// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_TRACE_ID_H_
#define ZEROTOUCH_HTTP_TRACE_ID_H_

#include <string>
#include <string_view>

#include "http/http.h"

namespace zerotouch::http {

// Holds what a caller says about the trace of which its call is a part (W3C Trace Context
// section 3.2, `traceparent`).
struct TraceParent {
  std::string_view trace_id;   // 32 hexadecimal digits; empty: none, or it is malformed
  std::string_view parent_id;  // the caller's span: 16 hexadecimal digits
  bool sampled = false;        // the caller records the trace
};

// Reads a traceparent field. The texts are parts of `field`.
TraceParent ReadTraceParent(std::string_view field);

// Gives a request that came from `peer` its ids: the trace id of its traceparent field, or a new
// random one without a valid field.
void Identify(const std::string& peer, Request& request);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_TRACE_ID_H_
