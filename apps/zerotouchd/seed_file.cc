// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/seed_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "devices_csv/device_file.h"
#include "store/store.h"
#include "terminal/typed_text.h"
#include "wire/method_names.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

namespace fs = std::filesystem;

using sandbox::SeedClaim;

// A folder that the destructor deletes.
class ScratchFolder {
 public:
  static absl::StatusOr<std::unique_ptr<ScratchFolder>> Make() {
    std::error_code error;
    const fs::path path =
        fs::temp_directory_path(error) / fmt::format("zerotouch-seed-{}", RandomId());
    if (!error) fs::create_directory(path, error);
    if (error) {
      return absl::UnavailableError(fmt::format(
          "cannot create a temporary folder to check the seed: {}; set TMPDIR", error.message()));
    }
    return std::make_unique<ScratchFolder>(path);
  }
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string RegistryUrl() const { return fmt::format("sqlite:{}/registry.db", path_.string()); }

 private:
  const fs::path path_;
};

// Returns the id of the seed's customer; 0 if it does not have exactly one.
int64_t OnlyCustomerOf(const sandbox::proto::Seed& seed) {
  int64_t id = 0;
  int count = 0;
  for (const sandbox::proto::SeedReseller& reseller : seed.resellers()) {
    count += reseller.customers_size();
    if (reseller.customers_size() > 0) id = reseller.customers(0).customer_id();
  }
  return count == 1 ? id : 0;
}

// Reads the rows of the CSV file number `index` of the seed.
void ReadCsv(const fs::path& folder, const sandbox::proto::Seed& seed, int index,
             std::vector<SeedClaim>& claims, std::vector<Violation>& faults) {
  const std::string at = fmt::format("devices_csv[{}]", index);
  const std::string name = (folder / seed.devices_csv(index)).string();
  absl::StatusOr<std::string> bytes = ReadWholeFile(name, limits::kSeedFileBytes);
  if (!bytes.ok()) {
    faults.push_back({at, std::string(MessageOf(bytes.status()))});
    return;
  }
  absl::StatusOr<csv::DeviceFile> file = csv::DeviceFile::Open(*std::move(bytes));
  if (!file.ok()) {
    faults.push_back({at, std::string(MessageOf(file.status()))});
    return;
  }
  api::PartnerClaim defaults;
  defaults.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  defaults.set_customer_id(OnlyCustomerOf(seed));
  for (csv::CsvRecord row; claims.size() <= limits::kSeedDevices && file->Next(row);) {
    const std::string path = fmt::format("{} line {}", at, row.line);
    absl::StatusOr<api::PartnerClaim> claim = file->columns().ClaimOf(row, defaults);
    if (!claim.ok()) {
      faults.push_back({path, std::string(MessageOf(claim.status()))});
      continue;
    }
    SeedClaim& added = claims.emplace_back();
    added.path = path;
    added.claim = *std::move(claim);
  }
}

absl::StatusOr<sandbox::proto::Seed> ReadSeedFile(const std::string& file) {
  if (file.empty()) return sandbox::DefaultSeed();
  ZT_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(file, limits::kSeedFileBytes));
  sandbox::proto::Seed seed;
  const std::vector<Violation> faults = sandbox::ReadSeed(std::move(text), seed);
  if (faults.empty()) return seed;
  return absl::InvalidArgumentError(sandbox::DescribeFaults(faults));
}

// Appends the faults of the claims that the registry finds.
absl::Status TryOut(const PreparedSeed& prepared, const RegistryRules& rules,
                    std::vector<Violation>& faults) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> folder, ScratchFolder::Make());
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                      store::Open(folder->RegistryUrl(), Clock::System()));
  store->ShortenWaits(limits::kPlantWait);
  const absl::Status status = store->Write([&](store::Transaction& tx) {
    return sandbox::PlantSeed(tx, prepared.seed, prepared.claims, rules, Clock::System().Now(),
                              faults);
  });
  return faults.empty() ? status : absl::OkStatus();
}

absl::Status FindFaults(const std::string& file, const RegistryRules& rules,
                        PreparedSeed& prepared) {
  std::vector<Violation> faults = sandbox::CheckSeed(prepared.seed, wire::RpcNames());
  prepared.claims = sandbox::ClaimsOf(prepared.seed);
  const fs::path folder = fs::path(file).parent_path();
  for (int i = 0; i < prepared.seed.devices_csv_size(); ++i) {
    ReadCsv(folder, prepared.seed, i, prepared.claims, faults);
  }
  if (prepared.claims.size() > limits::kSeedDevices) {
    faults.push_back({"devices", fmt::format("too many devices: give at most {}, with those of "
                                             "devicesCsv",
                                             limits::kSeedDevices)});
  }
  sandbox::ResolveClaims(prepared.seed, prepared.claims, faults);
  if (faults.empty() && !prepared.claims.empty()) {
    ZT_RETURN_IF_ERROR(TryOut(prepared, rules, faults));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(sandbox::DescribeFaults(faults));
}

}  // namespace

absl::StatusOr<PreparedSeed> PrepareSeed(const std::string& file, const RegistryRules& rules) {
  PreparedSeed prepared;
  const auto in_file = [&](const absl::Status& status) {
    return absl::InvalidArgumentError(fmt::format("the seed {} has faults; nothing was made\n{}",
                                                  terminal::WithoutPasswords(file),
                                                  MessageOf(status)));
  };
  absl::StatusOr<sandbox::proto::Seed> seed = ReadSeedFile(file);
  if (absl::IsInvalidArgument(seed.status())) return in_file(seed.status());
  ZT_RETURN_IF_ERROR(seed.status());
  prepared.seed = *std::move(seed);
  sandbox::CompleteSeed(prepared.seed);
  const absl::Status status = FindFaults(file, rules, prepared);
  if (absl::IsInvalidArgument(status)) return in_file(status);
  ZT_RETURN_IF_ERROR(status);
  return prepared;
}

}  // namespace zerotouch::daemon
