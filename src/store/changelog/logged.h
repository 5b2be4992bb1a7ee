// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_LOGGED_H_
#define ZEROTOUCH_STORE_CHANGELOG_LOGGED_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "store/changelog/entry.h"
#include "store/changelog/resources.h"

namespace zerotouch::store::changelog {

// A store's transaction whose changes of companies, configurations, DPCs, accounts, webhooks and
// operations are logged. Those of devices are logged where they are applied, because claims
// keep their places. What runs operations (leases, results, sweeps) and counts calls changes
// nothing that the log is about. Webhooks are told of operations that finish.
template <class StoreTransaction>
class Logged : public StoreTransaction {
 public:
  using StoreTransaction::StoreTransaction;

  absl::Status AddAccount(const ServiceAccount& account) override {
    // Adding the keys adds their entries, so its own comes first.
    ServiceAccount added = account;
    added.quota_per_100s = std::nullopt;
    ZT_RETURN_IF_ERROR(Log(NameOfAccount(account.email), "", JsonOf(added)));
    return StoreTransaction::AddAccount(account);
  }
  absl::Status AddKey(std::string_view email, const AccountKey& key) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddKey(email, key));
    return Log(NameOfKey(email, key.key_id), "", JsonOf(key));
  }
  absl::Status RevokeKey(std::string_view email, std::string_view key_id) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<ServiceAccount> account, this->FindAccount(email));
    std::string before;
    if (account.has_value()) {
      for (const AccountKey& key : account->keys) {
        if (key.key_id == key_id) before = JsonOf(key);
      }
    }
    ZT_RETURN_IF_ERROR(StoreTransaction::RevokeKey(email, key_id));
    return Log(NameOfKey(email, key_id), before, "");
  }
  absl::Status SetAccountDisabled(std::string_view email, bool disabled) override {
    return ChangeAccount(email,
                         [&] { return StoreTransaction::SetAccountDisabled(email, disabled); });
  }
  absl::Status SetAccountQuota(std::string_view email, std::optional<int64_t> per_100s) override {
    return ChangeAccount(email, [&] { return StoreTransaction::SetAccountQuota(email, per_100s); });
  }

  absl::Status AddPartner(const Partner& partner) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddPartner(partner));
    return Log(NameOf(partner), "", JsonOf(partner));
  }
  absl::Status AddVendor(const Vendor& vendor) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddVendor(vendor));
    return Log(NameOf(vendor), "", JsonOf(vendor));
  }
  absl::Status AddCustomer(const Customer& customer, PartnerId partner, VendorId vendor) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddCustomer(customer, partner, vendor));
    return Log(NameOf(customer), "", JsonOf(customer, partner, vendor));
  }
  absl::Status SetTerms(CustomerId id, Terms terms) override {
    ZT_ASSIGN_OR_RETURN(std::optional<Customer> customer, this->FindCustomer(id));
    ZT_RETURN_IF_ERROR(StoreTransaction::SetTerms(id, terms));
    if (!customer.has_value()) return absl::OkStatus();  // SetTerms would have failed
    const std::string before = JsonOf(*customer);
    customer->terms = terms;
    return Log(NameOf(*customer), before, JsonOf(*customer));
  }
  absl::Status PutConfiguration(const Configuration& configuration) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<Configuration> before,
                        this->FindConfiguration(configuration.customer, configuration.id));
    ZT_RETURN_IF_ERROR(StoreTransaction::PutConfiguration(configuration));
    return Log(NameOfConfiguration(configuration.customer, configuration.id),
               before.has_value() ? JsonOf(*before) : "", JsonOf(configuration));
  }
  absl::Status RemoveConfiguration(CustomerId customer, ConfigurationId id) override {
    // Reads without a lock. FindConfiguration would take a weak lock, which RemoveConfiguration
    // then makes stronger: with that, PostgreSQL let through claims that applied the
    // configuration at the same moment, though each lock by itself waits as it should.
    ZT_ASSIGN_OR_RETURN(
        const std::vector<Configuration> found,
        this->ListConfigurations(customer, ConfigurationId(id.value() - 1), /*limit=*/1));
    const bool is_known = !found.empty() && found[0].id == id;
    ZT_RETURN_IF_ERROR(StoreTransaction::RemoveConfiguration(customer, id));
    return Log(NameOfConfiguration(customer, id), is_known ? JsonOf(found[0]) : "{}", "");
  }
  absl::Status PutDpc(const Dpc& dpc) override {
    ZT_ASSIGN_OR_RETURN(const std::string before, JsonOfDpc(dpc.id));
    ZT_RETURN_IF_ERROR(StoreTransaction::PutDpc(dpc));
    return Log(NameOfDpc(dpc.id), before, JsonOf(dpc));
  }
  absl::Status RemoveDpc(const std::string& id) override {
    ZT_ASSIGN_OR_RETURN(const std::string before, JsonOfDpc(id));
    ZT_RETURN_IF_ERROR(StoreTransaction::RemoveDpc(id));
    return Log(NameOfDpc(id), before, "");
  }

  absl::Status AddWebhook(const Webhook& webhook) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddWebhook(webhook));
    return Log(NameOf(webhook), "", JsonOf(webhook));
  }
  absl::Status UpdateWebhook(const Webhook& webhook) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<Webhook> before,
                        this->FindWebhook(webhook.owner, webhook.id));
    ZT_RETURN_IF_ERROR(StoreTransaction::UpdateWebhook(webhook));
    if (!before.has_value()) return absl::OkStatus();  // UpdateWebhook would have failed
    return Log(NameOf(webhook), JsonOf(*before), JsonOf(webhook, webhook.key != before->key));
  }
  absl::Status RemoveWebhook(const Subscriber& owner, WebhookId id) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<Webhook> before, this->FindWebhook(owner, id));
    ZT_RETURN_IF_ERROR(StoreTransaction::RemoveWebhook(owner, id));
    if (!before.has_value()) return absl::OkStatus();  // RemoveWebhook would have failed
    return Log(NameOf(*before), JsonOf(*before), "");
  }

  absl::Status RecordResults(const Lease& lease, int32_t items_done,
                             std::span<const IndexedResult> results, absl::Time now,
                             absl::Time lease_until) override {
    ZT_RETURN_IF_ERROR(
        StoreTransaction::RecordResults(lease, items_done, results, now, lease_until));
    const bool is_last = items_done + static_cast<int64_t>(results.size()) == lease.head.items;
    return is_last ? this->NoteFinished(lease.head.partner, lease.head.id) : absl::OkStatus();
  }
  absl::Status CancelOperation(OperationId id, absl::Time now) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<OperationHead> before, this->FindOperation(id));
    ZT_RETURN_IF_ERROR(StoreTransaction::CancelOperation(id, now));
    if (!before.has_value() || before->finished.has_value()) return absl::OkStatus();
    OperationHead after = *before;
    after.cancelled = true;
    ZT_RETURN_IF_ERROR(this->NoteFinished(before->partner, id));
    return Log(NameOfOperation(id), JsonOf(*before), JsonOf(after));
  }
  absl::Status DeleteOperation(OperationId id) override {
    ZT_ASSIGN_OR_RETURN(const std::optional<OperationHead> before, this->FindOperation(id));
    ZT_RETURN_IF_ERROR(StoreTransaction::DeleteOperation(id));
    return Log(NameOfOperation(id), before.has_value() ? JsonOf(*before) : "{}", "");
  }

  absl::Status AddUser(const User& user) override {
    ZT_RETURN_IF_ERROR(StoreTransaction::AddUser(user));
    return Log(NameOf(user), "", JsonOf(user));
  }
  absl::Status RemoveUser(const User& user) override {
    ZT_ASSIGN_OR_RETURN(const std::vector<User> users,
                        this->ListUsers(user.partner, user.customer));
    std::string before;
    for (const User& each : users) {
      if (each.id == user.id) before = JsonOf(each);
    }
    ZT_RETURN_IF_ERROR(StoreTransaction::RemoveUser(user));
    return Log(NameOf(user), before, "");
  }

 private:
  // Adds an entry, unless nothing was changed.
  absl::Status Log(std::string resource, std::string before, std::string after) {
    if (before == after) return absl::OkStatus();
    return this
        ->AddEntry(ResourceEntry{.resource = std::move(resource),
                                 .before = std::move(before),
                                 .after = std::move(after)})
        .status();
  }
  template <class Change>
  absl::Status ChangeAccount(std::string_view email, const Change& change) {
    ZT_ASSIGN_OR_RETURN(const std::optional<ServiceAccount> before, this->FindAccount(email));
    ZT_RETURN_IF_ERROR(change());
    ZT_ASSIGN_OR_RETURN(const std::optional<ServiceAccount> after, this->FindAccount(email));
    if (!before.has_value() || !after.has_value()) return absl::OkStatus();
    return Log(NameOfAccount(email), JsonOf(*before), JsonOf(*after));
  }
  absl::StatusOr<std::string> JsonOfDpc(std::string_view id) {
    ZT_ASSIGN_OR_RETURN(const std::vector<Dpc> dpcs, this->ListDpcs());
    for (const Dpc& dpc : dpcs) {
      if (dpc.id == id) return JsonOf(dpc);
    }
    return std::string();
  }
};

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_LOGGED_H_
