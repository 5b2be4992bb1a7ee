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
#include "store/changelog/logged.h"
#include "store/figures.h"
#include "store/guarded.h"
#include "store/postgres/errors.h"
#include "store/postgres/listener.h"
#include "store/postgres/pool.h"
#include "store/postgres/read_groups.h"
#include "store/postgres/saved_states.h"
#include "store/postgres/schema.h"
#include "store/postgres/shared_read.h"
#include "store/postgres/transaction.h"
#include "store/postgres/work_threads.h"

namespace zerotouch::store::postgres {
namespace {

// How many sessions a process uses at most. PostgreSQL allows 100 by default, which
// is enough for four replicas.
constexpr int kReaders = 12;
constexpr int kWriters = 8;

// The threads that run short changes at most: they mostly wait, and as many calls as wait can
// share a transaction (src/batch/grouped_calls.h).
constexpr size_t kWritingThreads = 64;

// The threads that read for several calls at once, and run them. While they are busy, calls
// gather.
constexpr size_t kReadGroups = 2;

// Each statement of a writing transaction sees what others committed before it.
// Decisions that depend on it are verified by the writes (see transaction.h).
constexpr char kBeginReading[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
constexpr char kBeginWriting[] = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE";

// How many times a transaction that conflicts with others is tried, and its first
// and longest pause before a retry.
constexpr int kAttempts = 20;
constexpr int64_t kFirstPauseUs = 500;
constexpr int64_t kLongestPauseUs = 100'000;

// A snapshot on a session of the pool, which it returns to the pool.
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
  const metrics::Timer timer_{StoreSeconds(StoreKind::kPostgres, StoreCall::kRead)};
  Pool& pool_;
  std::unique_ptr<Session> db_;
};

class PostgresStore final : public Store {
 public:
  PostgresStore(const std::string& url, const Clock& clock, absl::Duration ahead)
      : states_(url),
        readers_(url, kReaders, answering_),
        writers_(url, kWriters, answering_),
        ids_(clock),
        listener_(url, clock, ahead, answering_),
        writing_(kWritingThreads),
        read_groups_(kReadGroups, [this](auto devices) { return ReadForCalls(devices); }) {}

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, readers_.Take());
    return std::make_unique<PostgresSnapshot>(readers_, std::move(db), listener_.leases());
  }

  absl::StatusOr<int64_t> AccountsVersion() override {
    if (const auto* reads = read_groups_.Current()) {
      if (!reads->ok()) return CopyOf(reads->status());
      return (*reads)->accounts_version;
    }
    const VersionRead read = accounts_version_.Get([&] {
      const absl::StatusOr<int64_t> version = ReadAccountsVersion();
      return VersionRead{.version = version.value_or(0),
                         .code = version.status().code(),
                         .message = std::string(MessageOf(version.status()))};
    });
    if (read.code != absl::StatusCode::kOk) return absl::Status(read.code, read.message);
    return read.version;
  }

