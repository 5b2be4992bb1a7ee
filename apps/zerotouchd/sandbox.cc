// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/sandbox.h"

#include <fmt/format.h>

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/json_string.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "store/company_ids.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

constexpr char kProject[] = "zerotouch-sandbox";
constexpr int kResellers = 2;
constexpr int kCustomersEach = 2;

std::string EmailOf(std::string_view name) {
  return fmt::format("{}@{}.iam.gserviceaccount.com", name, kProject);
}

store::ServiceAccount NewAccount(std::string_view name) {
  return {.email = EmailOf(name),
          .client_id = fmt::format("1{:020}", RandomBetween(0, 999'999'999'999'999'999)),
          .partner = {},
          .customers = {},
          .disabled = false,
          .keys = {}};
}

absl::Status SeedCustomer(store::Transaction& tx, PartnerId partner, int number, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const CustomerId id, store::FreeCustomerId(tx));
  ZT_RETURN_IF_ERROR(tx.AddCustomer({.id = id,
                                     .name = fmt::format("Sandbox Customer {}", number),
                                     .owner_emails = {fmt::format("owner-{}@example.com", number)},
                                     .admin_emails = {},
                                     .language_code = "en-US",
                                     .terms = store::Terms::kAccepted,
                                     .default_configuration = {},
                                     .created = now},
                                    partner, VendorId()));
  store::ServiceAccount account = NewAccount(fmt::format("customer-{}", id.value()));
  account.customers = {id};
  return tx.AddAccount(account);
}

absl::Status SeedReseller(store::Transaction& tx, int number, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const PartnerId partner, store::FreePartnerId(tx));
  ZT_RETURN_IF_ERROR(tx.AddPartner(
      {.id = partner, .name = fmt::format("Sandbox Reseller {}", number), .created = now}));
  ZT_ASSIGN_OR_RETURN(const VendorId vendor, store::FreeVendorId(tx));
  ZT_RETURN_IF_ERROR(tx.AddVendor({.id = vendor,
                                   .partner = partner,
                                   .name = fmt::format("Sandbox Vendor {}", number),
                                   .created = now}));
  for (int i = 1; i <= kCustomersEach; ++i) {
    ZT_RETURN_IF_ERROR(SeedCustomer(tx, partner, (number - 1) * kCustomersEach + i, now));
  }
  store::ServiceAccount account = NewAccount(fmt::format("reseller-{}", number));
  account.partner = partner;
  return tx.AddAccount(account);
}

absl::Status Seed(store::Transaction& tx, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Partner> partners, tx.ListPartners());
  if (!partners.empty()) return absl::OkStatus();
  for (int number = 1; number <= kResellers; ++number) {
    ZT_RETURN_IF_ERROR(SeedReseller(tx, number, now));
  }
  ZT_RETURN_IF_ERROR(tx.PutDpc({.id = "clouddpc",
                                .package_name = "com.google.android.apps.work.clouddpc",
                                .title = "Android Device Policy"}));
  return tx.PutDpc(
      {.id = "sandboxdpc", .package_name = "com.example.sandboxdpc", .title = "Sandbox DPC"});
}

// Returns the sandbox's accounts, sorted by e-mail address.
absl::StatusOr<std::vector<store::ServiceAccount>> SandboxAccounts(store::Store& store) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(std::vector<store::ServiceAccount> accounts, snapshot->ListAccounts());
  std::erase_if(accounts, [](const store::ServiceAccount& account) {
    return !account.email.ends_with(EmailOf(""));
  });
  return accounts;
}

