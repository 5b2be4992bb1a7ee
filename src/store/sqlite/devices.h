// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_DEVICES_H_
#define ZEROTOUCH_STORE_SQLITE_DEVICES_H_

#include "store/devices.h"
#include "store/sqlite/connection.h"

// DeviceReads and DeviceWrites on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<std::vector<Matches>> Locate(Connection& db,
                                            std::span<const Identity* const> identities);
absl::StatusOr<std::vector<DeviceState>> ReadClaims(Connection& db, std::span<const DeviceId> ids);
absl::Status ReadRecords(Connection& db, std::span<DeviceState* const> states);
absl::StatusOr<DeviceState> ReadDevice(Connection& db, DeviceId id);
absl::StatusOr<Page<DeviceState>> FindByIdentity(Connection& db, PartnerId partner,
                                                 const Identity& identity, DeviceId after,
                                                 int64_t limit);
absl::Status Apply(Connection& db, std::span<const DeviceState* const> states);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_DEVICES_H_
