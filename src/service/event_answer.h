// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_EVENT_ANSWER_H_
#define ZEROTOUCH_SERVICE_EVENT_ANSWER_H_

#include <memory>

#include "google/protobuf/message.h"

namespace zerotouch::service {

// Events that are sent when they happen. Not thread-safe.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // Returns the next event, a message of which one field, itself a message, is set; null if
  // nothing has happened. Does not block.
  virtual std::unique_ptr<google::protobuf::Message> Next() = 0;
};

// The answer of a method that streams events until its caller leaves, or the server drains:
// over HTTP they are server-sent events with the name of the field that is set; over gRPC
// messages.
struct EventAnswer {
  std::unique_ptr<EventSource> events;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_EVENT_ANSWER_H_
