// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ACCOUNTS_H_
#define ZEROTOUCH_STORE_ACCOUNTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace zerotouch::store {

// The public half of a service-account key.
struct AccountKey {
  std::string key_id;      // `kid`; 40 hexadecimal digits
  std::string public_pem;  // SubjectPublicKeyInfo
  absl::Time created;
};

// A service account: who calls, and for which company. Bound to one reseller,
// or to one or more customers.
struct ServiceAccount {
  std::string email;                  // unique
  std::string client_id;              // a number, as text
  PartnerId partner;                  // none if bound to customers
  std::vector<CustomerId> customers;  // ascending
  // Those of them whose newest terms nobody has accepted, ascending; read, not
  // written.
  std::vector<CustomerId> terms_pending;
  bool disabled = false;
  std::vector<AccountKey> keys;  // the live ones; a revoked key is gone
};

// Service accounts, as the authenticator reads them.
class AccountReads {
 public:
  virtual ~AccountReads() = default;
  // nullopt if there is no such account.
  virtual absl::StatusOr<std::optional<ServiceAccount>> FindAccount(std::string_view email) = 0;
  // Every account, by email.
  virtual absl::StatusOr<std::vector<ServiceAccount>> ListAccounts() = 0;
  // 32 secret bytes, the same for every process on this store, made when the
  // store was: signs access tokens and page tokens.
  virtual absl::StatusOr<std::string> ServerSecret() = 0;
};

// Service accounts, as administration writes them.
class AccountWrites {
 public:
  virtual ~AccountWrites() = default;
  // Adds the account (its keys too). ALREADY_EXISTS if the email is taken.
  virtual absl::Status AddAccount(const ServiceAccount& account) = 0;
  // Adds a key. NOT_FOUND if there is no such account.
  virtual absl::Status AddKey(std::string_view email, const AccountKey& key) = 0;
  // Forgets a key: its tokens stop working at once. NOT_FOUND if it is not there.
  virtual absl::Status RevokeKey(std::string_view email, std::string_view key_id) = 0;
  // Disables or enables the account. NOT_FOUND if it is not there.
  virtual absl::Status SetAccountDisabled(std::string_view email, bool disabled) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_ACCOUNTS_H_
