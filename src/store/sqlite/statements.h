// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_
#define ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_

#include "store/columns.h"
#include "store/sql.h"

// The statements whose query plans a test checks (test/store/sqlite_plans_test.cc):
// each reads one index, in its order.
namespace zerotouch::store::sqlite {

// True of `claims c` if the claim was not given up since its row was written.
inline constexpr SqlText kNotGivenUp =
    "NOT EXISTS (SELECT 1 FROM given_up g WHERE g.device = c.device AND g.section = c.section "
    "AND g.restored = 0)";

// Parameters: configuration.
inline constexpr const char* kConfigurationInUse =
    kSql<"SELECT 1 FROM claims c WHERE c.configuration = ? AND c.configuration <> 0 AND ",
         kNotGivenUp, " LIMIT 1">;

// One owner's devices. Parameters: owner, section, reseller, id to start after, rows.
inline constexpr const char* kDevicesOfCustomer = kSql<
    "SELECT c.device FROM claims c WHERE c.held = 1 AND c.owner = ? AND c.section = ? "
    "AND c.reseller = ? AND c.device > ? AND ",
    kNotGivenUp, " ORDER BY c.device LIMIT ?">;
inline constexpr const char* kDevicesOfWorkspace = kSql<
    "SELECT c.device FROM claims c WHERE c.held = 1 AND c.workspace <> '' "
    "AND c.workspace = ? AND c.section = ? AND c.reseller = ? AND c.device > ? AND ",
    kNotGivenUp, " ORDER BY c.device LIMIT ?">;
// How many there are. Parameters: owner, section, reseller.
inline constexpr const char* kCountOfCustomer = kSql<
    "SELECT count(*) FROM claims c WHERE c.held = 1 AND c.owner = ? AND c.section = ? "
    "AND c.reseller = ? AND ",
    kNotGivenUp>;
inline constexpr const char* kCountOfWorkspace = kSql<
    "SELECT count(*) FROM claims c WHERE c.held = 1 AND c.workspace <> '' "
    "AND c.workspace = ? AND c.section = ? AND c.reseller = ? AND ",
    kNotGivenUp>;
// One customer's devices of any section and reseller. Parameters: owner, id to
// start after, rows.
inline constexpr const char* kAllDevicesOfCustomer = kSql<
    "SELECT DISTINCT c.device FROM claims c WHERE c.held = 1 AND c.owner = ? "
    "AND c.device > ? AND ",
    kNotGivenUp, " ORDER BY c.device LIMIT ?">;

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

// Parameters: the id of the operation that is undone.
inline constexpr const char* kUndoOf =
    kSql<"SELECT ", kOperationColumns,
         " FROM operations o WHERE o.undoes = ? AND o.undoes IS NOT NULL AND NOT o.cancelled "
         "LIMIT 1">;

// Parameters: partner, customer, id to start after, rows.
inline constexpr const char* kWebhooksOfCompany =
    kSql<"SELECT ", kWebhookColumns,
         " FROM webhooks w WHERE w.partner = ? AND w.customer = ? AND w.id > ? ORDER BY w.id "
         "LIMIT ?">;

// Parameters: webhook, number to end before, rows.
inline constexpr const char* kDeliveriesOfWebhook =
    kSql<"SELECT ", kDeliveryColumns,
         " FROM webhook_deliveries d WHERE d.webhook = ? AND d.number < ? ORDER BY d.number DESC "
         "LIMIT ?">;

// Goes from one webhook with pending deliveries to the next one. Parameters: webhook to start
// after, time of leases, time of attempts, rows.
inline constexpr const char* kDueDeliveries =
    "WITH RECURSIVE pending (webhook) AS (SELECT min(d.webhook) FROM webhook_deliveries d "
    "WHERE d.state = 1 AND d.webhook > ?1 UNION ALL SELECT (SELECT min(d.webhook) "
    "FROM webhook_deliveries d WHERE d.state = 1 AND d.webhook > p.webhook) "
    "FROM pending p WHERE p.webhook IS NOT NULL), "
    "heads (first, late) AS (SELECT (SELECT d.number FROM webhook_deliveries d "
    "WHERE d.state = 1 AND d.webhook = p.webhook AND d.in_order = 1 ORDER BY d.number LIMIT 1), "
    "(SELECT d.number FROM webhook_deliveries d WHERE d.state = 1 AND d.in_order = 0 "
    "AND d.webhook = p.webhook AND d.lease_until_us <= ?2 "
    "ORDER BY d.next_attempt_us LIMIT 1) FROM pending p WHERE p.webhook IS NOT NULL) "
    "SELECT d.number, d.webhook, w.partner, w.customer, d.in_order "
    "FROM heads h JOIN webhook_deliveries d ON d.number IN (h.first, h.late) "
    "JOIN webhooks w ON w.id = d.webhook "
    "WHERE d.next_attempt_us <= ?3 AND d.lease_until_us <= ?2 "
    "ORDER BY d.webhook, d.in_order LIMIT ?4";

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_STATEMENTS_H_
