// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

absl::Status ReadCustomersAndKeys(Database& db, ServiceAccount& account) {
  Cursor customers = db.Use(kSql<"SELECT ", kAccountCustomerColumns,
                                 " FROM account_customers a JOIN customers c ON c.id = a.customer "
                                 "WHERE a.email = ? ORDER BY a.customer">);
  customers.Text(account.email);
  while (customers.Row()) {
    RowReader row(customers);
    ReadAccountCustomer(row, account);
  }
  ZT_RETURN_IF_ERROR(customers.status());
  ZT_ASSIGN_OR_RETURN(account.keys, ReadAll(db.Use(kSql<"SELECT ", kAccountKeyColumns,
                                                        " FROM account_keys WHERE email = ? "
                                                        "ORDER BY key_id">)
                                                .Text(account.email),
                                            ReadAccountKey<RowReader>));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<ServiceAccount>> SqliteTransaction::FindAccount(
    std::string_view email) {
  ZT_ASSIGN_OR_RETURN(
      std::optional<ServiceAccount> account,
      ReadOne(
          db_.Use(kSql<"SELECT ", kAccountWithQuota, " FROM service_accounts s WHERE s.email = ?">)
              .Text(email),
          ReadAccount<RowReader>));
  if (account.has_value()) ZT_RETURN_IF_ERROR(ReadCustomersAndKeys(db_, *account));
  return account;
}

absl::StatusOr<std::vector<ServiceAccount>> SqliteTransaction::ListAccounts() {
  Cursor all =
      db_.Use(kSql<"SELECT ", kAccountWithQuota, " FROM service_accounts s ORDER BY s.email">);
  ZT_ASSIGN_OR_RETURN(std::vector<ServiceAccount> accounts, ReadAll(all, ReadAccount<RowReader>));
  for (ServiceAccount& account : accounts) ZT_RETURN_IF_ERROR(ReadCustomersAndKeys(db_, account));
  return accounts;
}

absl::StatusOr<std::string> SqliteTransaction::ServerSecret() {
  Cursor secret = db_.Use("SELECT value FROM meta WHERE key = 'secret'");
  if (secret.Row()) return std::string(RowReader(secret).Text());
  ZT_RETURN_IF_ERROR(secret.status());
  return SecretLost();
}

absl::StatusOr<int64_t> SqliteTransaction::AccountsVersion() {
  Cursor version = db_.Use("SELECT value FROM registry_values WHERE name = 'accounts_version'");
  if (version.Row()) return RowReader(version).Int();
  ZT_RETURN_IF_ERROR(version.status());
  return AccountsVersionLost();
}

absl::Status SqliteTransaction::AddAccount(const ServiceAccount& account) {
  ZT_RETURN_IF_ERROR(
      db_.Use(kSql<"INSERT INTO service_accounts (", kAccountColumns, ") VALUES (?, ?, ?, ?)">)
          .Text(account.email)
          .Text(account.client_id)
          .Int(account.partner.value())
          .Bool(account.disabled)
          .Run());
  for (const CustomerId customer : account.customers) {
    ZT_RETURN_IF_ERROR(db_.Use("INSERT INTO account_customers (email, customer) VALUES (?, ?)")
                           .Text(account.email)
                           .Int(customer.value())
                           .Run());
  }
  for (const AccountKey& key : account.keys) ZT_RETURN_IF_ERROR(AddKey(account.email, key));
  return absl::OkStatus();
}

absl::Status SqliteTransaction::AddKey(std::string_view email, const AccountKey& key) {
  return Change(db_.Use("INSERT INTO account_keys (email, key_id, public_pem, created_us) "
                        "SELECT email, ?, ?, ? FROM service_accounts WHERE email = ?")
                    .Text(key.key_id)
                    .Text(key.public_pem)
                    .Time(key.created)
                    .Text(email),
                NoSuchAccount(email));
}

absl::Status SqliteTransaction::RevokeKey(std::string_view email, std::string_view key_id) {
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM key_uses WHERE email = ? AND key_id = ?")
                         .Text(email)
                         .Text(key_id)
                         .Run());
  return Change(
      db_.Use("DELETE FROM account_keys WHERE email = ? AND key_id = ?").Text(email).Text(key_id),
      NoSuchKey(email, key_id));
}

absl::StatusOr<std::vector<KeyUse>> SqliteTransaction::ListKeyUses() {
  Cursor uses = db_.Use(
      "SELECT email, key_id, used_us FROM key_uses JOIN account_keys USING (email, key_id) "
      "ORDER BY email, key_id");
  return ReadAll(uses, ReadKeyUse<RowReader>);
}

absl::Status SqliteTransaction::NoteKeyUses(std::span<const KeyUse> uses) {
  for (const KeyUse& use : uses) {
    // A key that was revoked meanwhile has no use.
    ZT_RETURN_IF_ERROR(
        db_.Use(
               "INSERT INTO key_uses (email, key_id, used_us) "
               "SELECT email, key_id, ? FROM account_keys WHERE email = ? AND key_id = ? "
               "ON CONFLICT (email, key_id) DO UPDATE SET used_us = max(used_us, excluded.used_us)")
            .Time(use.used)
            .Text(use.email)
            .Text(use.key_id)
            .Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::SetAccountDisabled(std::string_view email, bool disabled) {
  return Change(db_.Use("UPDATE service_accounts SET disabled = ? WHERE email = ?")
                    .Bool(disabled)
                    .Text(email),
                NoSuchAccount(email));
}

}  // namespace zerotouch::store::sqlite
