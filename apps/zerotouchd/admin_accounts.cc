// SPDX-License-Identifier: Apache-2.0
// admin accounts and keys: the accounts that may call the API.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <tuple>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "model/company.h"
#include "zerotouchd/admin_command.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

std::vector<std::string> TextsOf(const std::vector<CustomerId>& ids) {
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const CustomerId id : ids) texts.push_back(std::to_string(id.value()));
  return texts;
}

std::string QuotaText(std::optional<int64_t> quota) {
  if (!quota.has_value()) return "default";
  return *quota == 0 ? "none" : std::to_string(*quota);
}

absl::Status ListAccounts(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto accounts, snapshot.ListAccounts());
    Table table({{"EMAIL", "email"},
                 {"PARTNER", "partnerId"},
                 {"CUSTOMERS", "customerIds"},
                 {"DISABLED", "disabled"},
                 {"QUOTA", "quotaPer100s"},
                 {"KEYS", "keyIds"}});
    for (const store::ServiceAccount& account : accounts) {
      std::vector<std::string> keys;
      for (const store::AccountKey& key : account.keys) keys.push_back(key.key_id);
      table.Add({account.email, account.partner ? std::to_string(account.partner.value()) : "",
                 TextsOf(account.customers), account.disabled, QuotaText(account.quota_per_100s),
                 keys});
    }
    Print(flags, table);
    return absl::OkStatus();
  });
}

AdminGroup::Run SetDisabled(bool disabled) {
  return [disabled](const Settings& settings, const AdminFlags& flags) {
    return WithHint(Change(settings,
                           [&](store::Transaction& tx) {
                             return tx.SetAccountDisabled(flags.email, disabled);
                           }),
                    "accounts list");
  };
}

// Reads what `set-quota` takes, as QuotaText writes it.
absl::StatusOr<std::optional<int64_t>> ParseQuota(std::string_view text) {
  if (text == "default") return std::nullopt;
  if (text == "none") return 0;
  int64_t quota = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quota);
  if (error == std::errc() && end == text.data() + text.size() && quota >= 1 &&
      quota <= limits::kLargestQuota) {
    return quota;
  }
  return absl::InvalidArgumentError(
      fmt::format("Invalid quota \"{}\": use a number of calls in 100 seconds from 1 to {}, none, "
                  "or default.",
                  ForTerminal(text), limits::kLargestQuota));
}

absl::Status SetQuota(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const std::optional<int64_t> quota, ParseQuota(flags.quota));
  return WithHint(
      Change(settings,
             [&](store::Transaction& tx) { return tx.SetAccountQuota(flags.email, quota); }),
      "accounts list");
}

std::string EmailFor(const AdminFlags& flags) {
  if (!flags.email.empty()) return flags.email;
  return flags.partner != 0
             ? fmt::format("reseller-{}@zerotouch.iam.gserviceaccount.com", flags.partner)
             : fmt::format("customer-{}@zerotouch.iam.gserviceaccount.com", flags.customers[0]);
}

std::vector<CustomerId> CustomersOf(const AdminFlags& flags) {
  std::vector<CustomerId> customers(flags.customers.begin(), flags.customers.end());
  SortUnique(customers);
  return customers;
}

// Checks that the companies of a new account exist.
absl::Status CheckCompanies(store::Transaction& tx, const AdminFlags& flags) {
  if (flags.partner != 0) {
    ZT_ASSIGN_OR_RETURN(const auto partner, tx.FindPartner(PartnerId(flags.partner)));
    if (!partner.has_value()) {
      return WithHint(absl::NotFoundError(fmt::format("unknown partner {}", flags.partner)),
                      "partners list");
    }
  }
  for (const CustomerId id : CustomersOf(flags)) {
    ZT_ASSIGN_OR_RETURN(const auto customer, tx.FindCustomer(id));
    if (!customer.has_value()) {
      return WithHint(absl::NotFoundError(fmt::format("unknown customer {}", id.value())),
                      "customers list");
    }
  }
  return absl::OkStatus();
}

