// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_IDS_H_
#define ZEROTOUCH_BASE_IDS_H_

#include <compare>
#include <cstdint>
#include <utility>

namespace zerotouch {

// A numeric identifier of one kind of resource. Identifiers of different kinds do
// not convert into each other. Valid ids are positive; 0 means "not set".
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(int64_t value) : value_(value) {}

  constexpr int64_t value() const { return value_; }
  constexpr explicit operator bool() const { return value_ != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;

  template <class H>
  friend H AbslHashValue(H h, Id id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  int64_t value_ = 0;
};

using PartnerId = Id<struct PartnerIdTag>;              // a reseller
using VendorId = Id<struct VendorIdTag>;                // a reseller's sub-reseller
using CustomerId = Id<struct CustomerIdTag>;            // the organisation that owns devices
using DeviceId = Id<struct DeviceIdTag>;                // a device record in the registry
using ConfigurationId = Id<struct ConfigurationIdTag>;  // a customer's configuration
using UserId = Id<struct UserIdTag>;                    // a role of a person or group for a company
using OperationId = Id<struct OperationIdTag>;  // a batch that runs as a long-running operation
using WebhookId = Id<struct WebhookIdTag>;      // a URL that is told of events
using DeliveryId = Id<struct DeliveryIdTag>;    // an event for one webhook

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_IDS_H_
