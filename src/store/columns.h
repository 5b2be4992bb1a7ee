// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_COLUMNS_H_
#define ZEROTOUCH_STORE_COLUMNS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "model/device.h"
#include "store/accounts.h"
#include "store/changelog.h"
#include "store/companies.h"
#include "store/operations.h"
#include "store/record_codec.h"
#include "store/sql.h"
#include "store/users.h"
#include "store/webhooks.h"

// The columns that are read of each table, and next to each list the function
// that reads them from a row: the same on every store.
//
// A RowReader gives the columns of a row from left to right: Int, Flag, Text
// (a view of text or bytes), Time, and optional ones, which are NULL if absent.
namespace zerotouch::store {

inline constexpr SqlText kPartnerColumns = "id, name, created_us";

template <class RowReader>
Partner ReadPartner(RowReader& row) {
  return {.id = PartnerId(row.Int()), .name = std::string(row.Text()), .created = row.Time()};
}

inline constexpr SqlText kVendorColumns = "id, partner, name, created_us";

template <class RowReader>
Vendor ReadVendor(RowReader& row) {
  return {.id = VendorId(row.Int()),
          .partner = PartnerId(row.Int()),
          .name = std::string(row.Text()),
          .created = row.Time()};
}

// Columns of `customers c`.
inline constexpr SqlText kCustomerColumns =
    "c.id, c.name, c.owner_emails, c.admin_emails, c.language_code, c.terms, "
    "c.default_configuration, c.created_us";

template <class RowReader>
Customer ReadCustomer(RowReader& row) {
  return {.id = CustomerId(row.Int()),
          .name = std::string(row.Text()),
          .owner_emails = SplitLines(row.Text()),
          .admin_emails = SplitLines(row.Text()),
          .language_code = std::string(row.Text()),
          .terms = static_cast<Terms>(row.Int()),
          .default_configuration = ConfigurationId(row.Int()),
          .created = row.Time()};
}

inline constexpr SqlText kDpcColumns =
    "id, package_name, title, coalesce(component, ''), coalesce(download_location, ''), "
    "coalesce(signature_checksum, '')";

template <class RowReader>
Dpc ReadDpc(RowReader& row) {
  return {.id = std::string(row.Text()),
          .package_name = std::string(row.Text()),
          .title = std::string(row.Text()),
          .component = std::string(row.Text()),
          .download_location = std::string(row.Text()),
          .signature_checksum = std::string(row.Text())};
}

// Columns of `configurations f` and its `customers c`.
inline constexpr SqlText kConfigurationColumns =
    "f.id, f.customer, f.name, f.dpc, f.dpc_extras, f.company_name, f.contact_email, "
    "f.contact_phone, f.custom_message, f.forced_reset_ns, c.default_configuration = f.id";

template <class RowReader>
Configuration ReadConfiguration(RowReader& row) {
  Configuration configuration{.id = ConfigurationId(row.Int()),
                              .customer = CustomerId(row.Int()),
                              .name = std::string(row.Text()),
                              .dpc = std::string(row.Text()),
                              .dpc_extras = std::string(row.Text()),
                              .company_name = std::string(row.Text()),
                              .contact_email = std::string(row.Text()),
                              .contact_phone = std::string(row.Text()),
                              .custom_message = std::string(row.Text()),
                              .forced_reset = std::nullopt};
  if (const std::optional<int64_t> nanoseconds = row.OptionalInt()) {
    configuration.forced_reset = absl::Nanoseconds(*nanoseconds);
  }
  configuration.is_default = row.Flag();
  return configuration;
}

inline constexpr SqlText kAccountColumns = "email, client_id, partner, disabled";

// Columns of `service_accounts s`, and its quota.
inline constexpr SqlText kAccountWithQuota =
    "s.email, s.client_id, s.partner, s.disabled, "
    "(SELECT q.per_100s FROM account_quotas q WHERE q.email = s.email)";

template <class RowReader>
ServiceAccount ReadAccount(RowReader& row) {
  ServiceAccount account;
  account.email = row.Text();
  account.client_id = row.Text();
  account.partner = PartnerId(row.Int());
  account.disabled = row.Flag();
  account.quota_per_100s = row.OptionalInt();
  return account;
}

// Columns of `account_customers a` and its `customers c`.
inline constexpr SqlText kAccountCustomerColumns = "a.customer, c.terms";

template <class RowReader>
void ReadAccountCustomer(RowReader& row, ServiceAccount& account) {
  account.customers.emplace_back(row.Int());
  if (static_cast<Terms>(row.Int()) != Terms::kAccepted) {
    account.terms_pending.push_back(account.customers.back());
  }
}

inline constexpr SqlText kAccountKeyColumns = "key_id, public_pem, created_us";

template <class RowReader>
AccountKey ReadAccountKey(RowReader& row) {
  return {.key_id = std::string(row.Text()),
          .public_pem = std::string(row.Text()),
          .created = row.Time()};
}

template <class RowReader>
KeyUse ReadKeyUse(RowReader& row) {
  return {.email = std::string(row.Text()), .key_id = std::string(row.Text()), .used = row.Time()};
}

inline constexpr SqlText kUserColumns =
    "id, partner, customer, email, user_group, role, created_us";

template <class RowReader>
User ReadUser(RowReader& row) {
  User user;
  user.id = UserId(row.Int());
  user.partner = PartnerId(row.Int());
  user.customer = CustomerId(row.Int());
  user.email = row.Text();
  user.group = row.Text();
  user.role = static_cast<UserRole>(row.Int());
  user.created = row.Time();
  return user;
}

inline constexpr SqlText kSessionColumns =
    "id, email, name, group_names, is_account, created_us, used_us, expires_us";

template <class RowReader>
PortalSession ReadSession(RowReader& row) {
  PortalSession session;
  session.id = row.Text();
  session.email = row.Text();
  session.name = row.Text();
  session.groups = SplitLines(row.Text());
  session.is_account = row.Flag();
  session.created = row.Time();
  session.used = row.Time();
  session.expires = row.Time();
  return session;
}

inline constexpr SqlText kClaimColumns =
    "held, reseller, owner, configuration, simlock_profile, workspace, "
    "vacation_starts_us, vacation_expires_us";

// A claim that was given up may have kept its other columns.
template <class RowReader>
Claim ReadClaim(RowReader& row) {
  Claim claim;
  claim.held = row.Flag();
  claim.reseller = PartnerId(row.Int());
  claim.owner = CustomerId(row.Int());
  claim.configuration = ConfigurationId(row.Int());
  claim.simlock_profile = row.Int();
  claim.workspace = row.Text();
  claim.vacation_starts = row.OptionalTime();
  claim.vacation_expires = row.OptionalTime();
  return claim.held ? claim : GivenUp(claim);
}

// Columns of `operations o`.
inline constexpr SqlText kOperationColumns =
    "o.id, o.partner, o.kind, o.items, o.items_done, o.succeeded, o.accepted_us, "
    "o.started_us, o.finished_us, o.cancelled, o.number, coalesce(o.account, ''), "
    "coalesce(o.request_id, ''), coalesce(o.undoes, 0), coalesce(o.trace_id, '')";

template <class RowReader>
OperationHead ReadOperation(RowReader& row) {
  OperationHead head;
  head.id = OperationId(row.Int());
  head.partner = PartnerId(row.Int());
  head.kind = static_cast<BatchKind>(row.Int());
  head.items = static_cast<int32_t>(row.Int());
  head.items_done = static_cast<int32_t>(row.Int());
  head.items_succeeded = static_cast<int32_t>(row.Int());
  head.accepted = row.Time();
  head.started = row.OptionalTime();
  head.finished = row.OptionalTime();
  head.cancelled = row.Flag();
  head.number = row.Int();
  head.account = row.Text();
  head.request_id = row.Text();
  head.undoes = OperationId(row.Int());
  head.trace_id = row.Text();
  return head;
}

inline constexpr SqlText kHeadColumns = "chain, height, last, hash";

template <class RowReader>
ChainHead ReadHead(RowReader& row) {
  ChainHead head;
  head.chain = row.Int();
  head.height = row.Int();
  head.last = row.Int();
  head.hash = row.Text();
  return head;
}

inline constexpr SqlText kPartColumns = "first, chain, height, hash, part";

template <class RowReader>
StoredPart ReadPart(RowReader& row) {
  StoredPart part;
  part.first = row.Int();
  part.chain = row.Int();
  part.height = row.Int();
  part.hash = row.Text();
  part.bytes = row.Text();
  return part;
}

inline constexpr SqlText kCheckpointColumns = "hash, height, time_us, heads";

template <class RowReader>
StoredCheckpoint ReadCheckpoint(RowReader& row) {
  StoredCheckpoint checkpoint;
  checkpoint.hash = row.Text();
  checkpoint.height = row.Int();
  checkpoint.time = row.Time();
  checkpoint.heads = row.Text();
  return checkpoint;
}

// Unfinished operations by kind.
inline constexpr const char* kUnfinishedByKind =
    "SELECT kind, count(*) FROM operations WHERE finished_us IS NULL GROUP BY kind ORDER BY kind";

template <class RowReader>
std::pair<BatchKind, int64_t> ReadKindCount(RowReader& row) {
  const auto kind = static_cast<BatchKind>(row.Int());
  return {kind, row.Int()};
}

inline constexpr SqlText kWebhookColumns =
    "w.id, w.partner, w.customer, w.url, w.events, w.secret, w.created_us";

template <class RowReader>
Webhook ReadWebhook(RowReader& row) {
  Webhook webhook;
  webhook.id = WebhookId(row.Int());
  webhook.owner.partner = PartnerId(row.Int());
  webhook.owner.customer = CustomerId(row.Int());
  webhook.url = row.Text();
  webhook.events.bits = row.Int();
  webhook.key = row.Text();
  webhook.created = row.Time();
  return webhook;
}

// Without the payload.
inline constexpr SqlText kDeliveryColumns =
    "d.number, d.id, d.webhook, d.type, d.created_us, d.state, d.next_attempt_us, d.in_order, "
    "d.failures, d.attempts";

template <class RowReader>
Delivery ReadDelivery(RowReader& row) {
  Delivery delivery;
  delivery.number = row.Int();
  delivery.id = DeliveryId(row.Int());
  delivery.webhook = WebhookId(row.Int());
  delivery.type = static_cast<EventType>(row.Int());
  delivery.created = row.Time();
  delivery.state = static_cast<DeliveryState>(row.Int());
  delivery.next_attempt = row.Time();
  delivery.in_order = row.Flag();
  delivery.failures = static_cast<int32_t>(row.Int());
  delivery.attempts = row.Text();
  return delivery;
}

// Reads the columns of a delivery, its payload and its lease's token, and the columns of its
// webhook.
template <class RowReader>
LeasedDelivery ReadLeasedDelivery(RowReader& row) {
  LeasedDelivery leased;
  leased.delivery = ReadDelivery(row);
  leased.delivery.payload = row.Text();
  leased.token = row.Int();
  leased.webhook = ReadWebhook(row);
  return leased;
}

// The columns of kDueDeliveries of each store.
template <class RowReader>
DueDelivery ReadDueDelivery(RowReader& row) {
  DueDelivery due;
  due.number = row.Int();
  due.webhook = WebhookId(row.Int());
  due.owner.partner = PartnerId(row.Int());
  due.owner.customer = CustomerId(row.Int());
  due.in_order = row.Flag();
  return due;
}

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_COLUMNS_H_