// Adds the key, and the account if it does not exist.
absl::Status AddKey(store::Transaction& tx, const AdminFlags& flags, const crypto::KeyFile& file,
                    const store::AccountKey& key) {
  ZT_ASSIGN_OR_RETURN(const auto account, tx.FindAccount(file.client_email));
  if (account.has_value()) {
    if (account->partner == PartnerId(flags.partner) && account->customers == CustomersOf(flags)) {
      return tx.AddKey(file.client_email, key);
    }
    return absl::FailedPreconditionError(fmt::format(
        "the account {} acts for another company; give another --email", file.client_email));
  }
  ZT_RETURN_IF_ERROR(CheckCompanies(tx, flags));
  return tx.AddAccount({.email = file.client_email,
                        .client_id = file.client_id,
                        .partner = PartnerId(flags.partner),
                        .customers = CustomersOf(flags),
                        .disabled = false,
                        .keys = {key}});
}

absl::Status CheckNewKey(const AdminFlags& flags) {
  if (flags.partner == 0 && flags.customers.empty()) {
    return absl::InvalidArgumentError(
        "give --partner, --customer or both: the companies that the key acts for");
  }
  if (!flags.email.empty()) ZT_RETURN_IF_ERROR(CheckText("--email", flags.email));
  if (!flags.email.empty()) ZT_RETURN_IF_ERROR(CheckEmail("--email", flags.email));
  // A server accepts only assertions whose audience is exactly this URL.
  std::string_view url = flags.token_uri;
  constexpr std::string_view kPath = "/token";
  if (url.ends_with(kPath)) {
    url.remove_suffix(kPath.size());
    if (!url.ends_with('/') && ParsePublicUrl(url).has_value()) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "Invalid --token-uri: use the server's URL with /token, such as "
      "https://zerotouch.example.com/token");
}

std::string RandomKeyId() {
  std::string id;
  for (const char byte : RandomBytes(20)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

absl::Status CreateKey(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckNewKey(flags));
  ZT_ASSIGN_OR_RETURN(
      const crypto::PrivateKey key,
      crypto::PrivateKey::Generate(flags.algorithm == "ES256" ? crypto::Algorithm::kEs256
                                                              : crypto::Algorithm::kRs256));
  const crypto::KeyFile file{
      .project_id = "zerotouch",
      .private_key_id = RandomKeyId(),
      .private_key = key.ToPem(),
      .client_email = EmailFor(flags),
      .client_id = fmt::format("1{:020}", RandomBetween(0, 999'999'999'999'999'999)),
      .auth_uri = "https://accounts.google.com/o/oauth2/auth",
      .token_uri = flags.token_uri};
  // Write the file first: a key whose private half is lost would be useless.
  ZT_RETURN_IF_ERROR(CreateFile(flags.out, crypto::WriteKeyFile(file)));
  const store::AccountKey added{
      .key_id = file.private_key_id, .public_pem = key.Public().ToPem(), .created = absl::Now()};
  absl::Status status =
      Change(settings, [&](store::Transaction& tx) { return AddKey(tx, flags, file, added); });
  if (absl::IsUnknown(status)) {
    return absl::UnknownError(fmt::format(
        "{}; see zerotouchd admin keys list: if {} is listed, {} is its key file, else delete it",
        MessageOf(status), file.private_key_id, flags.out));
  }
  if (!status.ok()) {
    std::remove(flags.out.c_str());
    return status;
  }
  if (flags.format == "json") {
    fmt::print("{{\"email\":{},\"keyId\":{},\"file\":{}}}\n", Cell(file.client_email).json,
               Cell(file.private_key_id).json, Cell(flags.out).json);
  } else {
    fmt::print("{}\t{}\n", ForTerminal(file.client_email), file.private_key_id);
  }
  return absl::OkStatus();
}

std::string SecondOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Returns the hour in which the key was used last. `uses` is sorted.
Cell LastUseOf(const std::vector<store::KeyUse>& uses, const std::string& email,
               const std::string& key_id) {
  const auto found = std::lower_bound(uses.begin(), uses.end(), std::tie(email, key_id),
                                      [](const store::KeyUse& use, const auto& sought) {
                                        return std::tie(use.email, use.key_id) < sought;
                                      });
  const bool is_used = found != uses.end() && found->email == email && found->key_id == key_id;
  if (is_used) return SecondOf(found->used);
  Cell never("never");
  never.json = "null";
  return never;
}

absl::Status ListKeys(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto accounts, snapshot.ListAccounts());
    ZT_ASSIGN_OR_RETURN(const std::vector<store::KeyUse> uses, snapshot.ListKeyUses());
    Table table({{"EMAIL", "email"},
                 {"KEY ID", "keyId"},
                 {"CREATED", "createTime"},
                 {"LAST USED", "lastUseTime"},
                 {"DISABLED", "disabled"}});
    for (const store::ServiceAccount& account : accounts) {
      for (const store::AccountKey& key : account.keys) {
        table.Add({account.email, key.key_id, SecondOf(key.created),
                   LastUseOf(uses, account.email, key.key_id), account.disabled});
      }
    }
    Print(flags, table);
    return absl::OkStatus();
  });
}

