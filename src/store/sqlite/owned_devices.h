// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_OWNED_DEVICES_H_
#define ZEROTOUCH_STORE_SQLITE_OWNED_DEVICES_H_

#include "store/devices.h"
#include "store/sqlite/connection.h"

// The parts of DeviceReads that go by owner, on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<Page<DeviceState>> FindByOwner(Connection& db, const OwnerQuery& query,
                                              DeviceId after, int64_t limit);
absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(Connection& db, CustomerId customer,
                                                        DeviceId after, int64_t limit);

// The statements behind them. Each reads one index only, in the order of the
// device ids.
//
// One owner's devices: owner, section, reseller, id to start after, rows.
extern const char kDevicesOfCustomer[];
extern const char kDevicesOfWorkspace[];
// How many there are: owner, section, reseller.
extern const char kCountOfCustomer[];
extern const char kCountOfWorkspace[];
// Of any section and reseller: owner, id to start after, rows.
extern const char kAllDevicesOfCustomer[];

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_OWNED_DEVICES_H_
