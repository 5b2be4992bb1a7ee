// SPDX-License-Identifier: Apache-2.0
// The rules for a seed, and for what its devices refer to.

#include <fmt/format.h>

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/limits.h"
#include "model/company.h"
#include "model/configuration.h"
#include "model/dpc.h"
#include "sandbox/fault_check.h"
#include "sandbox/seed.h"

namespace zerotouch::sandbox {
namespace {

// Collects the faults of a seed.
class SeedChecker {
 public:
  SeedChecker(const proto::Seed& seed, const MethodNames& names) : seed_(seed), names_(names) {}

  std::vector<Violation> Run() {
    if (seed_.resellers().empty()) Add("resellers", "give at least one reseller");
    for (const proto::SeedDpc& dpc : seed_.dpcs()) dpcs_.push_back(dpc.dpc_id());
    for (int i = 0; i < seed_.resellers_size(); ++i) {
      CheckReseller(fmt::format("resellers[{}]", i), seed_.resellers(i));
    }
    for (int i = 0; i < seed_.dpcs_size(); ++i) {
      CheckDpc(fmt::format("dpcs[{}]", i), seed_.dpcs(i));
    }
    for (int i = 0; i < seed_.accounts_size(); ++i) {
      CheckAccount(fmt::format("accounts[{}]", i), seed_.accounts(i));
    }
    CheckRules();
    return std::move(faults_);
  }

 private:
  void Add(std::string path, std::string_view description) {
    if (!description.empty()) faults_.push_back({std::move(path), std::string(description)});
  }
  void AddText(std::string path, std::string_view text) { Add(std::move(path), NameFault(text)); }

  void AddId(std::string path, int64_t id, std::set<int64_t>& seen) {
    if (id <= 0) {
      Add(std::move(path), "use a positive number");
    } else if (!seen.insert(id).second) {
      Add(std::move(path), fmt::format("{} is given twice: use another id", id));
    }
  }

  void CheckReseller(const std::string& path, const proto::SeedReseller& reseller) {
    AddId(path + ".partner_id", reseller.partner_id(), partners_);
    AddText(path + ".name", reseller.name());
    for (int i = 0; i < reseller.vendors_size(); ++i) {
      const std::string vendor = fmt::format("{}.vendors[{}]", path, i);
      AddId(vendor + ".vendor_id", reseller.vendors(i).vendor_id(), vendors_);
      AddText(vendor + ".company_name", reseller.vendors(i).company_name());
    }
    for (int i = 0; i < reseller.customers_size(); ++i) {
      CheckCustomer(fmt::format("{}.customers[{}]", path, i), reseller.customers(i));
    }
  }

  void CheckCustomer(const std::string& path, const proto::SeedCustomer& customer) {
    AddId(path + ".customer_id", customer.customer_id(), customers_);
    AddText(path + ".company_name", customer.company_name());
    for (int i = 0; i < customer.owner_emails_size(); ++i) {
      Add(fmt::format("{}.owner_emails[{}]", path, i), EmailFault(customer.owner_emails(i)));
    }
    std::set<std::string> names;
    int defaults = 0;
    for (int i = 0; i < customer.configurations_size(); ++i) {
      const api::Configuration& configuration = customer.configurations(i);
      const std::string at = fmt::format("{}.configurations[{}]", path, i);
      AddId(at + ".configuration_id", configuration.configuration_id(), configurations_);
      CheckConfigurationOf(at, CustomerId(customer.customer_id()), configuration);
      if (!names.insert(configuration.configuration_name()).second) {
        Add(at + ".configuration_name", "another configuration has this name: use another one");
      }
      defaults += configuration.is_default() ? 1 : 0;
    }
    const std::string& name = customer.default_configuration();
    if (!name.empty() && !names.contains(name)) {
      Add(path + ".default_configuration",
          fmt::format("no configuration \"{}\": use a configurationName of this customer", name));
    } else if (defaults > 1) {
      Add(path + ".configurations", "several have isDefault: give one, or defaultConfiguration");
    }
  }

  void CheckConfigurationOf(const std::string& path, CustomerId customer,
                            const api::Configuration& configuration) {
    constexpr std::string_view kRoot = "configuration";
    for (const Violation& fault : CheckConfiguration(customer, configuration, dpcs_)) {
      std::string_view field = fault.field;
      if (field.starts_with(kRoot)) field.remove_prefix(kRoot.size());
      const bool is_dpc = field == ".dpc_resource_path";
      Add(fmt::format("{}{}", path, field),
          is_dpc ? "use dpcs/ID, with the dpcId of one of this file's dpcs" : fault.description);
    }
  }

  void CheckDpc(const std::string& path, const proto::SeedDpc& dpc) {
    Add(path + ".dpc_id", DpcIdFault(dpc.dpc_id()));
    if (!dpc_ids_.insert(dpc.dpc_id()).second) {
      Add(path + ".dpc_id", "it is given twice: use another id");
    }
    AddText(path + ".package_name", dpc.package_name());
    AddText(path + ".title", dpc.title());
    Add(path + ".component", ComponentFault(dpc.component()));
    Add(path + ".download_location", DownloadLocationFault(dpc.download_location()));
    Add(path + ".signature_checksum", SignatureChecksumFault(dpc.signature_checksum()));
  }

