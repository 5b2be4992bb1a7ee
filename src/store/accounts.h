// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ACCOUNTS_H_
#define ZEROTOUCH_STORE_ACCOUNTS_H_

#include <cstdint>
#include <optional>
#include <span>
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

// A service account: the identity of a caller, bound to one reseller, to one or more
// customers, or to both.
struct ServiceAccount {
  std::string email;                  // unique
  std::string client_id;              // a number, as text
  PartnerId partner;                  // 0 if it is bound to customers only
  std::vector<CustomerId> customers;  // ascending
  // Customers among them that have not accepted the newest terms, ascending. Read,
  // never written.
  std::vector<CustomerId> terms_pending;
  bool disabled = false;
  std::vector<AccountKey> keys;  // without revoked keys
  // Calls in 100 s; 0: without limit; nullopt: the server's default. Read, never written
  // by AddAccount.
  std::optional<int64_t> quota_per_100s;
};

// The last hour in which a key was used.
struct KeyUse {
  std::string email;
  std::string key_id;
  absl::Time used;  // the beginning of that hour
};

// The use of an assertion that has an id (`jti`).
struct AssertionUse {
  std::string email;
  std::string digest;  // SHA-256 of the id
  absl::Time expires;  // when the assertion is not accepted any more
};

// The bucket of calls of an account, as all servers of the registry share it.
struct QuotaBucket {
  int64_t millionths = 0;  // of calls
  absl::Time filled;       // when `millionths` was right

  friend bool operator==(const QuotaBucket&, const QuotaBucket&) = default;
};

// Calls that a server may accept for an account.
struct QuotaLease {
  int64_t calls = 0;
  absl::Duration wait;  // until there is one again, if `calls` is 0
};

// Reads service accounts, for authentication.
class AccountReads {
 public:
  virtual ~AccountReads() = default;
  // Returns nullopt if there is no such account.
  virtual absl::StatusOr<std::optional<ServiceAccount>> FindAccount(std::string_view email) = 0;
  // Lists every account, sorted by email.
  virtual absl::StatusOr<std::vector<ServiceAccount>> ListAccounts() = 0;
  // Lists the keys that are not revoked and were used, sorted by email and key id.
  virtual absl::StatusOr<std::vector<KeyUse>> ListKeyUses() = 0;
  // Returns the account's bucket of calls; nullopt if no call was leased from it.
  virtual absl::StatusOr<std::optional<QuotaBucket>> FindQuotaBucket(std::string_view email) = 0;
  // Returns the 32 secret bytes that sign access tokens and page tokens. They were
  // made with the store and are the same for every process that uses it.
  virtual absl::StatusOr<std::string> ServerSecret() = 0;
  // Returns a number that changes, in the same transaction, with every change of the
  // secret, an account, its keys, its companies or its customers' answers to the terms.
  // It is random: no two states have the same number. Cheap, so that what was read
  // before can be used as long as the number is the same.
  virtual absl::StatusOr<int64_t> AccountsVersion() = 0;
};

// Changes service accounts, for administration.
class AccountWrites {
 public:
  virtual ~AccountWrites() = default;
  // Adds the account and its keys. ALREADY_EXISTS if the email is taken.
  virtual absl::Status AddAccount(const ServiceAccount& account) = 0;
  // Adds a key. NOT_FOUND if there is no such account.
  virtual absl::Status AddKey(std::string_view email, const AccountKey& key) = 0;
  // Removes a key: its tokens stop working immediately. NOT_FOUND if there is no
  // such key.
  virtual absl::Status RevokeKey(std::string_view email, std::string_view key_id) = 0;
  // Notes uses of keys; the latest of a key stays. Does not change AccountsVersion, and
  // the log of changes has no entry of it.
  virtual absl::Status NoteKeyUses(std::span<const KeyUse> uses) = 0;
  // Disables or enables the account. NOT_FOUND if there is no such account.
  virtual absl::Status SetAccountDisabled(std::string_view email, bool disabled) = 0;
  // Sets the account's quota (ServiceAccount). NOT_FOUND if there is no such account.
  virtual absl::Status SetAccountQuota(std::string_view email, std::optional<int64_t> per_100s) = 0;
  // Takes up to `wanted` calls from the account's bucket, which all servers of the
  // registry share. It holds `per_100s` calls, is full at first, and fills evenly in
  // 100 s. `now` is the server's time; if the servers' clocks differ, the latest counts.
  virtual absl::StatusOr<QuotaLease> LeaseCalls(std::string_view email, int64_t per_100s,
                                                int64_t wanted, absl::Time now) = 0;
  // Notes the use and returns true, or returns false if the account used the id before and
  // that use has not expired at `now`. Keeps the `most` uses of the account that expire last.
  // Does not change AccountsVersion, and the log of changes has no entry of it.
  virtual absl::StatusOr<bool> UseAssertion(const AssertionUse& use, int64_t most,
                                            absl::Time now) = 0;
  // Deletes up to `limit` uses that expired before `now`, and returns how many.
  virtual absl::StatusOr<int64_t> SweepAssertions(absl::Time now, int64_t limit) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_ACCOUNTS_H_
