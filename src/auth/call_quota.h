// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_CALL_QUOTA_H_
#define ZEROTOUCH_AUTH_CALL_QUOTA_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/principal.h"
#include "auth/token_buckets.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::auth {

struct CallQuotaUse {
  int64_t per_100s = 0;
  int64_t used = 0;  // calls that are not filled in again
};

// Limits the calls of each account: a bucket of N calls, which is full again after
// 100 s. One server counts in memory. Servers that share a registry lease calls from a
// bucket in the store, a hundredth of it at a time, so that all together exceed the
// quota by a hundredth for each server at most. Thread-safe.
class CallQuota {
 public:
  // `per_100s` is N of the accounts that have no quota of their own; 0: no limit.
  // `shared` is the registry if several servers may use it, else null. Both must
  // outlive it.
  CallQuota(int64_t per_100s, store::Store* shared, const Clock& clock);

  // Counts a call of the account. Returns errors::TooBusy with the time to wait if its
  // quota is used up, or an error of the store. May wait for the store if that is
  // shared.
  absl::Status Take(const Principal& caller);
  // The same, but does not wait: returns nullopt, and counts nothing, if Take has to.
  std::optional<absl::Status> TryTake(const Principal& caller);

  // Returns the quota of an account and how much of it is used; nullopt if its calls are
  // not limited. `own` is the account's own quota, if it has one.
  absl::StatusOr<std::optional<CallQuotaUse>> UseOf(const std::string& email,
                                                    std::optional<int64_t> own) const;

 private:
  // Holds the calls that this server took from an account's bucket in the store.
  struct Lease {
    int64_t calls = 0;
    absl::Time empty_until;  // the store has none before that
  };

  int64_t QuotaOf(const Principal& caller) const;
  // Returns OK, or the error of a caller that has to wait.
  static absl::Status Answer(absl::Duration wait, int64_t per_100s);
  absl::StatusOr<absl::Duration> TakeShared(const std::string& email, int64_t per_100s);
  // Takes a call from the lease. Returns nullopt if the store must be asked.
  std::optional<absl::Duration> TakeLeased(const std::string& email, absl::Time now);
  void Keep(const std::string& email, const Lease& more);

  const int64_t per_100s_;
  store::Store* const shared_;
  const Clock& clock_;
  TokenBuckets buckets_;
  Mutex mutex_;
  std::map<std::string, Lease> leases_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_CALL_QUOTA_H_
