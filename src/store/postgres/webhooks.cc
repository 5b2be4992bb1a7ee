// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/limits.h"
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Goes from one webhook with pending deliveries to the next one. Parameters: webhook to start
// after, time of leases, time of attempts, rows.
constexpr const char* kDueDeliveries =
    "WITH RECURSIVE pending (webhook) AS (SELECT min(d.webhook) FROM webhook_deliveries d "
    "WHERE d.state = 1 AND d.webhook > $1 UNION ALL SELECT (SELECT min(d.webhook) "
    "FROM webhook_deliveries d WHERE d.state = 1 AND d.webhook > p.webhook) "
    "FROM pending p WHERE p.webhook IS NOT NULL), "
    "heads (first, late) AS (SELECT (SELECT d.number FROM webhook_deliveries d "
    "WHERE d.state = 1 AND d.webhook = p.webhook AND d.in_order ORDER BY d.number LIMIT 1), "
    "(SELECT d.number FROM webhook_deliveries d WHERE d.state = 1 AND NOT d.in_order "
    "AND d.webhook = p.webhook AND d.lease_until_us <= $2 "
    "ORDER BY d.next_attempt_us LIMIT 1) FROM pending p WHERE p.webhook IS NOT NULL) "
    "SELECT d.number, d.webhook, w.partner, w.customer, d.in_order "
    "FROM heads h JOIN webhook_deliveries d ON d.number IN (h.first, h.late) "
    "JOIN webhooks w ON w.id = d.webhook "
    "WHERE d.next_attempt_us <= $3 AND d.lease_until_us <= $2 "
    "ORDER BY d.webhook, d.in_order LIMIT $4";

// Adds the owner's two parameters.
Query& WithOwner(const Subscriber& owner, Query& query) {
  return query.Int(owner.partner.value()).Int(owner.customer.value());
}

std::vector<int64_t> IdNumbers(const auto& ids) {
  std::vector<int64_t> numbers;
  for (const auto id : ids) numbers.push_back(id.value());
  return numbers;
}

}  // namespace

absl::StatusOr<Page<Webhook>> PostgresTransaction::ListWebhooks(const Subscriber& owner,
                                                                WebhookId after, int64_t limit) {
  Query query(kSql<"SELECT ", kWebhookColumns,
                   " FROM webhooks w WHERE w.partner = $1 AND w.customer = $2 AND w.id > $3 "
                   "ORDER BY w.id LIMIT $4">);
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(WithOwner(owner, query).Int(after.value()).Int(limit + 1)));
  Page<Webhook> page;
  page.rows = ReadAll(rows, ReadWebhook<RowReader>);
  CutAt(limit, page);
  return page;
}

absl::StatusOr<int64_t> PostgresTransaction::CountWebhooks(const Subscriber& owner) {
  std::vector<Query> queries;
  if (writing()) {
    // Locks the company's row so that the count includes concurrent inserts.
    queries.push_back(owner.partner
                          ? Query("SELECT 1 FROM partners WHERE id = $1 FOR NO KEY UPDATE")
                                .Int(owner.partner.value())
                          : Query("SELECT 1 FROM customers WHERE id = $1 FOR NO KEY UPDATE")
                                .Int(owner.customer.value()));
  }
  Query count("SELECT count(*) FROM webhooks WHERE partner = $1 AND customer = $2");
  queries.push_back(WithOwner(owner, count));
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return ReadInt(answers.back());
}

absl::StatusOr<std::optional<Webhook>> PostgresTransaction::FindWebhook(const Subscriber& owner,
                                                                        WebhookId id) {
  // A transaction that writes replaces the whole row.
  Query query(writing() ? kSql<"SELECT ", kWebhookColumns,
                               " FROM webhooks w WHERE w.partner = $1 AND w.customer = $2 "
                               "AND w.id = $3 FOR NO KEY UPDATE">
                        : kSql<"SELECT ", kWebhookColumns,
                               " FROM webhooks w WHERE w.partner = $1 AND w.customer = $2 "
                               "AND w.id = $3">);
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(WithOwner(owner, query).Int(id.value())));
  return ReadOne(rows, ReadWebhook<RowReader>);
}

absl::StatusOr<bool> PostgresTransaction::HasWebhooks() {
  if (has_webhooks_.has_value()) return *has_webhooks_;
  return Any(Query("SELECT 1 FROM webhooks LIMIT 1"));
}

absl::StatusOr<std::vector<Webhook>> PostgresTransaction::WebhooksOf(
    std::span<const PartnerId> partners, std::span<const CustomerId> customers) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kWebhookColumns,
                         " FROM webhooks w WHERE (w.partner = ANY($1) AND w.customer = 0) "
                         "OR (w.partner = 0 AND w.customer = ANY($2))">)
                  .Ints(IdNumbers(partners))
                  .Ints(IdNumbers(customers))));
  return ReadAll(rows, ReadWebhook<RowReader>);
}

absl::StatusOr<Page<Delivery>> PostgresTransaction::ListDeliveries(WebhookId webhook,
                                                                   int64_t before, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kDeliveryColumns,
                         " FROM webhook_deliveries d WHERE d.webhook = $1 AND d.number < $2 "
                         "ORDER BY d.number DESC LIMIT $3">)
                  .Int(webhook.value())
                  .Int(before == 0 ? INT64_MAX : before)
                  .Int(limit + 1)));
  Page<Delivery> page;
  page.rows = ReadAll(rows, ReadDelivery<RowReader>);
  CutAt(limit, page);
  return page;
}

absl::StatusOr<std::optional<Delivery>> PostgresTransaction::FindDelivery(WebhookId webhook,
                                                                          DeliveryId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kDeliveryColumns,
                         " FROM webhook_deliveries d WHERE d.webhook = $1 AND d.id = $2">)
                  .Int(webhook.value())
                  .Int(id.value())));
  return ReadOne(rows, ReadDelivery<RowReader>);
}