std::string FileOf(const std::string& dir, const store::ServiceAccount& account) {
  return fmt::format("{}/{}.json", dir, account.email.substr(0, account.email.find('@')));
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

absl::StatusOr<crypto::KeyFile> NewKey(const store::ServiceAccount& account) {
  ZT_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                      crypto::PrivateKey::Generate(crypto::Algorithm::kRs256));
  std::string id;
  for (const char byte : RandomBytes(20)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return crypto::KeyFile{.project_id = kProject,
                         .private_key_id = id,
                         .private_key = key.ToPem(),
                         .client_email = account.email,
                         .client_id = account.client_id,
                         .auth_uri = "https://accounts.google.com/o/oauth2/auth",
                         .token_uri = ""};
}

absl::Status EnsureKeyFile(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint, const store::ServiceAccount& account) {
  const std::string path = FileOf(dir, account);
  std::optional<crypto::KeyFile> file = ReadKeyFile(path, account);
  if (!file.has_value()) {
    ZT_ASSIGN_OR_RETURN(file, NewKey(account));
  }
  if (file->token_uri != endpoint.TokenUri()) {
    file->token_uri = endpoint.TokenUri();
    ZT_RETURN_IF_ERROR(ReplaceFile(path, crypto::WriteKeyFile(*file)));
  }
  for (const store::AccountKey& key : account.keys) {
    if (key.key_id == file->private_key_id) return absl::OkStatus();
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

absl::StatusOr<std::string> DescribeReseller(store::Snapshot& snapshot, const std::string& dir,
                                             const store::ServiceAccount& account) {
  ZT_ASSIGN_OR_RETURN(const auto partner, snapshot.FindPartner(account.partner));
  ZT_ASSIGN_OR_RETURN(const auto vendors, snapshot.ListVendors(account.partner, VendorId(), 0));
  ZT_ASSIGN_OR_RETURN(const auto customers,
                      snapshot.ListCustomersOfPartner(account.partner, CustomerId(), 0));
  std::string json = fmt::format("{{\"partnerId\":\"{}\",", account.partner.value());
  AppendQuoted("name", partner.has_value() ? partner->name : "", json);
  json += ',';
  AppendQuoted("credentials", FileOf(dir, account), json);
  return json + fmt::format(",\"vendorIds\":{},\"customerIds\":{}}}", IdList(vendors.rows),
                            IdList(customers.rows));
}

}  // namespace

absl::Status SeedSandbox(store::Store& store, const Clock& clock) {
  const auto seed = [&](store::Transaction& tx) { return Seed(tx, clock.Now()); };
  const absl::Status status = store.Write(seed);
  // Another sandbox on the same database was faster: this time Seed finds its work.
  return absl::IsAlreadyExists(status) ? store.Write(seed) : status;
}

absl::Status WriteKeyFiles(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> accounts, SandboxAccounts(store));
  // An RSA key takes about 100 ms: generate them on all cores.
  std::vector<std::future<absl::Status>> made;
  made.reserve(accounts.size());
  for (const store::ServiceAccount& account : accounts) {
    made.push_back(std::async(std::launch::async,
                              [&] { return EnsureKeyFile(store, clock, dir, endpoint, account); }));
  }
  absl::Status status;
  for (std::future<absl::Status>& one : made) status.Update(one.get());
  return status;
}

absl::StatusOr<std::string> DescribeSandbox(store::Store& store, const std::string& dir,
                                            const Endpoint& endpoint) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::ServiceAccount> accounts, SandboxAccounts(store));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  std::string resellers;
  std::string customers;
  for (const store::ServiceAccount& account : accounts) {
    if (account.partner) {
      ZT_ASSIGN_OR_RETURN(const std::string one, DescribeReseller(*snapshot, dir, account));
      resellers += (resellers.empty() ? "" : ",") + one;
      continue;
    }
    for (const CustomerId customer : account.customers) {
      customers +=
          fmt::format("{}{{\"customerId\":\"{}\",", customers.empty() ? "" : ",", customer.value());
      AppendQuoted("credentials", FileOf(dir, account), customers);
      customers += '}';
    }
  }
  return fmt::format(
      "{{\"endpoint\":\"{}\",\"grpcEndpoint\":\"{}\",\"resellers\":[{}],"
      "\"customers\":[{}]}}\n",
      endpoint.http, endpoint.grpc, resellers, customers);
}

}  // namespace zerotouch::daemon
