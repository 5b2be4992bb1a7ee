#include "bench/registry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include "batch/claim.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "model/identity.h"
#include "store/store.h"

namespace zerotouch::bench {
namespace {

namespace fs = std::filesystem;

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

void AddCustomers(store::Store& store, int customers) {
  Check(store.Write([&](store::Transaction& tx) {
    absl::Status status;
    for (int i = 0; i < customers && status.ok(); ++i) {
      status = tx.AddCustomer(
          {.id = CustomerId(kFirstCustomer + i), .name = "Customer", .created = absl::Now()},
          kReseller, VendorId());
    }
    return status;
  }));
}

void ClaimDevices(store::Store& store, int64_t devices, int customers) {
  const RegistryRules rules;
  for (int64_t begin = 0; begin < devices; begin += kClaimsAtOnce) {
    const int64_t end = std::min(begin + kClaimsAtOnce, devices);
    std::vector<api::PartnerClaim> claims(static_cast<size_t>(end - begin));
    std::vector<const api::PartnerClaim*> items;
    for (int64_t i = begin; i < end; ++i) {
      api::PartnerClaim& claim = claims[static_cast<size_t>(i - begin)];
      claim.mutable_device_identifier()->set_imei(ImeiOf(i));
      claim.mutable_device_identifier()->set_manufacturer("Google");
      claim.mutable_device_identifier()->set_model("Pixel 8");
      claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      claim.set_customer_id(kFirstCustomer + i % customers);
      items.push_back(&claim);
    }
    Check(store.Write([&](store::Transaction& tx) {
      return batch::RunClaims(tx, kReseller, items, rules, absl::Now()).status();
    }));
    fmt::print(stderr, "\rmaking a registry of {} devices: {} %", devices, 100 * end / devices);
  }
  fmt::print(stderr, "\n");
}

}  // namespace

std::string ImeiOf(int64_t i) {
  // A bijection of the numbers below 10^12: the multiplier has no factor 2 or 5.
  const std::string digits = fmt::format("35{:012}", i * 618'033'988'751 % 1'000'000'000'000);
  return digits + LuhnDigit(digits);
}

Registry MakeRegistry(const std::string& folder, int64_t devices, int customers) {
  fs::create_directories(folder);
  const std::string stem = fs::absolute(folder) / fmt::format("registry-{}-{}", devices, customers);
  const Registry registry{.file = stem + ".db",
                          .reseller_key = stem + "-reseller.json",
                          .other_key = stem + "-other.json",
                          .devices = devices};
  if (fs::exists(registry.file)) return registry;
  const std::string unfinished = stem + ".part";
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) fs::remove(unfinished + suffix);
  {
    const std::unique_ptr<store::Store> store =
        store::Open("sqlite://" + unfinished, Clock::System()).value();
    AddReseller(*store, kReseller, registry.reseller_key);
    AddReseller(*store, kOtherReseller, registry.other_key);
    AddCustomers(*store, customers);
    ClaimDevices(*store, devices, customers);
  }
  // The server leaves the log for its next start: put all of it into one file.
  sqlite3* db = nullptr;
  sqlite3_open(unfinished.c_str(), &db);
  const int code = sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  if (code != SQLITE_OK) Check(absl::InternalError("the new registry cannot be checkpointed"));
  fs::remove(unfinished + "-lock");
  fs::rename(unfinished, registry.file);
  return registry;
}

std::string FreshCopy(const Registry& registry, const std::string& name) {
  const std::string copy = fs::path(registry.file).parent_path() / (name + ".db");
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) fs::remove(copy + suffix);
  fs::copy_file(registry.file, copy);
  const int fd = open(copy.c_str(), O_RDONLY);
  fsync(fd);
  close(fd);
  return copy;
}

std::vector<int64_t> PickDevices(int64_t devices, int64_t count, uint64_t seed) {
  std::vector<int64_t> all(static_cast<size_t>(devices));
  std::iota(all.begin(), all.end(), 0);
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < count; ++i) {
    std::uniform_int_distribution<int64_t> from(i, devices - 1);
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(from(random))]);
  }
  all.resize(static_cast<size_t>(count));
  return all;
}

}  // namespace zerotouch::bench
