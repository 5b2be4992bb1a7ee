// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/accounts.h"

#include "base/status_macros.h"
#include "store/companies.h"
#include "store/errors.h"

namespace zerotouch::store::sqlite {
namespace {

ServiceAccount AccountAt(const Cursor& row) {
  ServiceAccount account;
  account.email = row.TextAt(0);
  account.client_id = row.TextAt(1);
  account.partner = PartnerId(row.IntAt(2));
  account.disabled = row.IntAt(3) != 0;
  return account;
}

absl::Status LoadBindingsAndKeys(Connection& db, ServiceAccount& account) {
  Cursor customers = db.Use(
      "SELECT a.customer, c.terms FROM account_customers a JOIN customers c ON c.id = a.customer "
      "WHERE a.email = ? ORDER BY a.customer");
  customers.Text(account.email);
  while (customers.Row()) {
    account.customers.emplace_back(customers.IntAt(0));
    if (static_cast<Terms>(customers.IntAt(1)) != Terms::kAccepted) {
      account.terms_pending.push_back(account.customers.back());
    }
  }
  ZT_RETURN_IF_ERROR(customers.status());

  Cursor keys = db.Use(
      "SELECT key_id, public_pem, created_us FROM account_keys WHERE email = ? ORDER BY key_id");
  keys.Text(account.email);
  while (keys.Row()) {
    account.keys.push_back({.key_id = std::string(keys.TextAt(0)),
                            .public_pem = std::string(keys.TextAt(1)),
                            .created = keys.TimeAt(2)});
  }
  return keys.status();
}

}  // namespace

absl::StatusOr<std::optional<ServiceAccount>> FindAccount(Connection& db, std::string_view email) {
  Cursor row =
      db.Use("SELECT email, client_id, partner, disabled FROM service_accounts WHERE email = ?");
  row.Text(email);
  if (!row.Row()) {
    ZT_RETURN_IF_ERROR(row.status());
    return std::nullopt;
  }
  ServiceAccount account = AccountAt(row);
  ZT_RETURN_IF_ERROR(LoadBindingsAndKeys(db, account));
  return account;
}

absl::StatusOr<std::vector<ServiceAccount>> ListAccounts(Connection& db) {
  std::vector<ServiceAccount> accounts;
  Cursor row =
      db.Use("SELECT email, client_id, partner, disabled FROM service_accounts ORDER BY email");
  while (row.Row()) accounts.push_back(AccountAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  for (ServiceAccount& account : accounts) ZT_RETURN_IF_ERROR(LoadBindingsAndKeys(db, account));
  return accounts;
}

absl::StatusOr<std::string> ServerSecret(Connection& db) {
  Cursor row = db.Use("SELECT value FROM meta WHERE key = 'secret'");
  if (row.Row()) return std::string(row.TextAt(0));
  ZT_RETURN_IF_ERROR(row.status());
  return SecretLost();
}

absl::Status AddAccount(Connection& db, const ServiceAccount& account) {
  ZT_RETURN_IF_ERROR(db.Use("INSERT INTO service_accounts (email, client_id, partner, disabled) "
                            "VALUES (?, ?, ?, ?)")
                         .Text(account.email)
                         .Text(account.client_id)
                         .Int(account.partner.value())
                         .Int(account.disabled)
                         .Run());
  for (const CustomerId customer : account.customers) {
    ZT_RETURN_IF_ERROR(db.Use("INSERT INTO account_customers (email, customer) VALUES (?, ?)")
                           .Text(account.email)
                           .Int(customer.value())
                           .Run());
  }
  for (const AccountKey& key : account.keys) {
    ZT_RETURN_IF_ERROR(AddKey(db, account.email, key));
  }
  return absl::OkStatus();
}

absl::Status AddKey(Connection& db, std::string_view email, const AccountKey& key) {
  absl::Status status = db.Use(
                              "INSERT INTO account_keys (email, key_id, public_pem, created_us) "
                              "SELECT email, ?, ?, ? FROM service_accounts WHERE email = ?")
                            .Text(key.key_id)
                            .Text(key.public_pem)
                            .Time(key.created)
                            .Text(email)
                            .Run();
  ZT_RETURN_IF_ERROR(status);
  return db.Changes() == 0 ? NoSuchAccount(email) : absl::OkStatus();
}

absl::Status RevokeKey(Connection& db, std::string_view email, std::string_view key_id) {
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM account_keys WHERE email = ? AND key_id = ?")
                         .Text(email)
                         .Text(key_id)
                         .Run());
  if (db.Changes() > 0) return absl::OkStatus();
  return NoSuchKey(email, key_id);
}

absl::Status SetAccountDisabled(Connection& db, std::string_view email, bool disabled) {
  ZT_RETURN_IF_ERROR(db.Use("UPDATE service_accounts SET disabled = ? WHERE email = ?")
                         .Int(disabled)
                         .Text(email)
                         .Run());
  return db.Changes() == 0 ? NoSuchAccount(email) : absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
