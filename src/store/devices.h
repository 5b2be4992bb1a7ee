// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DEVICES_H_
#define ZEROTOUCH_STORE_DEVICES_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/device.h"
#include "model/identity.h"
#include "store/page.h"

namespace zerotouch::store {

// The distinct records that an identity's keys point to, ascending: empty if the
// identity is unknown, several if its parts belong to different records.
using Matches = absl::InlinedVector<DeviceId, 1>;

// Adds the device unless it is there already.
inline void AddMatch(Matches& matches, DeviceId device) {
  const auto place = std::lower_bound(matches.begin(), matches.end(), device);
  if (place == matches.end() || *place != device) matches.insert(place, device);
}

// Selects the devices of some owners that a reseller claimed.
struct OwnerQuery {
  PartnerId reseller;
  Section section = Section::kZeroTouch;
  std::vector<CustomerId> customers;    // distinct
  std::vector<std::string> workspaces;  // Workspace accounts; distinct
};

class DeviceReads {
 public:
  virtual ~DeviceReads() = default;
  // Returns the matches of identities[i] at [i]. Looks the keys up in index order,
  // not in the order of the span. Serial numbers match case-sensitively.
  virtual absl::StatusOr<std::vector<Matches>> Locate(
      std::span<const Identity* const> identities) = 0;
  // Reads the claims of the devices `ids`, which are ascending and distinct;
  // without records. An unknown id gives a state without claims.
  virtual absl::StatusOr<std::vector<DeviceState>> ReadClaims(std::span<const DeviceId> ids) = 0;
  // Reads the record of each state that has none, if the device exists.
  virtual absl::Status ReadRecords(std::span<DeviceState* const> states) = 0;
  // Reads a device with its claims and its record. An unknown id gives a state
  // without either.
  virtual absl::StatusOr<DeviceState> ReadDevice(DeviceId id) = 0;
  // Finds devices on which `partner` holds a claim and that match any part of the
  // identity; serial numbers match case-insensitively. Ids above `after`.
  virtual absl::StatusOr<Page<DeviceState>> FindByIdentity(PartnerId partner,
                                                           const Identity& identity, DeviceId after,
                                                           int64_t limit) = 0;

  // Finds devices on which `query.reseller` holds a claim of `query.section` for
  // one of the owners; ids above `after`. Counts the total only if `after` is 0.
  virtual absl::StatusOr<Page<DeviceState>> FindByOwner(const OwnerQuery& query, DeviceId after,
                                                        int64_t limit) = 0;
  // Lists devices on which any reseller holds a claim for the customer; ids above
  // `after`. Does not count the total.
  virtual absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(CustomerId customer,
                                                                  DeviceId after,
                                                                  int64_t limit) = 0;
};

class DeviceWrites {
 public:
  virtual ~DeviceWrites() = default;
  // Returns a new id, above every id that this process returned before.
  virtual DeviceId NextDeviceId() = 0;
  // Writes the changes of each state, which is new or was read in this
  // transaction. ABORTED if another replica changed what was read, or
  // registered the same hardware or id, in the meantime; then the transaction is
  // retried. The error may be returned only by the transaction as a whole.
  virtual absl::Status Apply(std::span<const DeviceState* const> states) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICES_H_
