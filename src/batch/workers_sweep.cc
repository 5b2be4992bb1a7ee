// SPDX-License-Identifier: Apache-2.0
// Deletes, between operations, what is over: operations and deliveries past their retention,
// assertions that have expired, claims that were given up.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/workers.h"

namespace zerotouch::batch {
namespace {

constexpr absl::Duration kSweepInterval = absl::Minutes(10);

// How much one transaction deletes, so that it does not hold up others.
constexpr int64_t kSweepLimit = 10;
constexpr int64_t kAssertionSweepLimit = 500;

// How far the retention mark may be behind the clock before the log says so.
constexpr absl::Duration kNotableDelay = absl::Hours(1);

}  // namespace

absl::StatusOr<absl::Time> Workers::AdvanceRetention() {
  // A mark of an earlier moment must not be stored after that of a later one.
  const MutexLock advancing(advance_mutex_);
  RetentionClock retention;
  {
    const MutexLock lock(mutex_);
    retention = retention_;
    retention_.TakeLowest();
  }
  const RetentionClock::Moment moment{.wall = clock_.Now(), .steady = clock_.Steady()};
  absl::Time mark;
  absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(std::optional<absl::Time> stored, transaction.LockRetentionMark());
    if (!stored.has_value()) {
      ZT_ASSIGN_OR_RETURN(stored, transaction.NewestFinish());
    }
    mark = retention.MarkAt(moment, stored);
    return transaction.SetRetentionMark(mark);
  });
  const MutexLock lock(mutex_);
  if (!status.ok()) {
    retention_.Lower(retention.TakeLowest());
    return status;
  }
  retention_.Keep(moment, mark);
  return mark;
}

void Workers::Sweep() {
  bool was_behind = false;
  {
    const MutexLock lock(mutex_);
    const absl::Duration now = clock_.Steady();
    retention_.Observe({.wall = clock_.Now(), .steady = now});
    if (now < next_sweep_) return;
    next_sweep_ = now + kSweepInterval;
    was_behind = std::exchange(is_retention_behind_, false);
  }
  const std::optional<absl::Time> mark = DeleteOld();
  if (!mark.has_value()) return;
  const absl::Duration behind = clock_.Now() - *mark;
  if (behind > kNotableDelay) {
    if (!was_behind) {
      log::Warning(
          "the clock was set, or no server ran for long; keeping finished operations longer",
          {{"hours", absl::ToInt64Hours(behind)}});
    }
    const MutexLock lock(mutex_);
    is_retention_behind_ = true;
  }
  ForgetAssertions();
  SettleGivenUp();
}

std::optional<absl::Time> Workers::DeleteOld() {
  const absl::StatusOr<absl::Time> mark = AdvanceRetention();
  if (!mark.ok()) {
    log::Error("cannot delete old operations", {{"error", MessageOf(mark.status())}});
    return std::nullopt;
  }
  DeleteFinishedBefore(*mark - limits::kOperationRetention);
  return *mark;
}

void Workers::DeleteFinishedBefore(absl::Time before) {
  int64_t deleted = 0;
  int64_t swept = kSweepLimit;
  int64_t deliveries = 0;
  while ((swept == kSweepLimit || deliveries == kSweepLimit) && !Stopping()) {
    const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      ZT_ASSIGN_OR_RETURN(swept, transaction.SweepOperations(before, kSweepLimit));
      ZT_ASSIGN_OR_RETURN(deliveries, transaction.SweepDeliveries(before, kSweepLimit));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      log::Error("cannot delete old operations and deliveries", {{"error", MessageOf(status)}});
      break;
    }
    deleted += swept;
  }
  if (deleted == 0) return;
  log::Info(
      "deleted old operations",
      {{"operations", deleted}, {"finishedBefore", absl::FormatTime(before, absl::UTCTimeZone())}});
}

void Workers::ForgetAssertions() {
  // The clock of a sandbox may be ahead of the one by which an assertion is good.
  const absl::Time now = std::min(clock_.Now(), clock_.Real().Now());
  int64_t swept = kAssertionSweepLimit;
  while (swept == kAssertionSweepLimit && !Stopping()) {
    const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      ZT_ASSIGN_OR_RETURN(swept, transaction.SweepAssertions(now, kAssertionSweepLimit));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      return log::Error("cannot delete the uses of expired assertions",
                        {{"error", MessageOf(status)}});
    }
  }
}

void Workers::SettleGivenUp() {
  {
    const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_.Read();
    if (!snapshot.ok() || !(*snapshot)->HasManyGivenUp().value_or(false)) return;
  }
  std::optional<DeviceId> after = DeviceId();
  while (after.has_value() && !Stopping() && !HasRunnable()) {
    const DeviceId from = *after;
    const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      ZT_ASSIGN_OR_RETURN(after, transaction.SettleGivenUp(from));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      log::Error("cannot settle claims that were given up", {{"error", MessageOf(status)}});
      return;
    }
  }
}

}  // namespace zerotouch::batch
