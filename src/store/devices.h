// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DEVICES_H_
#define ZEROTOUCH_STORE_DEVICES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/device.h"
#include "model/hardware.h"
#include "model/identity.h"
#include "store/page.h"

namespace zerotouch::store {

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
  // Returns at [i] the statements that have a key of identities[i]. Looks the keys up in
  // index order, not in the order of the span. Serial numbers match case-sensitively.
  virtual absl::StatusOr<std::vector<KeyMatches>> Locate(
      std::span<const Identity* const> identities) = 0;
  // Reads the claims of the devices `ids`, which are ascending and distinct;
  // without statements. An unknown id gives a state without claims.
  virtual absl::StatusOr<std::vector<DeviceState>> ReadClaims(std::span<const DeviceId> ids) = 0;
  // Reads the statements of each state for which they were not read yet.
  virtual absl::Status ReadStatements(std::span<DeviceState* const> states) = 0;
  // Calls `take(i, identifier)` with the serialized DeviceIdentifier that `reseller` stated
  // about devices[i]. The devices are ascending and distinct; those about which it stated
  // nothing are skipped.
  virtual absl::Status ReadStatedIdentifiers(
      PartnerId reseller, std::span<const DeviceId> devices,
      absl::FunctionRef<void(size_t i, std::string_view identifier)> take) = 0;
  // Reads a device with its claims and its statements. An unknown id gives a state
  // without either.
  virtual absl::StatusOr<DeviceState> ReadDevice(DeviceId id) = 0;
  // Finds devices on which `partner` holds a claim and about which it stated any key of
  // the identity. First those with a modem id or exactly the serial number, then those
  // whose serial number differs in case; both in the order of ids, from behind the
  // device `after`.
  virtual absl::StatusOr<Page<DeviceState>> FindByIdentity(PartnerId partner,
                                                           const Identity& identity, DeviceId after,
                                                           int64_t limit) = 0;

  // Finds devices on which `query.reseller` holds a claim of `query.section` for
  // one of the owners; ids above `after`. Does not count the total.
  virtual absl::StatusOr<Page<DeviceState>> FindByOwner(const OwnerQuery& query, DeviceId after,
                                                        int64_t limit) = 0;
  // Counts the devices that FindByOwner finds, in time that grows with their number.
  virtual absl::StatusOr<int64_t> CountByOwner(const OwnerQuery& query) = 0;
  // Lists devices on which any reseller holds a claim for the customer; ids above
  // `after`. Does not count the total.
  virtual absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(CustomerId customer,
                                                                  DeviceId after,
                                                                  int64_t limit) = 0;
  // Returns true if claims that were given up are so many that lists of devices, which skip
  // them, should be rid of them (SettleGivenUp).
  virtual absl::StatusOr<bool> HasManyGivenUp() = 0;
};

class DeviceWrites {
 public:
  virtual ~DeviceWrites() = default;
  // Returns a new id, above every id that this process returned before.
  virtual DeviceId NextDeviceId() = 0;
  // Checks that the keys that Locate found and the statements that were read in this
  // transaction are still the same, so that the claims that were read meanwhile fit them.
  // ABORTED if another replica changed one; then the transaction is retried.
  virtual absl::Status CheckLocated() = 0;
  // Writes the changes of each state, which is new or was read in this
  // transaction. ABORTED if another replica changed what was read, or
  // registered the same hardware or id, in the meantime; then the transaction is
  // retried. The error may be returned only by the transaction as a whole.
  virtual absl::Status Apply(std::span<const DeviceState* const> states) = 0;
  // Takes claims that were given up out of the lists' indexes, which Apply leaves to this:
  // of some devices with ids above `after`. Returns the last of these, or nullopt if there
  // are no more. No other call notices.
  virtual absl::StatusOr<std::optional<DeviceId>> SettleGivenUp(DeviceId after) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICES_H_
