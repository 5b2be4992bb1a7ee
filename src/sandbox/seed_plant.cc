// SPDX-License-Identifier: Apache-2.0
// Adds a seed to an empty registry.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/claim.h"
#include "model/outcome.h"
#include "sandbox/seed.h"
#include "service/configuration_message.h"

namespace zerotouch::sandbox {
namespace {

// Items that are claimed at once, as in a batch.
constexpr size_t kClaimsAtOnce = 1'000;

absl::Status AddSeedCustomer(store::Transaction& tx, PartnerId partner,
                             const proto::SeedCustomer& customer, absl::Time now) {
  const CustomerId id(customer.customer_id());
  ZT_RETURN_IF_ERROR(tx.AddCustomer(
      {.id = id,
       .name = customer.company_name(),
       .owner_emails = {customer.owner_emails().begin(), customer.owner_emails().end()},
       .admin_emails = {},
       .language_code = "en-US",
       .terms = customer.terms_accepted() ? store::Terms::kAccepted : store::Terms::kNotAccepted,
       .default_configuration = {},
       .created = now},
      partner, VendorId()));
  for (const api::Configuration& configuration : customer.configurations()) {
    ZT_RETURN_IF_ERROR(tx.PutConfiguration(service::StoredConfiguration(
        id, ConfigurationId(configuration.configuration_id()), configuration)));
  }
  return absl::OkStatus();
}

absl::Status AddSeedReseller(store::Transaction& tx, const proto::SeedReseller& reseller,
                             absl::Time now) {
  const PartnerId partner(reseller.partner_id());
  ZT_RETURN_IF_ERROR(tx.AddPartner({.id = partner, .name = reseller.name(), .created = now}));
  for (const proto::SeedVendor& vendor : reseller.vendors()) {
    ZT_RETURN_IF_ERROR(tx.AddVendor({.id = VendorId(vendor.vendor_id()),
                                     .partner = partner,
                                     .name = vendor.company_name(),
                                     .created = now}));
  }
  for (const proto::SeedCustomer& customer : reseller.customers()) {
    ZT_RETURN_IF_ERROR(AddSeedCustomer(tx, partner, customer, now));
  }
  return absl::OkStatus();
}

absl::Status AddSeedAccounts(store::Transaction& tx, const proto::Seed& seed) {
  std::set<int64_t> partners, customers;  // that the seed's accounts act for
  for (const proto::SeedAccount& given : seed.accounts()) {
    store::ServiceAccount account = NewSandboxAccount(given.email());
    account.partner = PartnerId(given.partner_id());
    account.customers =
        std::vector<CustomerId>(given.customer_ids().begin(), given.customer_ids().end());
    SortUnique(account.customers);
    ZT_RETURN_IF_ERROR(tx.AddAccount(account));
    partners.insert(given.partner_id());
    customers.insert(given.customer_ids().begin(), given.customer_ids().end());
  }
  for (int i = 0; i < seed.resellers_size(); ++i) {
    const proto::SeedReseller& reseller = seed.resellers(i);
    if (!partners.contains(reseller.partner_id())) {
      store::ServiceAccount account =
          NewSandboxAccount(SandboxEmail(fmt::format("reseller-{}", i + 1)));
      account.partner = PartnerId(reseller.partner_id());
      ZT_RETURN_IF_ERROR(tx.AddAccount(account));
    }
    for (const proto::SeedCustomer& customer : reseller.customers()) {
      if (customers.contains(customer.customer_id())) continue;
      store::ServiceAccount account =
          NewSandboxAccount(SandboxEmail(fmt::format("customer-{}", customer.customer_id())));
      account.customers = {CustomerId(customer.customer_id())};
      ZT_RETURN_IF_ERROR(tx.AddAccount(account));
    }
  }
  return absl::OkStatus();
}

// Claims those of `claims`, which are all of one reseller, in their order.
absl::Status AddDevices(store::Transaction& tx, const std::vector<const SeedClaim*>& claims,
                        const RegistryRules& rules, std::vector<Violation>& faults) {
  for (size_t begin = 0; begin < claims.size(); begin += kClaimsAtOnce) {
    const size_t end = std::min(claims.size(), begin + kClaimsAtOnce);
    std::vector<const api::PartnerClaim*> items;
    for (size_t i = begin; i < end; ++i) items.push_back(&claims[i]->claim);
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        batch::RunClaims(tx, claims[begin]->partner, items, rules));
    for (size_t i = begin; i < end; ++i) {
      const absl::Status status = StatusOf(results[i - begin].outcome);
      if (!status.ok()) faults.push_back({claims[i]->path, std::string(MessageOf(status))});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PlantSeed(store::Transaction& transaction, const proto::Seed& seed,
                       const std::vector<SeedClaim>& claims, const RegistryRules& rules,
                       absl::Time now, std::vector<Violation>& faults) {
  faults.clear();  // a store may run the transaction again
  for (const proto::SeedDpc& dpc : seed.dpcs()) {
    ZT_RETURN_IF_ERROR(transaction.PutDpc({.id = dpc.dpc_id(),
                                           .package_name = dpc.package_name(),
                                           .title = dpc.title(),
                                           .component = dpc.component(),
                                           .download_location = dpc.download_location(),
                                           .signature_checksum = dpc.signature_checksum()}));
  }
  for (const proto::SeedReseller& reseller : seed.resellers()) {
    ZT_RETURN_IF_ERROR(AddSeedReseller(transaction, reseller, now));
  }
  ZT_RETURN_IF_ERROR(AddSeedAccounts(transaction, seed));
  for (const proto::SeedReseller& reseller : seed.resellers()) {
    std::vector<const SeedClaim*> own;
    for (const SeedClaim& claim : claims) {
      if (claim.partner == PartnerId(reseller.partner_id())) own.push_back(&claim);
    }
    ZT_RETURN_IF_ERROR(AddDevices(transaction, own, rules, faults));
  }
  return faults.empty() ? absl::OkStatus() : absl::InvalidArgumentError("the seed has faults");
}

}  // namespace zerotouch::sandbox
