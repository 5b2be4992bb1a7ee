// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ASSERTION_IDS_H_
#define ZEROTOUCH_AUTH_ASSERTION_IDS_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"
#include "base/limits.h"
#include "base/mutex.h"

namespace zerotouch::auth {

// Remembers the ids (`jti`) of assertions until these expire, so that none is used twice
// (RFC 7523 section 3, item 7). In memory, of this process: another server, or this one
// after a restart, does not know them. Where ids are too many, of one account or of all,
// the one that expires first is forgotten. Thread-safe.
class AssertionIds {
 public:
  explicit AssertionIds(size_t most = limits::kAssertionIds,
                        size_t most_of_account = limits::kAssertionIdsPerAccount)
      : most_(most), most_of_account_(most_of_account) {}

  // Returns true and remembers the id until `expires`, or returns false if the account used
  // it before and that use has not expired at `now`.
  bool Use(std::string_view account, std::string_view id, absl::Time expires, absl::Time now);

  size_t size() const;

 private:
  // When an id expires, and its digest.
  using Entry = std::pair<absl::Time, std::string>;
  struct Known {
    absl::Time expires;
    std::string account;
  };

  void Forget(const Entry& entry) ZT_REQUIRES(mutex_);

  const size_t most_;
  const size_t most_of_account_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, Known> known_ ZT_GUARDED_BY(mutex_);  // by digest
  std::set<Entry> by_expiry_ ZT_GUARDED_BY(mutex_);
  std::map<std::string, std::set<Entry>, std::less<>> of_account_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ASSERTION_IDS_H_
