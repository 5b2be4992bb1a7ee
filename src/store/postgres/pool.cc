// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/pool.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_text.h"

namespace zerotouch::store::postgres {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
constexpr absl::Duration kLongestBackoff = absl::Seconds(1);

// How long a caller waits for a session that others use.
constexpr absl::Duration kLongestWait = absl::Seconds(10);

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Pool::Take() {
  std::unique_lock lock(mutex_);
  if (!answering_) {
    free_.clear();
    return absl::UnavailableError("the database does not answer");
  }
  if (waiting_ >= limits::kQueuedWrites) {
    return absl::ResourceExhaustedError("too many calls are waiting for the database");
  }
  ++waiting_;
  const bool free = freed_.wait_for(lock, absl::ToChronoMilliseconds(kLongestWait),
                                    [&] { return in_use_ < size_; });
  --waiting_;
  if (!free) return absl::UnavailableError("every session with the database is busy");
  ++in_use_;
  while (!free_.empty()) {
    std::unique_ptr<Connection> db = std::move(free_.back());
    free_.pop_back();
    if (db->StillThere()) return db;
  }
  return OpenOne(lock);
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::OpenOne(std::unique_lock<std::mutex>& lock) {
  const absl::Time now = absl::Now();
  if (now < next_try_) {
    Leave();
    return absl::Status(last_error_.code(), last_error_.message());
  }
  // Nobody else tries meanwhile, if the last try failed.
  if (backoff_ > absl::ZeroDuration()) next_try_ = now + absl::Seconds(10);
  lock.unlock();
  absl::StatusOr<std::unique_ptr<Connection>> db = Connection::Open(url_);
  lock.lock();
  if (db.ok()) {
    (*db)->SetWatch(answering_);
    if (backoff_ > absl::ZeroDuration()) log::Info("the database can be reached again");
    backoff_ = absl::ZeroDuration();
    next_try_ = absl::InfinitePast();
    return db;
  }
  if (backoff_ == absl::ZeroDuration()) {
    log::Error("the database cannot be reached", {{"error", MessageOf(db.status())}});
  }
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  next_try_ = absl::Now() + backoff_;
  last_error_ = absl::Status(db.status().code(), db.status().message());
  Leave();
  return db;
}

void Pool::Leave() {
  --in_use_;
  freed_.notify_one();
}

void Pool::GiveBack(std::unique_ptr<Connection> db) {
  const std::lock_guard lock(mutex_);
  if (db != nullptr && !db->lost()) free_.push_back(std::move(db));
  Leave();
}

}  // namespace zerotouch::store::postgres
