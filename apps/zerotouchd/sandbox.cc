// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "auth/account_keys.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "sandbox/seed.h"
#include "sandbox/state_control.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

constexpr char kProject[] = "zerotouch-sandbox";
// Returns true if the seed gave the account.
bool IsInSeed(const std::string& email, const sandbox::proto::Seed& seed) {
  return std::any_of(seed.accounts().begin(), seed.accounts().end(),
                     [&](const auto& account) { return account.email() == email; });
}

// Returns the accounts that get key files: those that sandboxes make, and those of the
// seed. Sorted by e-mail address.
absl::StatusOr<std::vector<store::ServiceAccount>> SandboxAccounts(
    store::Store& store, const sandbox::proto::Seed& seed) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(std::vector<store::ServiceAccount> accounts, snapshot->ListAccounts());
  std::erase_if(accounts, [&](const store::ServiceAccount& account) {
    return !sandbox::IsSandboxEmail(account.email) && !IsInSeed(account.email, seed);
  });
  return accounts;
}

// Returns the path of the account's key file. An address that is not a sandbox's may have
// characters that a file name cannot have, so its digest keeps names apart.
std::string FileOf(const std::string& dir, const store::ServiceAccount& account) {
  const std::string name = account.email.substr(0, account.email.find('@'));
  if (sandbox::IsSandboxEmail(account.email)) return fmt::format("{}/{}.json", dir, name);
  std::string plain;
  for (const char c : name.substr(0, limits::kKeyFileNameBytes)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
    plain += fits ? c : '_';
  }
  std::string digest;
  for (const char byte : crypto::Sha256(account.email).substr(0, 4)) {
    digest += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("{}/account-{}-{}.json", dir, plain, digest);
}

// Returns the account's key file; nullopt if it is missing or damaged.
std::optional<crypto::KeyFile> ReadKeyFile(const std::string& path,
                                           const store::ServiceAccount& account) {
  const auto content = ReadSmallFile(path);
  if (!content.ok() || !content->has_value()) return std::nullopt;
  absl::StatusOr<crypto::KeyFile> file = crypto::ParseKeyFile(**content);
  if (!file.ok() || file->client_email != account.email) {
    log::Warning("replacing a damaged key file by a new key", {{"file", path}});
    return std::nullopt;
  }
  return *std::move(file);
}

// Generates a key of the account and its file.
absl::Status MakeKeyFile(store::Store& store, const Clock& clock, const std::string& path,
                         const Endpoint& endpoint, const store::ServiceAccount& account) {
  ZT_ASSIGN_OR_RETURN(const auth::NewKey made, auth::GenerateKey(account, sandbox::kSandboxProject,
                                                                 endpoint.TokenUri(), clock.Now()));
  ZT_RETURN_IF_ERROR(
      store.Write([&](store::Transaction& tx) { return tx.AddKey(account.email, made.stored); }));
  return ReplaceFile(path, crypto::WriteKeyFile(made.file));
}

absl::Status EnsureKeyFile(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint, const store::ServiceAccount& account,
                           UnknownKey unknown) {
  const std::string path = FileOf(dir, account);
  std::optional<crypto::KeyFile> file = ReadKeyFile(path, account);
  if (!file.has_value()) return MakeKeyFile(store, clock, path, endpoint, account);
  if (file->token_uri != endpoint.TokenUri()) {
    file->token_uri = endpoint.TokenUri();
    ZT_RETURN_IF_ERROR(ReplaceFile(path, crypto::WriteKeyFile(*file)));
  }
  for (const store::AccountKey& key : account.keys) {
    if (key.key_id == file->private_key_id) return absl::OkStatus();
  }
  if (unknown == UnknownKey::kKeep) {
    log::Warning(
        "the key of a key file is revoked; delete the file to get a new key, or reset the "
        "sandbox",
        {{"file", path}});
    return absl::OkStatus();
  }
  ZT_ASSIGN_OR_RETURN(const crypto::PrivateKey key, crypto::PrivateKey::FromPem(file->private_key));
  const store::AccountKey added{
      .key_id = file->private_key_id, .public_pem = key.Public().ToPem(), .created = clock.Now()};
  return store.Write([&](store::Transaction& tx) { return tx.AddKey(account.email, added); });
}

void AppendQuoted(std::string_view name, std::string_view value, std::string& json) {
  json += fmt::format("\"{}\":", name);
  AppendJsonString(value, json);
}

template <class Rows>
std::string IdList(const Rows& rows) {
  std::string list = "[";
  for (const auto& row : rows) {
    list += fmt::format("{}\"{}\"", list.size() > 1 ? "," : "", row.id.value());
  }
  return list + "]";
}

// Writes the ready line. A company is listed with the key file of the first account that
// acts for it.
class Description {
 public:
  Description(store::Snapshot& snapshot, const std::string& dir, const sandbox::proto::Seed& seed)
      : snapshot_(snapshot), dir_(dir), seed_(seed) {}

  absl::Status AddCompaniesOf(const store::ServiceAccount& account) {
    if (account.partner && partners_.insert(account.partner.value()).second) {
      ZT_RETURN_IF_ERROR(AddReseller(account));
    }
    for (const CustomerId customer : account.customers) {
      if (!customers_.insert(customer.value()).second) continue;
      customer_list_ += fmt::format("{}{{\"customerId\":\"{}\",", customer_list_.empty() ? "" : ",",
                                    customer.value());
      AppendQuoted("credentials", FileOf(dir_, account), customer_list_);
      customer_list_ += '}';
    }
    return absl::OkStatus();
  }

  void AddAccount(const store::ServiceAccount& account) {
    account_list_ += account_list_.empty() ? "{" : ",{";
    AppendQuoted("email", account.email, account_list_);
    account_list_ += ',';
    AppendQuoted("credentials", FileOf(dir_, account), account_list_);
    account_list_ += '}';
  }

  std::string Line(const Endpoint& endpoint) {
    std::ranges::stable_sort(resellers_, {}, &std::pair<int, std::string>::first);
    std::string reseller_list;
    for (const auto& [place, one] : resellers_) {
      reseller_list += (reseller_list.empty() ? "" : ",") + one;
    }
    const std::string accounts =
        account_list_.empty() ? "" : fmt::format(",\"accounts\":[{}]", account_list_);
    return fmt::format(
        "{{\"endpoint\":\"{}\",\"grpcEndpoint\":\"{}\",\"resellers\":[{}],"
        "\"customers\":[{}]{}}}\n",
        endpoint.http, endpoint.grpc, reseller_list, customer_list_, accounts);
  }

 private:
  absl::Status AddReseller(const store::ServiceAccount& account) {
    ZT_ASSIGN_OR_RETURN(const auto partner, snapshot_.FindPartner(account.partner));
    ZT_ASSIGN_OR_RETURN(const auto vendors, snapshot_.ListVendors(account.partner, VendorId(), 0));
    ZT_ASSIGN_OR_RETURN(const auto customers,
                        snapshot_.ListCustomersOfPartner(account.partner, CustomerId(), 0));
    std::string one = fmt::format("{{\"partnerId\":\"{}\",", account.partner.value());
    AppendQuoted("name", partner.has_value() ? partner->name : "", one);
    one += ',';
    AppendQuoted("credentials", FileOf(dir_, account), one);
    one += fmt::format(",\"vendorIds\":{},\"customerIds\":{}}}", IdList(vendors.rows),
                       IdList(customers.rows));
    resellers_.emplace_back(PlaceOf(account.partner), std::move(one));
    return absl::OkStatus();
  }

  // Returns the place of the reseller in the seed; others are behind them.
  int PlaceOf(PartnerId partner) const {
    int place = 0;
    while (place < seed_.resellers_size() &&
           seed_.resellers(place).partner_id() != partner.value()) {
      ++place;
    }
    return place;
  }

  store::Snapshot& snapshot_;
  const std::string& dir_;
  std::set<int64_t> partners_, customers_;  // that are listed
  const sandbox::proto::Seed& seed_;
  std::vector<std::pair<int, std::string>> resellers_;  // with their places
  std::string customer_list_, account_list_;
};

// Returns the parts of a seed that a sandbox needs after its first start.
sandbox::proto::Seed ToKeep(const sandbox::proto::Seed& seed) {
  sandbox::proto::Seed kept;
  *kept.mutable_accounts() = seed.accounts();
  *kept.mutable_faults() = seed.faults();
  for (const sandbox::proto::SeedReseller& reseller : seed.resellers()) {
    kept.add_resellers()->set_partner_id(reseller.partner_id());
  }
  return kept;
}

// Returns the note of the state that the seed made; nullopt if no state is kept.
absl::StatusOr<std::optional<std::string>> NoteOfSeed(store::Store& store) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::SavedState> states, store.saved_states()->List());
  for (const store::SavedState& state : states) {
    if (state.id == sandbox::kSeedState) return state.note;
  }
  return std::nullopt;
}

}  // namespace

