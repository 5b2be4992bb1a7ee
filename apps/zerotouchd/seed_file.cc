// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/seed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
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

// Appends to `faults` what is wrong with the file as JSON of a seed.
absl::StatusOr<sandbox::proto::Seed> ReadSeedFile(const std::string& file,
                                                  std::vector<Violation>& faults) {
  if (file.empty()) return sandbox::DefaultSeed();
  ZT_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(file, limits::kSeedFileBytes));
  sandbox::proto::Seed seed;
  faults = sandbox::ReadSeed(std::move(text), seed);
  return seed;
}

// Returns true if what was read after such faults is all that the file has.
bool ReadToTheEnd(const std::vector<Violation>& faults) {
  return faults.size() < limits::kReportedViolations &&
         std::none_of(faults.begin(), faults.end(),
                      [](const Violation& fault) { return fault.field.starts_with("line "); });
}

// Returns true if `path` is `outer` or a part of it.
bool IsWithin(std::string_view path, std::string_view outer) {
  if (!path.starts_with(outer)) return false;
  path.remove_prefix(outer.size());
  return path.empty() || path.front() == '.' || path.front() == '[';
}

// Returns true if a fault at `path` may only follow from one of the others: what that is
// about was not read.
bool FollowsFrom(std::string_view path, const std::vector<Violation>& others) {
  return std::any_of(others.begin(), others.end(), [&](const Violation& other) {
    const bool is_value = other.description.starts_with("Invalid value");
    return IsWithin(other.field, path) || (is_value && IsWithin(path, other.field));
  });
}

// Returns the ids of the seed's companies, without anything that can be wrong with them.
// If an id is given twice, its last place counts, as for the claims.
sandbox::proto::Seed BareCompaniesOf(const sandbox::proto::Seed& seed) {
  sandbox::proto::Seed bare;
  std::set<int64_t> partners, customers;
  for (int i = seed.resellers_size(); i-- > 0;) {
    const sandbox::proto::SeedReseller& reseller = seed.resellers(i);
    if (reseller.partner_id() <= 0 || !partners.insert(reseller.partner_id()).second) continue;
    sandbox::proto::SeedReseller& added = *bare.add_resellers();
    added.set_partner_id(reseller.partner_id());
    for (int j = reseller.customers_size(); j-- > 0;) {
      const int64_t id = reseller.customers(j).customer_id();
      if (id > 0 && customers.insert(id).second) added.add_customers()->set_customer_id(id);
    }
  }
  sandbox::CompleteSeed(bare);
  return bare;
}

// Returns what is left of a seed that has faults, to find those of its claims.
PreparedSeed WithoutFaults(const PreparedSeed& prepared) {
  PreparedSeed bare{.seed = BareCompaniesOf(prepared.seed), .claims = prepared.claims};
  for (SeedClaim& claim : bare.claims) claim.claim.clear_configuration_id();
  return bare;
}

// Sets `faults` to those of the claims that the registry finds.
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

// Completes the seed and fills in its claims. Appends its faults.
absl::Status FindFaults(const std::string& file, const RegistryRules& rules, PreparedSeed& prepared,
                        std::vector<Violation>& faults) {
  sandbox::CompleteSeed(prepared.seed);
  faults = sandbox::CheckSeed(prepared.seed, wire::RpcNames());
  prepared.claims = sandbox::ClaimsOf(prepared.seed);
  const fs::path folder = fs::path(file).parent_path();
  for (int i = 0; i < prepared.seed.devices_csv_size(); ++i) {
    ReadCsv(folder, prepared.seed, i, prepared.claims, faults);
  }
  if (prepared.claims.size() > limits::kSeedDevices) {
    faults.push_back({"devices", fmt::format("too many devices: give at most {}, with those of "
                                             "devicesCsv",
                                             limits::kSeedDevices)});
    return absl::OkStatus();
  }
  sandbox::ResolveClaims(prepared.seed, prepared.claims, faults);
  if (prepared.claims.empty()) return absl::OkStatus();
  std::vector<Violation> of_claims;
  ZT_RETURN_IF_ERROR(TryOut(faults.empty() ? prepared : WithoutFaults(prepared), rules, of_claims));
  faults.insert(faults.end(), of_claims.begin(), of_claims.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PreparedSeed> PrepareSeed(const std::string& file, const RegistryRules& rules) {
  PreparedSeed prepared;
  std::vector<Violation> faults;
  ZT_ASSIGN_OR_RETURN(prepared.seed, ReadSeedFile(file, faults));
  if (ReadToTheEnd(faults)) {
    std::vector<Violation> more;
    ZT_RETURN_IF_ERROR(FindFaults(file, rules, prepared, more));
    std::erase_if(more, [&](const Violation& fault) { return FollowsFrom(fault.field, faults); });
    faults.insert(faults.end(), more.begin(), more.end());
  }
  if (faults.empty()) return prepared;
  return absl::InvalidArgumentError(fmt::format("the seed {} has faults; nothing was made\n{}",
                                                terminal::WithoutPasswords(file),
                                                sandbox::DescribeFaults(faults)));
}

}  // namespace zerotouch::daemon
