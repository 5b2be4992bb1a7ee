// SPDX-License-Identifier: Apache-2.0
#include "store/quota.h"

#include <algorithm>

#include "base/limits.h"

namespace zerotouch::store {
namespace {

constexpr int64_t kCall = 1'000'000;  // millionths

}  // namespace

QuotaBucket FullBucket(int64_t per_100s, absl::Time now) {
  return {.millionths = per_100s * kCall, .filled = now};
}

QuotaLease TakeFrom(QuotaBucket& bucket, int64_t per_100s, int64_t wanted, absl::Time now) {
  const double per_second =
      static_cast<double>(per_100s) / absl::ToDoubleSeconds(limits::kQuotaPeriod);
  const absl::Duration passed =
      std::clamp(now - bucket.filled, absl::ZeroDuration(), limits::kQuotaPeriod);
  const auto filled =
      static_cast<int64_t>(absl::ToDoubleSeconds(passed) * per_second * static_cast<double>(kCall));
  bucket.millionths = std::min(per_100s * kCall, bucket.millionths + filled);
  bucket.filled = std::max(bucket.filled, now);
  QuotaLease lease;
  lease.calls = std::min(wanted, bucket.millionths / kCall);
  bucket.millionths -= lease.calls * kCall;
  if (lease.calls == 0) {
    const double missing =
        static_cast<double>(kCall - bucket.millionths) / static_cast<double>(kCall);
    lease.wait = absl::Seconds(missing / per_second);
  }
  return lease;
}

int64_t UsedOf(QuotaBucket bucket, int64_t per_100s, absl::Time now) {
  return per_100s - TakeFrom(bucket, per_100s, per_100s, now).calls;
}

}  // namespace zerotouch::store