absl::Status SeedSandbox(store::Store& store, const Clock& clock, const PreparedSeed& prepared,
                         const RegistryRules& rules) {
  std::vector<Violation> faults;
  const auto plant = [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::Partner> partners, tx.ListPartners());
    if (!partners.empty()) return absl::OkStatus();
    return sandbox::PlantSeed(tx, prepared.seed, prepared.claims, rules, clock.Now(), faults);
  };
  store.ShortenWaits(limits::kPlantWait);
  absl::Status status = store.Write(plant);
  // Another sandbox on the same database was faster: this time there is nothing to do.
  if (absl::IsAlreadyExists(status)) status = store.Write(plant);
  store.ShortenWaits(limits::kWriteWait);
  if (faults.empty()) return status;
  return absl::InvalidArgumentError(sandbox::DescribeFaults(faults));
}

absl::StatusOr<bool> NeedsSeed(store::Store& store) {
  ZT_ASSIGN_OR_RETURN(const std::optional<std::string> note, NoteOfSeed(store));
  if (!note.has_value()) return true;
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Partner> partners, snapshot->ListPartners());
  return partners.empty();
}

absl::StatusOr<sandbox::proto::Seed> KeptSeed(store::Store& store, const PreparedSeed* prepared) {
  ZT_ASSIGN_OR_RETURN(const std::optional<std::string> note, NoteOfSeed(store));
  sandbox::proto::Seed kept;
  if (note.has_value()) {
    if (!kept.ParseFromString(*note)) return absl::DataLossError("the kept seed is damaged");
  } else if (prepared != nullptr) {
    kept = ToKeep(prepared->seed);
  }
  return kept;
}

