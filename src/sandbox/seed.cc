// SPDX-License-Identifier: Apache-2.0
#include "sandbox/seed.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/random.h"
#include "base/terminal_text.h"
#include "json/json.h"
#include "store/company_ids.h"

namespace zerotouch::sandbox {
namespace {

constexpr std::string_view kEmailEnd = "@zerotouch-sandbox.iam.gserviceaccount.com";

// Returns an id like those of the API's samples that is not in `taken`, and adds it.
int64_t FreeId(std::set<int64_t>& taken) {
  for (;;) {
    const int64_t id = RandomBetween(100'000'000, 9'999'999'999);
    if (taken.insert(id).second) return id;
  }
}

// Replaces `"metadata": {"entries": {…}}`, Google's form, by the bare map, in place and
// without moving other bytes. A text that is not a seed stays as it is.
void FlattenMetadata(std::string& text) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  std::vector<std::pair<size_t, size_t>> blanks;  // begin and length
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  if (parser.iterate(text.data(), text.size(), text.capacity()).get(document) !=
      simdjson::SUCCESS) {
    return;
  }
  simdjson::ondemand::array devices;
  if (document["devices"].get(devices) != simdjson::SUCCESS) return;
  for (auto device : devices) {
    std::string_view outer;
    simdjson::ondemand::object metadata;
    if (device["metadata"].get(metadata) != simdjson::SUCCESS) continue;
    size_t members = 0;
    if (metadata.count_fields().get(members) != simdjson::SUCCESS || members != 1) continue;
    std::string_view inner;
    simdjson::ondemand::object entries;
    if (metadata["entries"].get(entries) != simdjson::SUCCESS ||
        entries.raw_json().get(inner) != simdjson::SUCCESS || metadata.reset().error() ||
        metadata.raw_json().get(outer) != simdjson::SUCCESS) {
      continue;
    }
    const auto begin = static_cast<size_t>(outer.data() - text.data());
    const auto inner_begin = static_cast<size_t>(inner.data() - text.data());
    const size_t end = outer.substr(0, outer.rfind('}')).size() + begin;
    blanks.emplace_back(begin, inner_begin - begin);
    blanks.emplace_back(end, 1);
  }
  for (const auto& [begin, length] : blanks) text.replace(begin, length, length, ' ');
}

// Returns `line 2` for a fault of a text that is not JSON, whose description ends with
// `at byte 42.`; empty for others.
std::string LineOf(std::string_view text, std::string_view description) {
  constexpr std::string_view kPlace = " at byte ";
  const size_t place = description.rfind(kPlace);
  if (place == std::string_view::npos) return "";
  description.remove_prefix(place + kPlace.size());
  size_t byte = 0;
  const char* const end = description.data() + description.size();
  const auto [rest, error] = std::from_chars(description.data(), end, byte);
  if (error != std::errc() || std::string_view(rest, static_cast<size_t>(end - rest)) != ".") {
    return "";
  }
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  return fmt::format("line {}", 1 + std::count(before.begin(), before.end(), '\n'));
}

void CompleteCustomer(proto::SeedCustomer& customer, int number, std::set<int64_t>& taken,
                      std::set<int64_t>& configurations) {
  if (customer.customer_id() == 0) customer.set_customer_id(FreeId(taken));
  if (customer.company_name().empty()) {
    customer.set_company_name(fmt::format("Sandbox Customer {}", number));
  }
  if (customer.owner_emails().empty()) {
    customer.add_owner_emails(fmt::format("owner-{}@example.com", number));
  }
  if (!customer.has_terms_accepted()) customer.set_terms_accepted(true);
  for (api::Configuration& configuration : *customer.mutable_configurations()) {
    while (configuration.configuration_id() == 0) {
      const int64_t id = store::RandomConfigurationId().value();
      if (configurations.insert(id).second) configuration.set_configuration_id(id);
    }
    const std::string& path = configuration.dpc_resource_path();
    if (!path.empty()) {
      configuration.set_dpc_resource_path(fmt::format(
          "customers/{}/dpcs/{}", customer.customer_id(), path.substr(path.rfind('/') + 1)));
    }
    if (configuration.company_name().empty()) {
      configuration.set_company_name(customer.company_name());
    }
    if (!customer.default_configuration().empty()) {
      configuration.set_is_default(configuration.configuration_name() ==
                                   customer.default_configuration());
    }
  }
}

void AddDefaultDpcs(proto::Seed& seed) {
  // As in the Android Management API's guide, "Provision a device".
  proto::SeedDpc& cloud = *seed.add_dpcs();
  cloud.set_dpc_id("clouddpc");
  cloud.set_package_name("com.google.android.apps.work.clouddpc");
  cloud.set_title("Android Device Policy");
  cloud.set_component("com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver");
  cloud.set_download_location(
      "https://play.google.com/managed/downloadManagingApp?identifier=setup");
  cloud.set_signature_checksum("I5YvS0O5hXY46mb01BlRjq4oJJGs2kuUcHvVkAPEXlg");
  proto::SeedDpc& sample = *seed.add_dpcs();
  sample.set_dpc_id("sandboxdpc");
  sample.set_package_name("com.example.sandboxdpc");
  sample.set_title("Sandbox DPC");
  sample.set_component("com.example.sandboxdpc/.AdminReceiver");
}

}  // namespace

std::string SandboxEmail(std::string_view name) { return fmt::format("{}{}", name, kEmailEnd); }

bool IsSandboxEmail(std::string_view email) { return email.ends_with(kEmailEnd); }

store::ServiceAccount NewSandboxAccount(std::string email) {
  return {.email = std::move(email),
          .client_id = fmt::format("1{:020}", RandomBetween(0, 999'999'999'999'999'999)),
          .partner = {},
          .customers = {},
          .disabled = false,
          .keys = {}};
}

proto::Seed DefaultSeed() {
  constexpr int kResellers = 2;
  constexpr int kCustomersEach = 2;
  proto::Seed seed;
  for (int i = 0; i < kResellers; ++i) {
    proto::SeedReseller& reseller = *seed.add_resellers();
    reseller.add_vendors();
    for (int j = 0; j < kCustomersEach; ++j) reseller.add_customers();
  }
  return seed;
}

std::vector<Violation> ReadSeed(std::string text, proto::Seed& seed) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.replace(0, kByteOrderMark.size(), 3, ' ');
  FlattenMetadata(text);
  std::vector<Violation> faults = json::Parse(text, seed);
  for (Violation& fault : faults) {
    if (fault.field.empty()) fault.field = LineOf(text, fault.description);
  }
  return faults;
}

void CompleteSeed(proto::Seed& seed) {
  std::set<int64_t> partners, vendors, customers, configurations;
  for (const proto::SeedReseller& reseller : seed.resellers()) {
    partners.insert(reseller.partner_id());
    for (const auto& vendor : reseller.vendors()) vendors.insert(vendor.vendor_id());
    for (const auto& customer : reseller.customers()) {
      customers.insert(customer.customer_id());
      for (const auto& configuration : customer.configurations()) {
        configurations.insert(configuration.configuration_id());
      }
    }
  }
  int reseller_number = 0, vendor_number = 0, customer_number = 0, account_number = 0;
  for (proto::SeedReseller& reseller : *seed.mutable_resellers()) {
    ++reseller_number;
    if (reseller.partner_id() == 0) reseller.set_partner_id(FreeId(partners));
    if (reseller.name().empty()) {
      reseller.set_name(fmt::format("Sandbox Reseller {}", reseller_number));
    }
    for (proto::SeedVendor& vendor : *reseller.mutable_vendors()) {
      ++vendor_number;
      if (vendor.vendor_id() == 0) vendor.set_vendor_id(FreeId(vendors));
      if (vendor.company_name().empty()) {
        vendor.set_company_name(fmt::format("Sandbox Vendor {}", vendor_number));
      }
    }
    for (proto::SeedCustomer& customer : *reseller.mutable_customers()) {
      CompleteCustomer(customer, ++customer_number, customers, configurations);
    }
  }
  if (seed.dpcs().empty()) AddDefaultDpcs(seed);
  for (proto::SeedDpc& dpc : *seed.mutable_dpcs()) {
    if (dpc.title().empty()) dpc.set_title(dpc.dpc_id());
  }
  for (proto::SeedAccount& account : *seed.mutable_accounts()) {
    ++account_number;
    if (account.email().empty()) {
      account.set_email(SandboxEmail(fmt::format("account-{}", account_number)));
    }
  }
}

std::string DescribeFaults(const std::vector<Violation>& faults) {
  std::string lines;
  size_t shown = 0;
  for (const Violation& fault : faults) {
    if (++shown > limits::kReportedSeedFaults) {
      lines += fmt::format("\nand {} more", faults.size() - limits::kReportedSeedFaults);
      break;
    }
    std::string path;
    for (size_t i = 0; i < fault.field.size(); ++i) {
      const bool begins_word = fault.field[i] == '_' && i + 1 < fault.field.size();
      path += begins_word ? static_cast<char>(std::toupper(fault.field[++i])) : fault.field[i];
    }
    if (!lines.empty()) lines += '\n';
    lines += ForTerminal(path.empty() ? fault.description
                                      : fmt::format("{}: {}", path, fault.description));
  }
  return lines;
}

}  // namespace zerotouch::sandbox
