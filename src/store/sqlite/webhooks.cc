// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {

absl::StatusOr<Page<Webhook>> SqliteTransaction::ListWebhooks(const Subscriber& owner,
                                                              WebhookId after, int64_t limit) {
  Cursor list = db_.Use(kWebhooksOfCompany);
  list.Int(owner.partner.value()).Int(owner.customer.value()).Int(after.value()).Int(limit + 1);
  Page<Webhook> page;
  ZT_ASSIGN_OR_RETURN(page.rows, ReadAll(list, ReadWebhook<RowReader>));
  CutAt(limit, page);
  return page;
}

absl::StatusOr<int64_t> SqliteTransaction::CountWebhooks(const Subscriber& owner) {
  return ReadInt(db_.Use("SELECT count(*) FROM webhooks WHERE partner = ? AND customer = ?")
                     .Int(owner.partner.value())
                     .Int(owner.customer.value()));
}

absl::StatusOr<std::optional<Webhook>> SqliteTransaction::FindWebhook(const Subscriber& owner,
                                                                      WebhookId id) {
  return ReadOne(db_.Use(kSql<"SELECT ", kWebhookColumns,
                              " FROM webhooks w WHERE w.id = ? AND w.partner = ? "
                              "AND w.customer = ?">)
                     .Int(id.value())
                     .Int(owner.partner.value())
                     .Int(owner.customer.value()),
                 ReadWebhook<RowReader>);
}

absl::StatusOr<bool> SqliteTransaction::HasWebhooks() {
  Cursor first = db_.Use("SELECT 1 FROM webhooks LIMIT 1");
  return Any(first);
}

absl::StatusOr<std::vector<Webhook>> SqliteTransaction::WebhooksOf(
    std::span<const PartnerId> partners, std::span<const CustomerId> customers) {
  std::vector<Webhook> webhooks;
  const auto add = [&](const Subscriber& owner) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(Page<Webhook> page,
                        ListWebhooks(owner, WebhookId(), limits::kWebhooksPerCompany));
    for (Webhook& webhook : page.rows) webhooks.push_back(std::move(webhook));
    return absl::OkStatus();
  };
  for (const PartnerId partner : partners) {
    ZT_RETURN_IF_ERROR(add({.partner = partner, .customer = {}}));
  }
  for (const CustomerId customer : customers) {
    ZT_RETURN_IF_ERROR(add({.partner = {}, .customer = customer}));
  }
  return webhooks;
}

absl::StatusOr<Page<Delivery>> SqliteTransaction::ListDeliveries(WebhookId webhook, int64_t before,
                                                                 int64_t limit) {
  Cursor list = db_.Use(kDeliveriesOfWebhook);
  list.Int(webhook.value()).Int(before == 0 ? INT64_MAX : before).Int(limit + 1);
  Page<Delivery> page;
  ZT_ASSIGN_OR_RETURN(page.rows, ReadAll(list, ReadDelivery<RowReader>));
  CutAt(limit, page);
  return page;
}

absl::StatusOr<std::optional<Delivery>> SqliteTransaction::FindDelivery(WebhookId webhook,
                                                                        DeliveryId id) {
  return ReadOne(db_.Use(kSql<"SELECT ", kDeliveryColumns,
                              " FROM webhook_deliveries d WHERE d.webhook = ? AND d.id = ?">)
                     .Int(webhook.value())
                     .Int(id.value()),
                 ReadDelivery<RowReader>);
}

absl::StatusOr<std::vector<DueDelivery>> SqliteTransaction::ReadDueDeliveries(absl::Time now,
                                                                              absl::Time lease_now,
                                                                              WebhookId after,
                                                                              int64_t limit) {
  Cursor due = db_.Use(kDueDeliveries);
  due.Int(after.value()).Time(lease_now).Time(now).Int(limit);
  return ReadAll(due, ReadDueDelivery<RowReader>);
}

absl::Status SqliteTransaction::AddWebhook(const Webhook& webhook) {
  return db_
      .Use(
          "INSERT INTO webhooks (id, partner, customer, url, events, secret, created_us) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)")
      .Int(webhook.id.value())
      .Int(webhook.owner.partner.value())
      .Int(webhook.owner.customer.value())
      .Text(webhook.url)
      .Int(webhook.events.bits)
      .Bytes(webhook.key)
      .Time(webhook.created)
      .Run();
}