absl::Status KeepSeed(store::Store& store, const Clock& clock, const PreparedSeed& prepared) {
  const absl::Status status =
      store.saved_states()->Save({.id = sandbox::kSeedState,
                                  .created = clock.Now(),
                                  .note = ToKeep(prepared.seed).SerializeAsString()});
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

absl::Status WriteKeyFiles(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint, const sandbox::proto::Seed& seed,
                           UnknownKey unknown) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> accounts,
                      SandboxAccounts(store, seed));
  // An RSA key takes about 100 ms: generate them on all cores.
  const size_t threads =
      std::min<size_t>(accounts.size(), 2 * std::max(std::thread::hardware_concurrency(), 1u));
  std::atomic<size_t> next = 0;
  std::vector<std::future<absl::Status>> made;
  for (size_t i = 0; i < threads; ++i) {
    made.push_back(std::async(std::launch::async, [&] {
      absl::Status status;
      for (size_t at = next++; at < accounts.size(); at = next++) {
        status.Update(EnsureKeyFile(store, clock, dir, endpoint, accounts[at], unknown));
      }
      return status;
    }));
  }
  absl::Status status;
  for (std::future<absl::Status>& one : made) status.Update(one.get());
  return status;
}

absl::StatusOr<std::string> DescribeSandbox(store::Store& store, const std::string& dir,
                                            const Endpoint& endpoint,
                                            const sandbox::proto::Seed& seed) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> accounts,
                      SandboxAccounts(store, seed));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  Description description(*snapshot, dir, seed);
  for (const bool is_of_seed : {false, true}) {
    for (const store::ServiceAccount& account : accounts) {
      if (IsInSeed(account.email, seed) != is_of_seed) continue;
      ZT_RETURN_IF_ERROR(description.AddCompaniesOf(account));
      if (is_of_seed) description.AddAccount(account);
    }
  }
  return description.Line(endpoint);
}

}  // namespace zerotouch::daemon
