// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_EVENT_MESSAGES_H_
#define ZEROTOUCH_WIRE_GRPC_EVENT_MESSAGES_H_

#include "http/http.h"
#include "service/event_answer.h"

namespace zerotouch::wire::grpc {

// Returns events as messages. The call ends with UNAVAILABLE when the server drains.
http::Response EventResponse(service::EventAnswer answer);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_EVENT_MESSAGES_H_
