// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/pool.h"

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"

namespace zerotouch::store::postgres {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kLongestBackoff = absl::Seconds(1);

// How long a call waits at most for a session while all are in use.
constexpr std::chrono::seconds kLongestWait(10);

// How long other calls do not connect while one call does.
constexpr absl::Duration kAttemptTime = absl::Seconds(10);

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Pool::Take() {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> free, TakePlace());
  if (free != nullptr) return free;
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url_);
  if (db.ok()) (*db)->SetWatch(answering_);
  NoteAttempt(db.status());
  return db;
}

absl::StatusOr<std::unique_ptr<Session>> Pool::TakePlace() {
  MutexLock lock(mutex_);
  if (!answering_) {
    free_.clear();
    return absl::UnavailableError("the database does not answer");
  }
  if (waiting_ >= limits::kQueuedWrites) {
    return absl::ResourceExhaustedError("too many calls are waiting for the database");
  }
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  ++waiting_;
  while (in_use_ >= size_ && lock.WaitUntil(freed_, deadline)) {
  }
  --waiting_;
  if (in_use_ >= size_) return absl::UnavailableError("every session with the database is busy");
  ++in_use_;
  while (!free_.empty()) {
    std::unique_ptr<Session> db = std::move(free_.back());
    free_.pop_back();
    if (db->StillThere()) return db;
  }
  const absl::Time now = absl::Now();
  if (now < next_attempt_) {
    Leave();
    return absl::Status(last_error_.code(), last_error_.message());
  }
  if (backoff_ > absl::ZeroDuration()) next_attempt_ = now + kAttemptTime;
  return nullptr;
}

void Pool::NoteAttempt(const absl::Status& status) {
  const MutexLock lock(mutex_);
  if (status.ok()) {
    if (backoff_ > absl::ZeroDuration()) log::Info("connected to the database again");
    backoff_ = absl::ZeroDuration();
    next_attempt_ = absl::InfinitePast();
    return;
  }
  if (backoff_ == absl::ZeroDuration()) {
    log::Error("cannot reach the database", {{"error", MessageOf(status)}});
  }
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  next_attempt_ = absl::Now() + backoff_;
  last_error_ = absl::Status(status.code(), status.message());
  Leave();
}

void Pool::Leave() {
  --in_use_;
  freed_.notify_one();
}

void Pool::GiveBack(std::unique_ptr<Session> db) {
  const MutexLock lock(mutex_);
  if (db != nullptr && !db->lost()) free_.push_back(std::move(db));
  Leave();
}

}  // namespace zerotouch::store::postgres
