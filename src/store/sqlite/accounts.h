// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_ACCOUNTS_H_
#define ZEROTOUCH_STORE_SQLITE_ACCOUNTS_H_

#include "store/accounts.h"
#include "store/sqlite/connection.h"

// AccountReads and AccountWrites on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<std::optional<ServiceAccount>> FindAccount(Connection& db, std::string_view email);
absl::StatusOr<std::vector<ServiceAccount>> ListAccounts(Connection& db);
absl::StatusOr<std::string> ServerSecret(Connection& db);

absl::Status AddAccount(Connection& db, const ServiceAccount& account);
absl::Status AddKey(Connection& db, std::string_view email, const AccountKey& key);
absl::Status RevokeKey(Connection& db, std::string_view email, std::string_view key_id);
absl::Status SetAccountDisabled(Connection& db, std::string_view email, bool disabled);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_ACCOUNTS_H_
