// SPDX-License-Identifier: Apache-2.0
#include "model/event_type.h"

namespace zerotouch {

std::string_view NameOf(EventType type) {
  switch (type) {
    case EventType::kPing:
      return "ping";
    case EventType::kOperationFinished:
      return "operation.finished";
    case EventType::kDeviceClaimed:
      return "device.claimed";
    case EventType::kDeviceUnclaimed:
      return "device.unclaimed";
    case EventType::kDeviceConfigured:
      return "device.configured";
  }
  return "";
}

std::optional<EventType> ParseEventType(std::string_view name) {
  for (const EventType type : kSubscribedTypes) {
    if (name == NameOf(type)) return type;
  }
  return std::nullopt;
}

}  // namespace zerotouch
