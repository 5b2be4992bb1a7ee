// SPDX-License-Identifier: Apache-2.0
#include "bench/registry.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <random>

#include "batch/claim.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "model/identity.h"
#include "store/store.h"

namespace zerotouch::bench {
namespace {

constexpr int64_t kFirstCustomer = 800'000'000;
constexpr int64_t kClaimsAtOnce = 20'000;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

void AddReseller(store::Store& store, PartnerId partner, const std::string& key_path) {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Algorithm::kRs256).value();
  const crypto::KeyFile file{.project_id = "bench",
                             .private_key_id = fmt::format("{:040x}", partner.value()),
                             .private_key = key.ToPem(),
                             .client_email = fmt::format("r{}@bench.example", partner.value()),
                             .client_id = "1",
                             .auth_uri = "",
                             .token_uri = "http://127.0.0.1/token"};
  std::ofstream(key_path) << crypto::WriteKeyFile(file);
  Check(store.Write([&](store::Transaction& tx) -> absl::Status {
    absl::Status status = tx.AddPartner({.id = partner, .name = "Bench", .created = absl::Now()});
    if (!status.ok()) return status;
    return tx.AddAccount({.email = file.client_email,
                          .client_id = file.client_id,
                          .partner = partner,
                          .customers = {},
                          .disabled = false,
                          .keys = {{.key_id = file.private_key_id,
                                    .public_pem = key.Public().ToPem(),
                                    .created = absl::Now()}}});
  }));
}

void AddCustomers(store::Store& store, int reseller, int customers) {
  Check(store.Write([&](store::Transaction& tx) {
    absl::Status status;
    for (int i = 0; i < customers && status.ok(); ++i) {
      status = tx.AddCustomer(
          {.id = CustomerOf(reseller, i), .name = "Customer", .created = absl::Now()},
          PartnerId(kReseller.value() + reseller), VendorId());
    }
    return status;
  }));
}

// Claims the reseller's devices among [begin, end).
void ClaimDevices(store::Store& store, const Contents& contents, int64_t reseller, int64_t begin,
                  int64_t end) {
  const RegistryRules rules;
  std::vector<api::PartnerClaim> claims;
  for (int64_t i = begin; i < end; ++i) {
    if (i % contents.resellers != reseller) continue;
    api::PartnerClaim& claim = claims.emplace_back();
    claim.mutable_device_identifier()->set_imei(ImeiOf(i));
    claim.mutable_device_identifier()->set_manufacturer("Google");
    claim.mutable_device_identifier()->set_model("Pixel 8");
    if (contents.serials) claim.mutable_device_identifier()->set_serial_number(SerialOf(i));
    claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    claim.set_customer_id(
        CustomerOf(reseller, i / contents.resellers % contents.customers).value());
  }
  std::vector<const api::PartnerClaim*> items;
  for (const api::PartnerClaim& claim : claims) items.push_back(&claim);
  Check(store.Write([&](store::Transaction& tx) {
    return batch::RunClaims(tx, PartnerId(kReseller.value() + reseller), items, rules).status();
  }));
}

}  // namespace

std::string ImeiOf(int64_t i) {
  // A bijection of the numbers below 10^12: the multiplier has no factor 2 or 5.
  const std::string digits = fmt::format("35{:012}", i * 618'033'988'751 % 1'000'000'000'000);
  return digits + LuhnDigit(digits);
}

std::string SerialOf(int64_t i) {
  return fmt::format("S{:012}", i * 618'033'988'751 % 1'000'000'000'000);
}

CustomerId CustomerOf(int64_t reseller, int64_t customer) {
  return CustomerId(kFirstCustomer + reseller * 1'000'000 + customer);
}

std::string Registry::KeyOf(PartnerId reseller) const {
  return fmt::format("{}-{}.json", stem_, reseller.value());
}

void Registry::Fill(const std::string& url) const {
  umask(0077);  // serve refuses a registry that others can read
  const std::unique_ptr<store::Store> store = store::Open(url, Clock::System()).value();
  for (int reseller = 0; reseller < contents_.resellers; ++reseller) {
    const PartnerId id(kReseller.value() + reseller);
    AddReseller(*store, id, KeyOf(id));
    AddCustomers(*store, reseller, contents_.customers);
  }
  for (int64_t begin = 0; begin < contents_.devices; begin += kClaimsAtOnce) {
    const int64_t end = std::min(begin + kClaimsAtOnce, contents_.devices);
    for (int reseller = 0; reseller < contents_.resellers; ++reseller) {
      ClaimDevices(*store, contents_, reseller, begin, end);
    }
    fmt::print(stderr, "\rmaking a registry of {} devices: {} %", contents_.devices,
               100 * end / contents_.devices);
  }
  fmt::print(stderr, "\n");
}

std::vector<int64_t> PickDevices(const Contents& contents, int reseller, int64_t count,
                                 uint64_t seed) {
  std::vector<int64_t> all;
  for (int64_t i = reseller; i < contents.devices; i += contents.resellers) all.push_back(i);
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < count; ++i) {
    std::uniform_int_distribution<int64_t> from(i, static_cast<int64_t>(all.size()) - 1);
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(from(random))]);
  }
  all.resize(static_cast<size_t>(count));
  return all;
}

std::vector<ModemKey> ModemsOf(const std::vector<int64_t>& picks) {
  std::vector<ModemKey> modems;
  for (const int64_t pick : picks) modems.push_back(ModemKeyOfImei(ImeiOf(pick)));
  return modems;
}

}  // namespace zerotouch::bench