absl::Status SqliteTransaction::UpdateWebhook(const Webhook& webhook) {
  return Change(db_.Use("UPDATE webhooks SET url = ?, events = ?, secret = ? "
                        "WHERE id = ? AND partner = ? AND customer = ?")
                    .Text(webhook.url)
                    .Int(webhook.events.bits)
                    .Bytes(webhook.key)
                    .Int(webhook.id.value())
                    .Int(webhook.owner.partner.value())
                    .Int(webhook.owner.customer.value()),
                NoSuchWebhook(webhook.id));
}

absl::Status SqliteTransaction::RemoveWebhook(const Subscriber& owner, WebhookId id) {
  return Change(db_.Use("DELETE FROM webhooks WHERE id = ? AND partner = ? AND customer = ?")
                    .Int(id.value())
                    .Int(owner.partner.value())
                    .Int(owner.customer.value()),
                NoSuchWebhook(id));
}

absl::Status SqliteTransaction::AddDelivery(const Delivery& delivery) {
  return db_
      .Use(
          "INSERT INTO webhook_deliveries (id, webhook, type, created_us, state, "
          "next_attempt_us, in_order, failures, attempts, payload) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Int(delivery.id.value())
      .Int(delivery.webhook.value())
      .Int(static_cast<int64_t>(delivery.type))
      .Time(delivery.created)
      .Int(static_cast<int64_t>(delivery.state))
      .Time(delivery.next_attempt)
      .Bool(delivery.in_order)
      .Int(delivery.failures)
      .Bytes(delivery.attempts)
      .Bytes(delivery.payload)
      .Run();
}

absl::StatusOr<std::optional<LeasedDelivery>> SqliteTransaction::LeaseDelivery(int64_t number,
                                                                               absl::Time lease_now,
                                                                               absl::Time until) {
  ZT_RETURN_IF_ERROR(db_.Use("UPDATE webhook_deliveries SET lease_token = lease_token + 1, "
                             "lease_until_us = ? "
                             "WHERE number = ? AND state = 1 AND lease_until_us <= ?")
                         .Time(until)
                         .Int(number)
                         .Time(lease_now)
                         .Run());
  if (db_.Changes() == 0) return std::nullopt;
  Cursor row =
      db_.Use(kSql<"SELECT ", kDeliveryColumns, ", d.payload, d.lease_token, ", kWebhookColumns,
                   " FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook "
                   "WHERE d.number = ?">);
  row.Int(number);
  return ReadOne(row, ReadLeasedDelivery<RowReader>);
}

absl::Status SqliteTransaction::RecordAttempt(const LeasedDelivery& leased) {
  return db_
      .Use(
          "UPDATE webhook_deliveries SET state = ?, next_attempt_us = ?, in_order = ?, "
          "failures = ?, attempts = ?, lease_until_us = 0 "
          "WHERE number = ? AND lease_token = ? AND state = 1")
      .Int(static_cast<int64_t>(leased.delivery.state))
      .Time(leased.delivery.next_attempt)
      .Bool(leased.delivery.in_order)
      .Int(leased.delivery.failures)
      .Bytes(leased.delivery.attempts)
      .Int(leased.delivery.number)
      .Int(leased.token)
      .Run();
}

absl::Status SqliteTransaction::Redeliver(WebhookId webhook, DeliveryId id, absl::Time now) {
  return Change(db_.Use("UPDATE webhook_deliveries SET state = 1, next_attempt_us = ?, "
                        "in_order = 0, failures = 0, lease_token = lease_token + 1, "
                        "lease_until_us = 0 WHERE webhook = ? AND id = ?")
                    .Time(now)
                    .Int(webhook.value())
                    .Int(id.value()),
                NoSuchDelivery(webhook, id));
}

absl::StatusOr<int64_t> SqliteTransaction::SweepDeliveries(absl::Time before, int64_t limit) {
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM webhook_deliveries WHERE created_us < ? AND number IN "
                             "(SELECT number FROM webhook_deliveries ORDER BY number LIMIT ?)")
                         .Time(before)
                         .Int(limit)
                         .Run());
  return db_.Changes();
}

absl::StatusOr<int64_t> SqliteTransaction::TrimDeliveries(int64_t kept) {
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM webhook_deliveries WHERE number IN "
                             "(SELECT d.number FROM webhooks w JOIN webhook_deliveries d "
                             "ON d.webhook = w.id AND d.number <= (SELECT e.number "
                             "FROM webhook_deliveries e WHERE e.webhook = w.id "
                             "ORDER BY e.number DESC LIMIT 1 OFFSET ?))")
                         .Int(kept)
                         .Run());
  return db_.Changes();
}

}  // namespace zerotouch::store::sqlite
