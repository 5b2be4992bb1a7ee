// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_EVENT_TYPE_H_
#define ZEROTOUCH_MODEL_EVENT_TYPE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace zerotouch {

// The events that webhooks are told of. The numbers are stored.
enum class EventType : uint8_t {
  kPing = 1,  // a test
  kOperationFinished = 2,
  kDeviceClaimed = 3,
  kDeviceUnclaimed = 4,
  kDeviceConfigured = 5,
};

// Lists the events that webhooks can ask for.
inline constexpr EventType kSubscribedTypes[] = {
    EventType::kOperationFinished, EventType::kDeviceClaimed, EventType::kDeviceUnclaimed,
    EventType::kDeviceConfigured};

// Returns the type as in the API, such as "device.claimed".
std::string_view NameOf(EventType type);

// Returns the type of this name; nullopt for any other name, and for "ping", which webhooks
// need not ask for.
std::optional<EventType> ParseEventType(std::string_view name);

// A set of events. `bits` is stored.
struct EventTypes {
  int64_t bits = 0;

  void Add(EventType type) { bits |= BitOf(type); }
  bool Has(EventType type) const { return (bits & BitOf(type)) != 0; }

  friend bool operator==(const EventTypes&, const EventTypes&) = default;

 private:
  static int64_t BitOf(EventType type) { return int64_t{1} << static_cast<int>(type); }
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_EVENT_TYPE_H_
