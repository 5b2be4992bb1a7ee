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

// The distinct records that an identity's keys point to, ascending: none if it
// is unknown, several if its parts belong to different records.
using Matches = absl::InlinedVector<DeviceId, 1>;

inline void AddMatch(Matches& matches, DeviceId device) {
  const auto place = std::lower_bound(matches.begin(), matches.end(), device);
  if (place == matches.end() || *place != device) matches.insert(place, device);
}

// Whose devices are sought, among those that a reseller claimed.
struct OwnerQuery {
  PartnerId reseller;
  Section section = Section::kZeroTouch;
  std::vector<CustomerId> customers;    // distinct
  std::vector<std::string> workspaces;  // Workspace accounts; distinct
};

class DeviceReads {
 public:
  virtual ~DeviceReads() = default;
  // The matches of identities[i] at [i]. Looks the keys up in index order
  // whatever the order of the span. Serial numbers match to the letter.
  virtual absl::StatusOr<std::vector<Matches>> Locate(
      std::span<const Identity* const> identities) = 0;
  // Claims of the devices `ids`, ascending and distinct; without records. An id
  // that names nothing gives a state without claims.
  virtual absl::StatusOr<std::vector<DeviceState>> ReadClaims(std::span<const DeviceId> ids) = 0;
  // Loads `record` of each state that has none, if the device exists.
  virtual absl::Status ReadRecords(std::span<DeviceState* const> states) = 0;
  // One device with its claims and its record. An id that names nothing gives a
  // state without either.
  virtual absl::StatusOr<DeviceState> ReadDevice(DeviceId id) = 0;
  // Devices on which `partner` holds a claim and that match any part of the
  // identity, serial numbers whatever their case; ids above `after`.
  virtual absl::StatusOr<Page<DeviceState>> FindByIdentity(PartnerId partner,
                                                           const Identity& identity, DeviceId after,
                                                           int64_t limit) = 0;

  // Devices on which `query.reseller` holds a claim of `query.section` for one of
  // the owners; ids above `after`. Counts the total only if `after` is none.
  virtual absl::StatusOr<Page<DeviceState>> FindByOwner(const OwnerQuery& query, DeviceId after,
                                                        int64_t limit) = 0;
  // Devices on which somebody holds a claim for the customer; ids above
  // `after`. Does not count the total.
  virtual absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(CustomerId customer,
                                                                  DeviceId after,
                                                                  int64_t limit) = 0;
};

class DeviceWrites {
 public:
  virtual ~DeviceWrites() = default;
  // A fresh id, above every id given before by this process.
  virtual DeviceId NextDeviceId() = 0;
  // Writes what changed in each state, which is new or was read in this
  // transaction. ABORTED if another replica changed what was read, or
  // registered the same hardware or id, meanwhile: the transaction is run again.
  // The error may come with that of the whole transaction.
  virtual absl::Status Apply(std::span<const DeviceState* const> states) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICES_H_
