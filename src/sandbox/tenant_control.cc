// SPDX-License-Identifier: Apache-2.0
#include "sandbox/tenant_control.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "auth/account_keys.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/company.h"
#include "model/resource_name.h"
#include "sandbox/seed.h"
#include "store/company_ids.h"

namespace zerotouch::sandbox {
namespace {

// Accounts that the controls make. They get no key files: the answer has the key.
std::string TenantEmail(std::string_view name) {
  return fmt::format("{}@tenants.zerotouch-sandbox.iam.gserviceaccount.com", name);
}

proto::KeyFile MessageOfKey(const crypto::KeyFile& file) {
  proto::KeyFile message;
  message.set_type("service_account");
  message.set_project_id(file.project_id);
  message.set_private_key_id(file.private_key_id);
  message.set_private_key(file.private_key);
  message.set_client_email(file.client_email);
  message.set_client_id(file.client_id);
  message.set_auth_uri(file.auth_uri);
  message.set_token_uri(file.token_uri);
  message.set_universe_domain(file.universe_domain);
  return message;
}

absl::Status UnknownAccount() {
  return errors::UnknownResource("Account", "zerotouchd admin accounts list");
}

// Returns the address in `accounts/EMAIL`.
std::string EmailIn(const std::string& name) {
  constexpr std::string_view kPrefix = "accounts/";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : "";
}

// Returns `status`, or errors::UnknownResource for NOT_FOUND.
absl::StatusOr<Empty> EmptyUnless(const absl::Status& status, const absl::Status& not_found) {
  if (absl::IsNotFound(status)) return not_found;
  ZT_RETURN_IF_ERROR(status);
  return Empty();
}

absl::Status CheckPartner(store::Snapshot& snapshot, PartnerId partner) {
  ZT_ASSIGN_OR_RETURN(const auto found, snapshot.FindPartner(partner));
  if (found.has_value()) return absl::OkStatus();
  return errors::InvalidParameter("partner_id", "use the partnerId of a reseller of this sandbox");
}

// Checks the companies for which an account is to act.
absl::Status CheckCompanies(store::Snapshot& snapshot, const proto::CreateAccountRequest& request) {
  const PartnerId partner(request.partner_id());
  if (partner) ZT_RETURN_IF_ERROR(CheckPartner(snapshot, partner));
  for (int i = 0; i < request.customer_ids_size(); ++i) {
    ZT_ASSIGN_OR_RETURN(const auto found,
                        snapshot.FindCustomer(CustomerId(request.customer_ids(i))));
    if (found.has_value()) continue;
    return errors::InvalidParameter(fmt::format("customer_ids[{}]", i),
                                    "use the customerId of a customer of this sandbox");
  }
  return absl::OkStatus();
}

absl::Status CheckKeyCount(const store::ServiceAccount& account) {
  if (account.keys.size() < limits::kKeysOfAccount) return absl::OkStatus();
  return errors::InvalidOperation(fmt::format(
      "The account has {} keys, which is the limit. Revoke them first.", limits::kKeysOfAccount));
}

// Checks what a call needs before a key is made, which takes long. The transaction checks
// it again.
template <class Check>
absl::Status CheckFirst(store::Store& store, const Check& check) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  return check(*snapshot);
}

}  // namespace

