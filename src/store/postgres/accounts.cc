#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

absl::Status NoSuchAccount(std::string_view email) {
  return absl::NotFoundError(fmt::format("there is no service account {}", email));
}

std::vector<ServiceAccount> AccountsOf(const Rows& rows) {
  std::vector<ServiceAccount> accounts(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    ServiceAccount& account = accounts[static_cast<size_t>(i)];
    account.email = rows.TextAt(i, 0);
    account.client_id = rows.TextAt(i, 1);
    account.partner = PartnerId(rows.IntAt(i, 2));
    account.disabled = rows.IntAt(i, 3) != 0;
  }
  return accounts;
}

// The account of that email among `accounts`, by email.
ServiceAccount& AccountOf(std::span<ServiceAccount> accounts, std::string_view email) {
  return *std::lower_bound(accounts.begin(), accounts.end(), email,
                           [](const ServiceAccount& account, std::string_view sought) {
                             return account.email < sought;
                           });
}

}  // namespace

absl::StatusOr<std::optional<ServiceAccount>> PostgresTransaction::FindAccount(
    std::string_view email) {
  // Whoever signs an assertion may write any name into it; PostgreSQL's text has no NUL.
  if (email.find('\0') != std::string_view::npos) return std::nullopt;
  const Query queries[] = {
      Query("SELECT email, client_id, partner, disabled FROM service_accounts WHERE email = $1")
          .Text(email)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> rows, db_.RunAll(queries));
  std::vector<ServiceAccount> accounts = AccountsOf(rows[0]);
  if (accounts.empty()) return std::nullopt;
  ZT_RETURN_IF_ERROR(LoadBindingsAndKeys(accounts));
  return std::move(accounts[0]);
}

absl::StatusOr<std::vector<ServiceAccount>> PostgresTransaction::ListAccounts() {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT email, client_id, partner, disabled FROM service_accounts "
                    "ORDER BY email")));
  std::vector<ServiceAccount> accounts = AccountsOf(rows);
  ZT_RETURN_IF_ERROR(LoadBindingsAndKeys(accounts));
  return accounts;
}

absl::Status PostgresTransaction::LoadBindingsAndKeys(std::span<ServiceAccount> accounts) {
  std::vector<std::string_view> emails;
  for (const ServiceAccount& account : accounts) emails.push_back(account.email);
  const Query queries[] = {Query("SELECT a.email, a.customer, c.terms FROM account_customers a "
                                 "JOIN customers c ON c.id = a.customer WHERE a.email = ANY($1) "
                                 "ORDER BY a.email, a.customer")
                               .Texts(emails),
                           Query("SELECT email, key_id, public_pem, created_us FROM account_keys "
                                 "WHERE email = ANY($1) ORDER BY email, key_id")
                               .Texts(emails)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> rows, db_.RunAll(queries));
  for (int i = 0; i < rows[0].size(); ++i) {
    ServiceAccount& account = AccountOf(accounts, rows[0].BytesAt(i, 0));
    account.customers.emplace_back(rows[0].IntAt(i, 1));
    if (static_cast<Terms>(rows[0].IntAt(i, 2)) != Terms::kAccepted) {
      account.terms_pending.push_back(account.customers.back());
    }
  }
  for (int i = 0; i < rows[1].size(); ++i) {
    AccountOf(accounts, rows[1].BytesAt(i, 0))
        .keys.push_back({.key_id = rows[1].TextAt(i, 1),
                         .public_pem = rows[1].TextAt(i, 2),
                         .created = rows[1].TimeAt(i, 3)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> PostgresTransaction::ServerSecret() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT value FROM meta WHERE key = 'secret'")));
  if (rows.size() == 0) return absl::DataLossError("the registry has lost its secret");
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
      absl::NotFoundError(fmt::format("service account {} has no key {}", email, key_id)));
}

absl::Status PostgresTransaction::SetAccountDisabled(std::string_view email, bool disabled) {
  return Change(Query("UPDATE service_accounts SET disabled = $2 WHERE email = $1")
                    .Text(email)
                    .Bool(disabled),
                NoSuchAccount(email));
}

}  // namespace zerotouch::store::postgres