absl::StatusOr<std::vector<DueDelivery>> PostgresTransaction::ReadDueDeliveries(
    absl::Time now, absl::Time lease_now, WebhookId after, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query(kDueDeliveries)
                                                   .Int(after.value())
                                                   .Time(leases_.Of(lease_now))
                                                   .Time(now)
                                                   .Int(limit)));
  return ReadAll(rows, ReadDueDelivery<RowReader>);
}

absl::Status PostgresTransaction::AddWebhook(const Webhook& webhook) {
  Query query(
      "INSERT INTO webhooks (partner, customer, id, url, events, secret, created_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)");
  return db_
      .Run(WithOwner(webhook.owner, query)
               .Int(webhook.id.value())
               .Text(webhook.url)
               .Int(webhook.events.bits)
               .Bytes(webhook.key)
               .Time(webhook.created))
      .status();
}

absl::Status PostgresTransaction::UpdateWebhook(const Webhook& webhook) {
  Query query(
      "UPDATE webhooks SET url = $4, events = $5, secret = $6 "
      "WHERE partner = $1 AND customer = $2 AND id = $3");
  return Change(WithOwner(webhook.owner, query)
                    .Int(webhook.id.value())
                    .Text(webhook.url)
                    .Int(webhook.events.bits)
                    .Bytes(webhook.key),
                NoSuchWebhook(webhook.id));
}

absl::Status PostgresTransaction::RemoveWebhook(const Subscriber& owner, WebhookId id) {
  Query query("DELETE FROM webhooks WHERE partner = $1 AND customer = $2 AND id = $3");
  return Change(WithOwner(owner, query).Int(id.value()), NoSuchWebhook(id));
}

absl::Status PostgresTransaction::AddDelivery(const Delivery& delivery) {
  // The lock keeps the webhook. If it was removed since it was read, nothing is added.
  db_.Queue(Query("INSERT INTO webhook_deliveries (number, id, webhook, type, created_us, state, "
                  "next_attempt_us, in_order, failures, attempts, payload) "
                  "SELECT nextval('webhook_numbers'), $1, w.id, $3, $4, $5, $6, $7, $8, $9, $10 "
                  "FROM webhooks w WHERE w.id = $2 FOR KEY SHARE")
                .Int(delivery.id.value())
                .Int(delivery.webhook.value())
                .Int(static_cast<int64_t>(delivery.type))
                .Time(delivery.created)
                .Int(static_cast<int64_t>(delivery.state))
                .Time(delivery.next_attempt)
                .Bool(delivery.in_order)
                .Int(delivery.failures)
                .Bytes(delivery.attempts)
                .Bytes(delivery.payload));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<LeasedDelivery>> PostgresTransaction::LeaseDelivery(
    int64_t number, absl::Time lease_now, absl::Time until) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"UPDATE webhook_deliveries d SET lease_token = d.lease_token + 1, "
                         "lease_until_us = $3 FROM webhooks w WHERE w.id = d.webhook "
                         "AND d.number = $1 AND d.state = 1 AND d.lease_until_us <= $2 RETURNING ",
                         kDeliveryColumns, ", d.payload, d.lease_token, ", kWebhookColumns>)
                  .Int(number)
                  .Time(leases_.Of(lease_now))
                  .Time(leases_.Of(until))));
  return ReadOne(rows, ReadLeasedDelivery<RowReader>);
}

absl::Status PostgresTransaction::RecordAttempt(const LeasedDelivery& leased) {
  db_.Queue(Query("UPDATE webhook_deliveries SET state = $3, next_attempt_us = $4, in_order = $5, "
                  "failures = $6, attempts = $7, lease_until_us = 0 "
                  "WHERE number = $1 AND lease_token = $2 AND state = 1")
                .Int(leased.delivery.number)
                .Int(leased.token)
                .Int(static_cast<int64_t>(leased.delivery.state))
                .Time(leased.delivery.next_attempt)
                .Bool(leased.delivery.in_order)
                .Int(leased.delivery.failures)
                .Bytes(leased.delivery.attempts));
  return absl::OkStatus();
}

absl::Status PostgresTransaction::Redeliver(WebhookId webhook, DeliveryId id, absl::Time now) {
  return Change(Query("UPDATE webhook_deliveries SET state = 1, next_attempt_us = $3, "
                      "in_order = false, failures = 0, lease_token = lease_token + 1, "
                      "lease_until_us = 0 WHERE webhook = $1 AND id = $2")
                    .Int(webhook.value())
                    .Int(id.value())
                    .Time(now),
                NoSuchDelivery(webhook, id));
}

absl::StatusOr<int64_t> PostgresTransaction::SweepDeliveries(absl::Time before, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("DELETE FROM webhook_deliveries WHERE created_us < $1 AND number IN "
                    "(SELECT number FROM webhook_deliveries ORDER BY number LIMIT $2)")
                  .Time(before)
                  .Int(limit)));
  return rows.affected();
}

absl::StatusOr<int64_t> PostgresTransaction::TrimDeliveries(int64_t kept) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("DELETE FROM webhook_deliveries WHERE number IN "
                                    "(SELECT d.number FROM webhooks w JOIN webhook_deliveries d "
                                    "ON d.webhook = w.id AND d.number <= (SELECT e.number "
                                    "FROM webhook_deliveries e WHERE e.webhook = w.id "
                                    "ORDER BY e.number DESC LIMIT 1 OFFSET $1))")
                                  .Int(kept)));
  return rows.affected();
}

}  // namespace zerotouch::store::postgres