absl::StatusOr<proto::Reseller> TenantControl::CreateReseller(
    const Anyone&, const proto::CreateResellerRequest& request) {
  ZT_RETURN_IF_ERROR(CheckCompanyName("name", request.name()));
  store::ServiceAccount account = NewSandboxAccount(
      TenantEmail(fmt::format("reseller-{}", RandomBetween(100'000'000, 9'999'999'999))));
  ZT_ASSIGN_OR_RETURN(const auth::NewKey key,
                      auth::GenerateKey(account, kSandboxProject, token_uri_(), clock_.Now()));
  account.keys = {key.stored};
  const absl::Status written = store_.Write([&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(account.partner, store::FreePartnerId(tx));
    ZT_RETURN_IF_ERROR(
        tx.AddPartner({.id = account.partner, .name = request.name(), .created = clock_.Now()}));
    return tx.AddAccount(account);
  });
  ZT_RETURN_IF_ERROR(written);
  proto::Reseller reseller;
  reseller.set_partner_id(account.partner.value());
  reseller.set_name(request.name());
  *reseller.mutable_credentials() = MessageOfKey(key.file);
  return reseller;
}

absl::StatusOr<proto::Customer> TenantControl::CreateCustomer(
    const Anyone&, const proto::CreateCustomerRequest& request) {
  ZT_RETURN_IF_ERROR(CheckCompanyName("company_name", request.company_name()));
  const bool accepted = !request.has_terms_accepted() || request.terms_accepted();
  const PartnerId partner(request.partner_id());
  ZT_RETURN_IF_ERROR(CheckFirst(
      store_, [&](store::Snapshot& snapshot) { return CheckPartner(snapshot, partner); }));
  store::ServiceAccount account = NewSandboxAccount(
      TenantEmail(fmt::format("customer-{}", RandomBetween(100'000'000, 9'999'999'999))));
  ZT_ASSIGN_OR_RETURN(const auth::NewKey key,
                      auth::GenerateKey(account, kSandboxProject, token_uri_(), clock_.Now()));
  account.keys = {key.stored};
  const absl::Status written = store_.Write([&](store::Transaction& tx) -> absl::Status {
    ZT_RETURN_IF_ERROR(CheckPartner(tx, partner));
    ZT_ASSIGN_OR_RETURN(const CustomerId id, store::FreeCustomerId(tx));
    account.customers = {id};
    ZT_RETURN_IF_ERROR(
        tx.AddCustomer({.id = id,
                        .name = request.company_name(),
                        .owner_emails = {fmt::format("owner-{}@example.com", id.value())},
                        .admin_emails = {},
                        .language_code = "en-US",
                        .terms = accepted ? store::Terms::kAccepted : store::Terms::kNotAccepted,
                        .default_configuration = {},
                        .created = clock_.Now()},
                       partner, VendorId()));
    return tx.AddAccount(account);
  });
  ZT_RETURN_IF_ERROR(written);
  proto::Customer customer;
  customer.set_customer_id(account.customers[0].value());
  customer.set_partner_id(request.partner_id());
  customer.set_company_name(request.company_name());
  customer.set_terms_accepted(accepted);
  *customer.mutable_credentials() = MessageOfKey(key.file);
  return customer;
}

absl::StatusOr<Empty> TenantControl::SetTerms(const Anyone&,
                                              const proto::SetTermsRequest& request) {
  const store::Terms terms =
      request.accepted() ? store::Terms::kAccepted : store::Terms::kNotAccepted;
  const CustomerId customer = ParseCustomerName(request.name()).value_or(CustomerId());
  return EmptyUnless(
      store_.Write([&](store::Transaction& tx) { return tx.SetTerms(customer, terms); }),
      errors::UnknownResource("Customer", "zerotouchd admin customers list"));
}

absl::StatusOr<proto::Account> TenantControl::CreateAccount(
    const Anyone&, const proto::CreateAccountRequest& request) {
  if (request.partner_id() == 0 && request.customer_ids().empty()) {
    return errors::InvalidParameter("partner_id",
                                    "give partnerId, customerIds or both, for which it acts");
  }
  if (request.customer_ids_size() > limits::kCustomersOfAccount) {
    return errors::InvalidParameter(
        "customer_ids", fmt::format("use at most {} customers", limits::kCustomersOfAccount));
  }
  ZT_RETURN_IF_ERROR(CheckFirst(
      store_, [&](store::Snapshot& snapshot) { return CheckCompanies(snapshot, request); }));
  store::ServiceAccount account = NewSandboxAccount(
      TenantEmail(fmt::format("account-{}", RandomBetween(100'000'000, 9'999'999'999))));
  account.partner = PartnerId(request.partner_id());
  account.customers =
      std::vector<CustomerId>(request.customer_ids().begin(), request.customer_ids().end());
  SortUnique(account.customers);
  ZT_ASSIGN_OR_RETURN(const auth::NewKey key,
                      auth::GenerateKey(account, kSandboxProject, token_uri_(), clock_.Now()));
  account.keys = {key.stored};
  const absl::Status written = store_.Write([&](store::Transaction& tx) -> absl::Status {
    ZT_RETURN_IF_ERROR(CheckCompanies(tx, request));
    return tx.AddAccount(account);
  });
  ZT_RETURN_IF_ERROR(written);
  proto::Account made;
  made.set_email(account.email);
  *made.mutable_credentials() = MessageOfKey(key.file);
  return made;
}

absl::StatusOr<Empty> TenantControl::SetDisabled(const std::string& name, bool disabled) {
  return EmptyUnless(store_.Write([&](store::Transaction& tx) {
    return tx.SetAccountDisabled(EmailIn(name), disabled);
  }),
                     UnknownAccount());
}

absl::StatusOr<Empty> TenantControl::Disable(const Anyone&,
                                             const proto::DisableAccountRequest& request) {
  return SetDisabled(request.name(), true);
}

absl::StatusOr<Empty> TenantControl::Enable(const Anyone&,
                                            const proto::EnableAccountRequest& request) {
  return SetDisabled(request.name(), false);
}

absl::StatusOr<Empty> TenantControl::RevokeKeys(const Anyone&,
                                                const proto::RevokeKeysRequest& request) {
  const std::string email = EmailIn(request.name());
  return EmptyUnless(store_.Write([&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto account, tx.FindAccount(email));
    if (!account.has_value()) return UnknownAccount();
    for (const store::AccountKey& key : account->keys) {
      ZT_RETURN_IF_ERROR(tx.RevokeKey(email, key.key_id));
    }
    return absl::OkStatus();
  }),
                     UnknownAccount());
}

absl::StatusOr<proto::AccountKey> TenantControl::AddKey(const Anyone&,
                                                        const proto::AddKeyRequest& request) {
  const std::string email = EmailIn(request.name());
  std::optional<store::ServiceAccount> account;
  {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
    ZT_ASSIGN_OR_RETURN(account, snapshot->FindAccount(email));
  }
  if (!account.has_value()) return UnknownAccount();
  ZT_RETURN_IF_ERROR(CheckKeyCount(*account));
  ZT_ASSIGN_OR_RETURN(const auth::NewKey key,
                      auth::GenerateKey(*account, kSandboxProject, token_uri_(), clock_.Now()));
  const absl::Status status = store_.Write([&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto now, tx.FindAccount(email));
    if (!now.has_value()) return UnknownAccount();
    ZT_RETURN_IF_ERROR(CheckKeyCount(*now));
    return tx.AddKey(email, key.stored);
  });
  ZT_RETURN_IF_ERROR(status);
  proto::AccountKey added;
  *added.mutable_credentials() = MessageOfKey(key.file);
  return added;
}

}  // namespace zerotouch::sandbox
