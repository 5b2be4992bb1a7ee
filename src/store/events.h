// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_EVENTS_H_
#define ZEROTOUCH_STORE_EVENTS_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "model/claim.h"
#include "model/event_type.h"
#include "store/actor.h"
#include "store/webhooks.h"

namespace zerotouch {
struct DeviceChange;
struct DeviceState;
}  // namespace zerotouch

// Makes the events of a transaction's changes: decides which company may see which change, and
// as which event. docs/webhooks.md describes them for receivers.
namespace zerotouch::store {

// A change of a claim, with what events say about its device.
struct NotedChange {
  DeviceId device;
  Section section = Section::kZeroTouch;
  std::optional<Claim> before;
  std::optional<Claim> after;
  // Serialized identifiers, by the reseller that stated them; those that are known.
  std::vector<std::pair<PartnerId, std::string>> identifiers;
  size_t actor = 0;  // the number of the one that made it, in its transaction

  // Returns the identifier that the reseller stated, or null if it is not known.
  const std::string* IdentifierOf(PartnerId reseller) const;
};

// Holds the changes of a transaction that are events, in their order.
struct NotedEvents {
  std::vector<NotedChange> changes;
  std::vector<std::pair<PartnerId, OperationId>> finished;

  bool empty() const { return changes.empty() && finished.empty(); }
  // Notes the change of the device by an actor, unless it changes no claim. `state` is the device
  // after it.
  void Note(const DeviceState& state, const DeviceChange& change, size_t actor = 0);
};

// The companies that may see the changes, each list ascending and distinct.
struct Companies {
  std::vector<PartnerId> partners;
  std::vector<CustomerId> customers;
};
Companies CompaniesOf(const NotedEvents& events);

// An identifier that events need and that is not known: of `changes[i]`, by `reseller`.
struct MissingIdentifier {
  PartnerId reseller;
  DeviceId device;
  size_t change = 0;

  friend auto operator<=>(const MissingIdentifier&, const MissingIdentifier&) = default;
};
// Returns what is missing for events of these webhooks, sorted and distinct. A device that was
// changed several times is missing for each change.
std::vector<MissingIdentifier> MissingIdentifiers(std::span<const NotedChange> changes,
                                                  std::span<const Webhook> webhooks);

// Calls `add` with the webhooks' events of the changes: for each webhook in the order of the
// changes of any one device, with up to limits::kEventDevices devices each. `payload` is a
// serialized openzerotouch.v1.DeviceEvent. Stops at the first error, and returns it.
using AddEvent =
    std::function<absl::Status(const Webhook& webhook, EventType type, const std::string& payload)>;
absl::Status MakeDeviceEvents(std::span<const NotedChange> changes, const Actor& actor,
                              std::span<const Webhook> webhooks, const AddEvent& add);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_EVENTS_H_
