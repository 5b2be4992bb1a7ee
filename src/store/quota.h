// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_QUOTA_H_
#define ZEROTOUCH_STORE_QUOTA_H_

#include <cstdint>

#include "absl/time/time.h"
#include "store/accounts.h"

// The bucket of calls of an account as it is stored: the same rule on every store.
namespace zerotouch::store {

// Returns the bucket of an account that made no call yet.
QuotaBucket FullBucket(int64_t per_100s, absl::Time now);

// Fills the bucket up to `now` and takes up to `wanted` calls from it. `now` may be
// before `filled`, because servers' clocks differ: nothing is filled in then.
QuotaLease TakeFrom(QuotaBucket& bucket, int64_t per_100s, int64_t wanted, absl::Time now);

// Returns how many calls were taken from the bucket and are not filled in again.
int64_t UsedOf(QuotaBucket bucket, int64_t per_100s, absl::Time now);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_QUOTA_H_