absl::Status RevokeKey(const Settings& settings, const AdminFlags& flags) {
  return WithHint(
      Change(settings,
             [&](store::Transaction& tx) { return tx.RevokeKey(flags.email, flags.key); }),
      "keys list");
}

}  // namespace

void AddAccountCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "accounts", "Service accounts, which call the API for a company", action);
  AdminFlags& flags = group.flags();
  group.AddPrinting("list", "List the accounts, their companies and their keys", ListAccounts);
  group.Add("disable", "Reject the account and its tokens, at once", SetDisabled(true))
      .add_option("email", flags.email, "E-mail address of the account")
      ->required();
  group.Add("enable", "Accept the account and its tokens again", SetDisabled(false))
      .add_option("email", flags.email, "E-mail address of the account")
      ->required();
  CLI::App& quota =
      group.Add("set-quota", "Limit the calls of the account in 100 seconds, at once", SetQuota);
  quota.add_option("email", flags.email, "E-mail address of the account")->required();
  quota
      .add_option("quota", flags.quota,
                  "Number of calls, none, or default: what --quota-per-100s of the server says")
      ->required();
}

void AddKeyCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "keys", "Keys of service accounts", action);
  AdminFlags& flags = group.flags();
  CLI::App& create = group.AddPrinting(
      "create", "Write a key file in Google's format; the registry keeps only the public key",
      CreateKey);
  create.add_option("--partner", flags.partner, "Id of the reseller that the key acts for")
      ->type_name("ID");
  create
      .add_option("--customer", flags.customers,
                  "Id of a customer that the key acts for; may be repeated")
      ->type_name("ID");
  create.add_option("--out", flags.out, "Path of the new key file (mode 0600)")
      ->type_name("FILE")
      ->required();
  create
      .add_option("--token-uri", flags.token_uri,
                  "The server's URL with /token, such as https://zerotouch.example.com/token")
      ->type_name("URL")
      ->required();
  create
      .add_option(
          "--email", flags.email,
          "E-mail address of the account; a new account is created (default: made from the id)")
      ->type_name("EMAIL");
  create.add_option("--algorithm", flags.algorithm, "RS256 or ES256 (default: RS256)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"RS256", "ES256"}));
  group.AddPrinting("list",
                    "List the keys that are not revoked, with the hour of their last use (UTC)",
                    ListKeys);
  CLI::App& revoke =
      group.Add("revoke", "Revoke a key; it and its tokens stop working at once", RevokeKey);
  revoke.add_option("--email", flags.email, "E-mail address of the account")
      ->type_name("EMAIL")
      ->required();
  revoke.add_option("--key-id", flags.key, "The private_key_id of the key file")
      ->type_name("ID")
      ->required();
}

}  // namespace zerotouch::daemon