  absl::StatusOr<DeviceState> ReadDevice(DeviceId id) override {
    if (const auto* reads = read_groups_.Current()) {
      if (!reads->ok()) return CopyOf(reads->status());
      const auto found = (*reads)->devices.find(id);
      if (found != (*reads)->devices.end()) return found->second;
    }
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, readers_.Take());
    absl::StatusOr<DeviceState> device =
        PostgresTransaction(*db, listener_.leases()).ReadDevice(id);
    readers_.GiveBack(std::move(db));
    return device;
  }

  bool ReadInGroup(DeviceId device, Work&& work) override {
    read_groups_.Add(device, std::move(work));
    return true;
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) override {
    int64_t pause_us = kFirstPauseUs;
    for (int attempt = 1;; ++attempt) {
      bool again = false;
      absl::Status status = WriteOnce(mutation, again);
      if (!again || attempt == kAttempts) {
        if (!again) return status;
        return absl::UnavailableError(
            fmt::format("every retry conflicted with other changes: {}", MessageOf(status)));
      }
      absl::SleepFor(absl::Microseconds(RandomBetween(0, pause_us)));
      pause_us = std::min(pause_us * 2, kLongestPauseUs);
    }
  }

  bool WriteInGroup(Work&& work, WorkDone&& done) override {
    writing_.Add([work = std::move(work), done = std::move(done)]() mutable {
      std::move(done)(Guarded([&] {
        std::exchange(work, nullptr)();
        return absl::OkStatus();
      }));
    });
    return true;
  }

  void OnOperation(std::function<void()> heard) override {
    listener_.OnOperation(std::move(heard));
  }

  absl::Status Ping() override { return listener_.Check(); }

  SavedStates* saved_states() override { return &states_; }

 private:
  // The result that callers share. (Several threads must not copy one absl::Status: the packaged
  // Abseil counts its copies in a way that ThreadSanitizer does not see.)
  struct VersionRead {
    int64_t version = 0;
    absl::StatusCode code = absl::StatusCode::kOk;
    std::string message;
  };

  // Returns a status that another thread than that of `status` may copy.
  static absl::Status CopyOf(const absl::Status& status) {
    return absl::Status(status.code(), status.message());
  }

  absl::StatusOr<int64_t> ReadAccountsVersion() {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, readers_.Take());
    absl::StatusOr<int64_t> version =
        PostgresTransaction(*db, listener_.leases()).AccountsVersion();
    readers_.GiveBack(std::move(db));
    return version;
  }

  absl::StatusOr<GroupReads> ReadForCalls(std::span<const DeviceId> devices) {
    const metrics::Timer timer(StoreSeconds(StoreKind::kPostgres, StoreCall::kRead));
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, readers_.Take());
    absl::StatusOr<GroupReads> reads =
        PostgresTransaction(*db, listener_.leases()).ReadForCalls(devices);
    readers_.GiveBack(std::move(db));
    return reads;
  }

  // Sets `again` to true if the transaction only conflicted with others.
  absl::Status WriteOnce(const std::function<absl::Status(Transaction&)>& mutation, bool& again) {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Session> db, writers_.Take());
    db->Begin(kBeginWriting);
    changelog::Logged<PostgresTransaction> transaction(*db, listener_.leases(), ids_);
    absl::Status status = mutation(transaction);
    if (status.ok()) status = transaction.FinishBlock(ids_.Now());
    if (status.ok()) status = fault::At("store.commit");
    if (status.ok()) {
      const metrics::Timer timer(StoreSeconds(StoreKind::kPostgres, StoreCall::kCommit));
      status = db->Commit();
    }
    if (!status.ok()) db->Rollback().IgnoreError();
    again = !status.ok() && db->conflict() && !db->lost();
    if (db->commit_unknown()) {
      status = absl::UnknownError(
          fmt::format("it is not known whether the database committed: {}", MessageOf(status)));
      log::Warning("cannot tell whether the database committed: the connection was lost",
                   {{"error", MessageOf(status)}});
    }
    writers_.GiveBack(std::move(db));
    return status;
  }

  SchemaStates states_;
  std::atomic<bool> answering_ = true;  // set by the listener
  Pool readers_;
  Pool writers_;
  SharedRead<VersionRead> accounts_version_;
  DeviceIds ids_;
  Listener listener_;
  WorkThreads writing_;
  ReadGroups read_groups_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenDatabase(const std::string& url, const Clock& clock) {
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url);
  if (!db.ok()) return CannotReach(db.status());
  ZT_RETURN_IF_ERROR(PrepareSchema(**db));
  ZT_ASSIGN_OR_RETURN(const absl::Duration ahead, MeasureClock(**db, clock));
  return std::make_unique<PostgresStore>(url, clock, ahead);
}

absl::StatusOr<Inspection> InspectDatabase(const std::string& url, const Clock& clock) {
  const absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url);
  if (!db.ok()) return CannotReach(db.status());
  Inspection found = {.newest = static_cast<int64_t>(Migrations().size())};
  ZT_ASSIGN_OR_RETURN(found.schema, ReadUsableSchema(**db));
  ZT_ASSIGN_OR_RETURN(found.clock_ahead, MeasureClock(**db, clock));
  return found;
}

}  // namespace zerotouch::store::postgres
