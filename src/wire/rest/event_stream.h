// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_EVENT_STREAM_H_
#define ZEROTOUCH_WIRE_REST_EVENT_STREAM_H_

#include "http/http.h"
#include "service/event_answer.h"

namespace zerotouch::wire {

// Returns events as `text/event-stream` ("Server-sent events" of the HTML standard): for
// each, the name of the field that is set and its message as JSON in one line. After
// limits::kEventKeepAlive without any it sends a comment, which clients skip.
http::Response EventResponse(service::EventAnswer answer);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_EVENT_STREAM_H_
