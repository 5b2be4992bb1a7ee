// SPDX-License-Identifier: Apache-2.0
#include "service/service_accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "auth/account_keys.h"
#include "auth/audience.h"
#include "auth/call_quota.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

namespace v1 = openzerotouch::v1;

std::string AccountPrefix(PartnerId partner) {
  return fmt::format("{}/serviceAccounts/", FormatPartnerName(partner));
}

v1::ServiceAccount AccountMessage(const store::ServiceAccount& account) {
  v1::ServiceAccount message;
  message.set_name(fmt::format("{}{}", AccountPrefix(account.partner), account.email));
  message.set_email(account.email);
  for (const CustomerId customer : account.customers) message.add_customer_ids(customer.value());
  message.set_disabled(account.disabled);
  for (const store::AccountKey& key : account.keys) {
    v1::ServiceAccountKey& added = *message.add_keys();
    added.set_key_id(key.key_id);
    added.mutable_create_time()->set_seconds(absl::ToUnixSeconds(key.created));
  }
  return message;
}

// Sets when the keys were used last. Both are sorted by e-mail address.
void SetUses(const std::vector<store::KeyUse>& uses, v1::ListServiceAccountsResponse& response) {
  for (v1::ServiceAccount& account : *response.mutable_service_accounts()) {
    auto use = std::ranges::lower_bound(uses, account.email(), {}, &store::KeyUse::email);
    for (; use != uses.end() && use->email == account.email(); ++use) {
      for (v1::ServiceAccountKey& key : *account.mutable_keys()) {
        if (key.key_id() != use->key_id) continue;
        key.mutable_last_use_time()->set_seconds(absl::ToUnixSeconds(use->used));
      }
    }
  }
}

void SetCredentials(const crypto::KeyFile& file, v1::ServiceAccountCredentials& message) {
  message.set_type("service_account");
  message.set_project_id(file.project_id);
  message.set_private_key_id(file.private_key_id);
  message.set_private_key(file.private_key);
  message.set_client_email(file.client_email);
  message.set_client_id(file.client_id);
  message.set_auth_uri(file.auth_uri);
  message.set_token_uri(file.token_uri);
  message.set_universe_domain(file.universe_domain);
}

bool IsDeleted(const store::ServiceAccount& account) {
  return account.disabled && account.keys.empty();
}

absl::Status UnknownServiceAccount() {
  return errors::UnknownResource("Service account",
                                 "GET /openzerotouch/v1/partners/PARTNER/serviceAccounts");
}

}  // namespace

absl::StatusOr<v1::ListServiceAccountsResponse> ServiceAccounts::List(
    const Owner& caller, const v1::ListServiceAccountsRequest&) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> accounts, snapshot->ListAccounts());
  v1::ListServiceAccountsResponse response;
  for (const store::ServiceAccount& account : accounts) {
    if (account.partner != caller.right().partner || IsDeleted(account)) continue;
    v1::ServiceAccount& added = *response.add_service_accounts();
    added = AccountMessage(account);
    if (quota_ == nullptr) continue;
    ZT_ASSIGN_OR_RETURN(const std::optional<auth::CallQuotaUse> use,
                        quota_->UseOf(account.email, account.quota_per_100s));
    if (!use.has_value()) continue;
    added.mutable_quota()->set_calls_per_100s(use->per_100s);
    added.mutable_quota()->set_calls_used(use->used);
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<store::KeyUse> uses, snapshot->ListKeyUses());
  SetUses(uses, response);
  return response;
}

absl::StatusOr<v1::ServiceAccount> ServiceAccounts::Create(const Owner& caller,
                                                           const v1::CreateServiceAccountRequest&) {
  const PartnerId partner = caller.right().partner;
  store::ServiceAccount account;
  account.email = fmt::format("reseller-{}-{}@zerotouch.iam.gserviceaccount.com", partner.value(),
                              RandomBetween(100'000'000, 999'999'999));
  account.client_id = fmt::format("1{:020}", RandomBetween(0, 999'999'999'999'999'999));
  account.partner = partner;
  ZT_ASSIGN_OR_RETURN(const auth::NewKey key,
                      auth::GenerateKey(account, "zerotouch", audience_.TokenUri(), clock_.Now()));
  account.keys = {key.stored};
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& tx) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> others, tx.ListAccounts());
        int count = 0;
        for (const store::ServiceAccount& other : others) {
          count += other.partner == partner && !IsDeleted(other) ? 1 : 0;
        }
        if (count >= limits::kAccountsPerPartner) {
          return errors::InvalidOperation(fmt::format(
              "The reseller has {} service accounts, which is the limit. Delete one first.",
              limits::kAccountsPerPartner));
        }
        return tx.AddAccount(account);
      });
  ZT_RETURN_IF_ERROR(written);
  v1::ServiceAccount made = AccountMessage(account);
  SetCredentials(key.file, *made.mutable_credentials());
  return made;
}

absl::StatusOr<google::protobuf::Empty> ServiceAccounts::Delete(
    const Owner& caller, const v1::DeleteServiceAccountRequest& request) {
  const PartnerId partner = caller.right().partner;
  const std::string prefix = AccountPrefix(partner);
  if (!request.name().starts_with(prefix)) return UnknownServiceAccount();
  const std::string email = request.name().substr(prefix.size());
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& tx) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const std::optional<store::ServiceAccount> account,
                            tx.FindAccount(email));
        if (!account.has_value() || account->partner != partner || IsDeleted(*account)) {
          return UnknownServiceAccount();
        }
        if (!account->customers.empty()) {
          return errors::InvalidOperation(
              "This account acts for customers too. Ask the operator of the server to remove it.");
        }
        for (const store::AccountKey& key : account->keys) {
          ZT_RETURN_IF_ERROR(tx.RevokeKey(email, key.key_id));
        }
        return tx.SetAccountDisabled(email, true);
      });
  ZT_RETURN_IF_ERROR(written);
  return google::protobuf::Empty();
}

}  // namespace zerotouch::service
