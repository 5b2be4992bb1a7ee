// SPDX-License-Identifier: Apache-2.0
#include "auth/call_quota.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/limits.h"
#include "base/rejections.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "store/quota.h"
#include "store/store.h"

namespace zerotouch::auth {

CallQuota::CallQuota(int64_t per_100s, store::Store* shared, const Clock& clock)
    : per_100s_(per_100s),
      shared_(shared),
      clock_(clock),
      buckets_(limits::kQuotaPeriod, limits::kQuotaBuckets) {}

absl::Status CallQuota::Take(const Principal& caller) {
  if (const std::optional<absl::Status> taken = TryTake(caller)) return *taken;
  const int64_t per_100s = QuotaOf(caller);
  ZT_ASSIGN_OR_RETURN(const absl::Duration wait, TakeShared(caller.email, per_100s));
  return Answer(wait, per_100s);
}

std::optional<absl::Status> CallQuota::TryTake(const Principal& caller) {
  const int64_t per_100s = QuotaOf(caller);
  if (per_100s == 0) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  if (shared_ == nullptr) return Answer(buckets_.Take(caller.email, per_100s, now), per_100s);
  const std::optional<absl::Duration> wait = TakeLeased(caller.email, now);
  if (!wait.has_value()) return std::nullopt;
  return Answer(*wait, per_100s);
}

int64_t CallQuota::QuotaOf(const Principal& caller) const {
  return caller.quota_per_100s.value_or(per_100s_);
}

absl::Status CallQuota::Answer(absl::Duration wait, int64_t per_100s) {
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  CountRejection(Rejection::kQuota);
  return errors::TooBusy(
      fmt::format("the quota of this account is {} calls in 100 seconds", per_100s), wait);
}

absl::StatusOr<absl::Duration> CallQuota::TakeShared(const std::string& email, int64_t per_100s) {
  const absl::Time now = clock_.Now();
  // One server has at most a hundredth, so a few servers stay within a tenth.
  const int64_t wanted = std::max<int64_t>(per_100s / 100, 1);
  store::QuotaLease leased;
  ZT_RETURN_IF_ERROR(shared_->Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(leased, transaction.LeaseCalls(email, per_100s, wanted, now));
    return absl::OkStatus();
  }));
  if (leased.calls == 0) {
    Keep(email, {.calls = 0, .empty_until = now + leased.wait});
    return leased.wait;
  }
  Keep(email, {.calls = leased.calls - 1, .empty_until = now});
  return absl::ZeroDuration();
}

std::optional<absl::Duration> CallQuota::TakeLeased(const std::string& email, absl::Time now) {
  const MutexLock lock(mutex_);
  const auto found = leases_.find(email);
  if (found == leases_.end()) return std::nullopt;
  Lease& lease = found->second;
  if (lease.calls > 0) {
    --lease.calls;
    return absl::ZeroDuration();
  }
  if (lease.empty_until <= now) return std::nullopt;
  return lease.empty_until - now;
}

void CallQuota::Keep(const std::string& email, const Lease& more) {
  const MutexLock lock(mutex_);
  // Only accounts of the registry get here. What is forgotten is leased again.
  if (leases_.size() >= limits::kQuotaBuckets && leases_.count(email) == 0) leases_.clear();
  Lease& lease = leases_[email];
  lease.calls += more.calls;
  lease.empty_until = more.empty_until;
}

absl::StatusOr<std::optional<CallQuotaUse>> CallQuota::UseOf(const std::string& email,
                                                             std::optional<int64_t> own) const {
  CallQuotaUse use{.per_100s = own.value_or(per_100s_)};
  if (use.per_100s == 0) return std::nullopt;
  const absl::Time now = clock_.Now();
  if (shared_ == nullptr) {
    use.used = buckets_.UsedOf(email, use.per_100s, now);
    return use;
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, shared_->Read());
  ZT_ASSIGN_OR_RETURN(const std::optional<store::QuotaBucket> bucket,
                      snapshot->FindQuotaBucket(email));
  if (bucket.has_value()) use.used = store::UsedOf(*bucket, use.per_100s, now);
  return use;
}

}  // namespace zerotouch::auth
