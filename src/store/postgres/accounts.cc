// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Returns the account with the email among `accounts`, which are sorted by
// email; null if another transaction added it between two statements.
ServiceAccount* FindByEmail(std::span<ServiceAccount> accounts, std::string_view email) {
  const auto place = std::lower_bound(accounts.begin(), accounts.end(), email,
                                      [](const ServiceAccount& account, std::string_view sought) {
                                        return account.email < sought;
                                      });
  return place != accounts.end() && place->email == email ? &*place : nullptr;
}

// Puts together the accounts, their customers and their keys, each sorted by
// email.
std::vector<ServiceAccount> ReadAccounts(const std::vector<Rows>& answers) {
  std::vector<ServiceAccount> accounts = ReadAll(answers[0], ReadAccount<RowReader>);
  for (RowReader row : answers[1]) {
    ServiceAccount* account = FindByEmail(accounts, row.Text());
    if (account != nullptr) ReadAccountCustomer(row, *account);
  }
  for (RowReader row : answers[2]) {
    ServiceAccount* account = FindByEmail(accounts, row.Text());
    if (account != nullptr) account->keys.push_back(ReadAccountKey(row));
  }
  return accounts;
}

}  // namespace

// Every authenticated call reads an account, so it takes one round trip.
absl::StatusOr<std::optional<ServiceAccount>> PostgresTransaction::FindAccount(
    std::string_view email) {
  // A signed assertion may contain any name; PostgreSQL's text has no NUL.
  if (email.find('\0') != std::string_view::npos) return std::nullopt;
  const Query queries[] = {
      Query(kSql<"SELECT ", kAccountWithQuota, " FROM service_accounts s WHERE s.email = $1">)
          .Text(email),
      Query(kSql<"SELECT a.email, ", kAccountCustomerColumns,
                 " FROM account_customers a JOIN customers c ON c.id = a.customer "
                 "WHERE a.email = $1 ORDER BY a.customer">)
          .Text(email),
      Query(kSql<"SELECT email, ", kAccountKeyColumns,
                 " FROM account_keys WHERE email = $1 ORDER BY key_id">)
          .Text(email)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  std::vector<ServiceAccount> accounts = ReadAccounts(answers);
  if (accounts.empty()) return std::nullopt;
  return std::move(accounts[0]);
}

absl::StatusOr<std::vector<ServiceAccount>> PostgresTransaction::ListAccounts() {
  const Query queries[] = {
      Query(kSql<"SELECT ", kAccountWithQuota, " FROM service_accounts s ORDER BY s.email">),
      Query(kSql<"SELECT a.email, ", kAccountCustomerColumns,
                 " FROM account_customers a JOIN customers c ON c.id = a.customer "
                 "ORDER BY a.email, a.customer">),
      Query(
          kSql<"SELECT email, ", kAccountKeyColumns, " FROM account_keys ORDER BY email, key_id">)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return ReadAccounts(answers);
}

absl::StatusOr<std::string> PostgresTransaction::ServerSecret() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT value FROM meta WHERE key = 'secret'")));
  if (rows.size() == 0) return SecretLost();
  return std::string(RowReader(rows, 0).Text());
}

Query PostgresTransaction::SelectAccountsVersion() {
  return Query("SELECT value FROM registry_values WHERE name = 'accounts_version'");
}

absl::StatusOr<int64_t> PostgresTransaction::AccountsVersion() {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(SelectAccountsVersion()));
  return ReadAccountsVersion(rows);
}

absl::StatusOr<int64_t> PostgresTransaction::ReadAccountsVersion(const Rows& rows) {
  if (rows.size() == 0) return AccountsVersionLost();
  return ReadInt(rows);
}

absl::Status PostgresTransaction::AddAccount(const ServiceAccount& account) {
  ZT_RETURN_IF_ERROR(db_.Run(Query(kSql<"INSERT INTO service_accounts (", kAccountColumns,
                                        ") VALUES ($1, $2, $3, $4)">)
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
  ZT_RETURN_IF_ERROR(db_.Run(Query("DELETE FROM key_uses WHERE email = $1 AND key_id = $2")
                                 .Text(email)
                                 .Text(key_id))
                         .status());
  return Change(
      Query("DELETE FROM account_keys WHERE email = $1 AND key_id = $2").Text(email).Text(key_id),
      NoSuchKey(email, key_id));
}

absl::StatusOr<std::vector<KeyUse>> PostgresTransaction::ListKeyUses() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT email, key_id, used_us FROM key_uses JOIN account_keys "
                                    "USING (email, key_id) ORDER BY email, key_id")));
  return ReadAll(rows, ReadKeyUse<RowReader>);
}

absl::Status PostgresTransaction::NoteKeyUses(std::span<const KeyUse> uses) {
  for (const KeyUse& use : uses) {
    // A key that was revoked meanwhile has no use.
    ZT_RETURN_IF_ERROR(
        db_.Run(Query("INSERT INTO key_uses (email, key_id, used_us) "
                      "SELECT email, key_id, $3 FROM account_keys WHERE email = $1 AND key_id = $2 "
                      "ON CONFLICT (email, key_id) DO UPDATE "
                      "SET used_us = greatest(key_uses.used_us, excluded.used_us)")
                    .Text(use.email)
                    .Text(use.key_id)
                    .Time(use.used))
            .status());
  }
  return absl::OkStatus();
}

absl::Status PostgresTransaction::SetAccountDisabled(std::string_view email, bool disabled) {
  return Change(Query("UPDATE service_accounts SET disabled = $2 WHERE email = $1")
                    .Text(email)
                    .Bool(disabled),
                NoSuchAccount(email));
}

}  // namespace zerotouch::store::postgres
