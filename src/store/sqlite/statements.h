// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_
#define ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_

#include "store/columns.h"
#include "store/sql.h"

// The statements whose query plans a test checks (test/store/sqlite_plans_test.cc):
// each reads one index, in its order.
namespace zerotouch::store::sqlite {

// Parameters: configuration.
inline constexpr const char* kConfigurationInUse =
    kSql<"SELECT 1 FROM claims WHERE configuration = ? AND configuration <> 0 LIMIT 1">;

// One owner's devices. Parameters: owner, section, reseller, id to start after, rows.
inline constexpr const char* kDevicesOfCustomer = kSql<
    "SELECT device FROM claims WHERE held = 1 AND owner = ? AND section = ? AND reseller = ? "
    "AND device > ? ORDER BY device LIMIT ?">;
inline constexpr const char* kDevicesOfWorkspace = kSql<
    "SELECT device FROM claims WHERE held = 1 AND workspace <> '' AND workspace = ? "
    "AND section = ? AND reseller = ? AND device > ? ORDER BY device LIMIT ?">;
// How many there are. Parameters: owner, section, reseller.
inline constexpr const char* kCountOfCustomer = kSql<
    "SELECT count(*) FROM claims WHERE held = 1 AND owner = ? AND section = ? "
    "AND reseller = ?">;
inline constexpr const char* kCountOfWorkspace = kSql<
    "SELECT count(*) FROM claims WHERE held = 1 AND workspace <> '' AND workspace = ? "
    "AND section = ? AND reseller = ?">;
// One customer's devices of any section and reseller. Parameters: owner, id to
// start after, rows.
inline constexpr const char* kAllDevicesOfCustomer = kSql<
    "SELECT DISTINCT device FROM claims WHERE held = 1 AND owner = ? AND device > ? "
    "ORDER BY device LIMIT ?">;

// Parameters: partner, number to start after, rows.
inline constexpr const char* kOperationsOfPartner =
    kSql<"SELECT ", kOperationColumns,
         " FROM operations o WHERE o.partner = ? AND o.number > ? ORDER BY o.number LIMIT ?">;
inline constexpr const char* kUnfinishedOfPartner =
    kSql<"SELECT ", kOperationColumns,
         " FROM operations o WHERE o.finished_us IS NULL AND o.partner = ? AND o.number > ? "
         "ORDER BY o.number LIMIT ?">;
inline constexpr const char* kFinishedOfPartner =
    kSql<"SELECT ", kOperationColumns,
         " FROM operations o WHERE o.finished_us IS NOT NULL AND o.partner = ? AND o.number > ? "
         "ORDER BY o.number LIMIT ?">;

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_
