// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "absl/time/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/postgres/errors.h"
#include "store/postgres/listener.h"
#include "store/postgres/pool.h"
#include "store/postgres/schema.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Sessions of one process, at most. PostgreSQL has 100 for all unless told
// otherwise, so that four replicas fit.
constexpr int kReaders = 12;
constexpr int kWriters = 8;

// A transaction sees what others committed before each of its statements; what
// it decides by that it checks when it writes (see transaction.h).
constexpr char kBeginReading[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
constexpr char kBeginWriting[] = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE";

// How often a transaction that others got in the way of is run again, and how
// long it waits for that, at first and at most.
constexpr int kAttempts = 20;
constexpr int64_t kFirstPauseUs = 500;
constexpr int64_t kLongestPauseUs = 100'000;

// A view on a session of the pool, which it gives back.
class PostgresSnapshot final : public PostgresTransaction {
 public:
  PostgresSnapshot(Pool& pool, std::unique_ptr<Session> db, LeaseClock leases)
      : PostgresTransaction(*db, leases), pool_(pool), db_(std::move(db)) {
    db_->Begin(kBeginReading);
  }
  ~PostgresSnapshot() override {
    db_->EndReading();
    pool_.GiveBack(std::move(db_));
  }

 private:
  Pool& pool_;
  std::unique_ptr<Session> db_;
};

class PostgresStore final : public Store {
 public:
  PostgresStore(const std::string& url, const Clock& clock, absl::Duration ahead)
      : readers_(url, kReaders, answering_),
        writers_(url, kWriters, answering_),
        ids_(clock),
        listener_(url, clock, ahead, answering_) {}

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, readers_.Take());
    return std::make_unique<PostgresSnapshot>(readers_, std::move(db), listener_.leases());
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) override {
    int64_t pause_us = kFirstPauseUs;
    for (int attempt = 1;; ++attempt) {
      bool again = false;
      absl::Status status = WriteOnce(mutation, again);
      if (!again || attempt == kAttempts) {
        if (!again) return status;
        return absl::UnavailableError(
            fmt::format("others kept getting in the way: {}", MessageOf(status)));
      }
      absl::SleepFor(absl::Microseconds(RandomBetween(0, pause_us)));
      pause_us = std::min(pause_us * 2, kLongestPauseUs);
    }
  }

  void OnOperation(std::function<void()> heard) override {
    listener_.OnOperation(std::move(heard));
  }

  absl::Status Ping() override {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, Read());
    return snapshot->ServerSecret().status();
  }

 private:
  // `again` is whether it failed only because of what others did.
  absl::Status WriteOnce(const std::function<absl::Status(Transaction&)>& mutation, bool& again) {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, writers_.Take());
    db->Begin(kBeginWriting);
    PostgresTransaction transaction(*db, listener_.leases(), ids_);
    absl::Status status = mutation(transaction);
    if (status.ok()) status = db->Flush();
    if (status.ok()) status = fault::At("store.commit");
    if (status.ok()) {
      status = db->Commit();
    } else {
      db->Rollback().IgnoreError();
    }
    again = !status.ok() && db->conflict() && !db->lost();
    if (db->commit_unknown()) {
      log::Warning("nobody knows whether the database did what it was told to",
                   {{"error", MessageOf(status)}});
    }
    writers_.GiveBack(std::move(db));
    return status;
  }

  std::atomic<bool> answering_ = true;  // the database, as the listener sees it
  Pool readers_;
  Pool writers_;
  DeviceIds ids_;
  Listener listener_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenDatabase(const std::string& url, const Clock& clock) {
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url);
  if (!db.ok()) return CannotReach(db.status());
  ZT_RETURN_IF_ERROR(PrepareSchema(**db));
  ZT_ASSIGN_OR_RETURN(const absl::Duration ahead, MeasureClock(**db, clock));
  return std::make_unique<PostgresStore>(url, clock, ahead);
}

}  // namespace zerotouch::store::postgres
