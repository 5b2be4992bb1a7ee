// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ACCOUNT_CACHE_H_
#define ZEROTOUCH_AUTH_ACCOUNT_CACHE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/lru_cache.h"
#include "base/mutex.h"
#include "store/store.h"

namespace zerotouch::auth {

// Service accounts and the key of access tokens, as the store has them. What was read
// before is used again while the store's AccountsVersion is the same, so a call reads
// one number instead of the account, and a change on any replica holds from the next
// call on. Holds at most limits::kCachedAccounts accounts. Thread-safe.
//
// Reads of one call begin with Version(), whose result the others take.
class AccountCache {
 public:
  // `store` must outlive it.
  explicit AccountCache(store::Store& store) : store_(store) {}

  // Reads the version of the accounts from the store.
  absl::StatusOr<int64_t> Version();

  // Returns the account as of `version` or later, or null if no account has the email.
  absl::StatusOr<std::shared_ptr<const store::ServiceAccount>> Find(std::string_view email,
                                                                    int64_t version);

  // Returns the key that signs access tokens (TokenKeyOf), as of `version` or later.
  absl::StatusOr<std::shared_ptr<const std::string>> TokenKey(int64_t version);

 private:
  struct Entry {
    int64_t version = 0;
    std::shared_ptr<const store::ServiceAccount> account;
  };

  store::Store& store_;
  LruCache<Entry> entries_{limits::kCachedAccounts};  // by e-mail address
  Mutex mutex_;
  int64_t key_version_ ZT_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const std::string> key_ ZT_GUARDED_BY(mutex_);  // null at first
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ACCOUNT_CACHE_H_