  void CheckAccount(const std::string& path, const proto::SeedAccount& account) {
    Add(path + ".email", EmailFault(account.email()));
    if (!emails_.insert(account.email()).second) {
      Add(path + ".email", "it is given twice: use another address");
    }
    if (account.partner_id() == 0 && account.customer_ids().empty()) {
      Add(path, "give partnerId, customerIds or both: the companies that it acts for");
    }
    if (account.partner_id() != 0 && !partners_.contains(account.partner_id())) {
      Add(path + ".partner_id", "unknown reseller: use a partnerId of this file");
    }
    for (int i = 0; i < account.customer_ids_size(); ++i) {
      if (customers_.contains(account.customer_ids(i))) continue;
      Add(fmt::format("{}.customer_ids[{}]", path, i),
          "unknown customer: use a customerId of this file");
    }
  }

  void CheckRules() {
    size_t bytes = 0;
    for (int i = 0; i < seed_.faults_size(); ++i) {
      bytes += seed_.faults(i).ByteSizeLong();
      for (const Violation& fault : CheckFault(seed_.faults(i), names_)) {
        constexpr std::string_view kRoot = "fault";
        Add(fmt::format("faults[{}]{}", i, fault.field.substr(kRoot.size())), fault.description);
      }
    }
    if (static_cast<size_t>(seed_.faults_size()) > limits::kFaultRules ||
        bytes > limits::kFaultRulesBytes) {
      Add("faults", fmt::format("too many rules: give at most {}, of {} MiB together",
                                limits::kFaultRules, limits::kFaultRulesBytes >> 20));
    }
  }

  const proto::Seed& seed_;
  const MethodNames& names_;
  std::vector<Violation> faults_;
  std::vector<std::string> dpcs_;
  std::set<int64_t> partners_, vendors_, customers_, configurations_;
  std::set<std::string> dpc_ids_, emails_;
};

// Finds the companies and configurations that claims refer to.
class SeedIndex {
 public:
  explicit SeedIndex(const proto::Seed& seed) {
    for (const proto::SeedReseller& reseller : seed.resellers()) {
      resellers_[reseller.partner_id()] = &reseller;
      for (const proto::SeedCustomer& customer : reseller.customers()) {
        customers_[customer.customer_id()] = {&reseller, &customer};
      }
    }
  }

  // Fills in the claim. Returns the faults: the field and the description.
  std::vector<Violation> Resolve(SeedClaim& claim) const {
    const proto::SeedReseller* reseller = ResellerOf(claim);
    if (reseller == nullptr) {
      return {{".partner_id", claim.partner
                                  ? "unknown reseller: use a partnerId of this file"
                                  : "give the partnerId of one of this file's resellers"}};
    }
    claim.partner = PartnerId(reseller->partner_id());
    if (claim.claim.customer_id() == 0 && reseller->customers_size() == 1) {
      claim.claim.set_customer_id(reseller->customers(0).customer_id());
    }
    const auto found = customers_.find(claim.claim.customer_id());
    if (found == customers_.end() || found->second.first != reseller) {
      return {{".customer_id", "use the customerId of one of this reseller's customers"}};
    }
    if (claim.configuration.empty()) return {};
    for (const api::Configuration& one : found->second.second->configurations()) {
      if (one.configuration_name() != claim.configuration) continue;
      claim.claim.set_configuration_id(one.configuration_id());
      return {};
    }
    return {{".configuration", fmt::format("no configuration \"{}\": use a configurationName of "
                                           "this customer",
                                           claim.configuration)}};
  }

 private:
  const proto::SeedReseller* ResellerOf(const SeedClaim& claim) const {
    if (claim.partner) {
      const auto found = resellers_.find(claim.partner.value());
      return found == resellers_.end() ? nullptr : found->second;
    }
    const auto customer = customers_.find(claim.claim.customer_id());
    if (customer != customers_.end()) return customer->second.first;
    return resellers_.size() == 1 ? resellers_.begin()->second : nullptr;
  }

  absl::flat_hash_map<int64_t, const proto::SeedReseller*> resellers_;
  absl::flat_hash_map<int64_t, std::pair<const proto::SeedReseller*, const proto::SeedCustomer*>>
      customers_;
};

}  // namespace

std::vector<Violation> CheckSeed(const proto::Seed& seed, const MethodNames& names) {
  return SeedChecker(seed, names).Run();
}

std::vector<SeedClaim> ClaimsOf(const proto::Seed& seed) {
  std::vector<SeedClaim> claims;
  claims.reserve(static_cast<size_t>(seed.devices_size()));
  for (int i = 0; i < seed.devices_size(); ++i) {
    const proto::SeedDevice& device = seed.devices(i);
    SeedClaim& claim = claims.emplace_back();
    claim.path = fmt::format("devices[{}]", i);
    claim.partner = PartnerId(device.partner_id());
    claim.configuration = device.configuration();
    if (device.has_device_identifier()) {
      *claim.claim.mutable_device_identifier() = device.device_identifier();
    }
    claim.claim.set_section_type(device.section_type() == api::SECTION_TYPE_UNSPECIFIED
                                     ? api::SECTION_TYPE_ZERO_TOUCH
                                     : device.section_type());
    claim.claim.set_customer_id(device.customer_id());
    if (!device.metadata().empty()) {
      *claim.claim.mutable_device_metadata()->mutable_entries() = device.metadata();
    }
  }
  return claims;
}

void ResolveClaims(const proto::Seed& seed, std::vector<SeedClaim>& claims,
                   std::vector<Violation>& faults) {
  const SeedIndex index(seed);
  std::vector<SeedClaim> resolved;
  resolved.reserve(claims.size());
  for (SeedClaim& claim : claims) {
    std::vector<Violation> found = index.Resolve(claim);
    for (Violation& fault : found) {
      faults.push_back({claim.path + fault.field, std::move(fault.description)});
    }
    if (found.empty()) resolved.push_back(std::move(claim));
  }
  claims = std::move(resolved);
}

}  // namespace zerotouch::sandbox
