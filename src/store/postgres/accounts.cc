// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

#define ZT_ACCOUNTS "SELECT email, client_id, partner, disabled FROM service_accounts "
#define ZT_BINDINGS                                               \
  "SELECT a.email, a.customer, c.terms FROM account_customers a " \
  "JOIN customers c ON c.id = a.customer "
#define ZT_KEYS "SELECT email, key_id, public_pem, created_us FROM account_keys "

// The account of that email among `accounts`, by email; null if another
// transaction added it between two statements.
ServiceAccount* AccountOf(std::span<ServiceAccount> accounts, std::string_view email) {
  const auto place = std::lower_bound(accounts.begin(), accounts.end(), email,
                                      [](const ServiceAccount& account, std::string_view sought) {
                                        return account.email < sought;
                                      });
  return place != accounts.end() && place->email == email ? &*place : nullptr;
}

// From the answers to ZT_ACCOUNTS, ZT_BINDINGS and ZT_KEYS, each by email.
std::vector<ServiceAccount> AccountsOf(const std::vector<Rows>& answers) {
  const Rows& rows = answers[0];
  const Rows& bindings = answers[1];
  const Rows& keys = answers[2];
  std::vector<ServiceAccount> accounts(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    ServiceAccount& account = accounts[static_cast<size_t>(i)];
    account.email = rows.TextAt(i, 0);
    account.client_id = rows.TextAt(i, 1);
    account.partner = PartnerId(rows.IntAt(i, 2));
    account.disabled = rows.IntAt(i, 3) != 0;
  }
  for (int i = 0; i < bindings.size(); ++i) {
    ServiceAccount* account = AccountOf(accounts, bindings.BytesAt(i, 0));
    if (account == nullptr) continue;
    account->customers.emplace_back(bindings.IntAt(i, 1));
    if (static_cast<Terms>(bindings.IntAt(i, 2)) != Terms::kAccepted) {
      account->terms_pending.push_back(account->customers.back());
    }
  }
  for (int i = 0; i < keys.size(); ++i) {
    ServiceAccount* account = AccountOf(accounts, keys.BytesAt(i, 0));
    if (account == nullptr) continue;
    account->keys.push_back({.key_id = keys.TextAt(i, 1),
                             .public_pem = keys.TextAt(i, 2),
                             .created = keys.TimeAt(i, 3)});
  }
  return accounts;
}

}  // namespace

// Read for each call that is authenticated: in one round trip.
absl::StatusOr<std::optional<ServiceAccount>> PostgresTransaction::FindAccount(
    std::string_view email) {
  // Whoever signs an assertion may write any name into it; PostgreSQL's text has no NUL.
  if (email.find('\0') != std::string_view::npos) return std::nullopt;
  const Query queries[] = {Query(ZT_ACCOUNTS "WHERE email = $1").Text(email),
                           Query(ZT_BINDINGS "WHERE a.email = $1 ORDER BY a.customer").Text(email),
                           Query(ZT_KEYS "WHERE email = $1 ORDER BY key_id").Text(email)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  std::vector<ServiceAccount> accounts = AccountsOf(answers);
  if (accounts.empty()) return std::nullopt;
  return std::move(accounts[0]);
}

absl::StatusOr<std::vector<ServiceAccount>> PostgresTransaction::ListAccounts() {
  const Query queries[] = {Query(ZT_ACCOUNTS "ORDER BY email"),
                           Query(ZT_BINDINGS "ORDER BY a.email, a.customer"),
                           Query(ZT_KEYS "ORDER BY email, key_id")};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return AccountsOf(answers);
}

#undef ZT_ACCOUNTS
#undef ZT_BINDINGS
#undef ZT_KEYS

absl::StatusOr<std::string> PostgresTransaction::ServerSecret() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT value FROM meta WHERE key = 'secret'")));
  if (rows.size() == 0) return SecretLost();
  return rows.TextAt(0, 0);
}

absl::Status PostgresTransaction::AddAccount(const ServiceAccount& account) {
  ZT_RETURN_IF_ERROR(
      db_.Run(Query("INSERT INTO service_accounts (email, client_id, partner, disabled) "
                    "VALUES ($1, $2, $3, $4)")
                  .Text(account.email)
                  .Text(account.client_id)
                  .Int(account.partner.value())
                  .Bool(account.disabled))
          .status());
  std::vector<int64_t> customers;
  for (const CustomerId customer : account.customers) customers.push_back(customer.value());
  ZT_RETURN_IF_ERROR(db_.Run(Query("INSERT INTO account_customers (email, customer) "
                                   "SELECT $1, c FROM unnest($2::bigint[]) AS c")
                                 .Text(account.email)
                                 .Ints(customers))
                         .status());
  for (const AccountKey& key : account.keys) ZT_RETURN_IF_ERROR(AddKey(account.email, key));
  return absl::OkStatus();
}

absl::Status PostgresTransaction::AddKey(std::string_view email, const AccountKey& key) {
  return Change(Query("INSERT INTO account_keys (email, key_id, public_pem, created_us) "
                      "SELECT email, $2, $3, $4 FROM service_accounts WHERE email = $1")
                    .Text(email)
                    .Text(key.key_id)
                    .Text(key.public_pem)
                    .Time(key.created),
                NoSuchAccount(email));
}

absl::Status PostgresTransaction::RevokeKey(std::string_view email, std::string_view key_id) {
  return Change(
      Query("DELETE FROM account_keys WHERE email = $1 AND key_id = $2").Text(email).Text(key_id),
      NoSuchKey(email, key_id));
}

absl::Status PostgresTransaction::SetAccountDisabled(std::string_view email, bool disabled) {
  return Change(Query("UPDATE service_accounts SET disabled = $2 WHERE email = $1")
                    .Text(email)
                    .Bool(disabled),
                NoSuchAccount(email));
}

}  // namespace zerotouch::store::postgres
