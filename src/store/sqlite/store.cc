// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/store.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/status_macros.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/view.h"
#include "store/sqlite/writer.h"

namespace zerotouch::store::sqlite {
namespace {

// Connections that read, at most; a call that finds none free waits for one.
constexpr int kReaders = 32;

// Pages that the writing connection keeps, in KiB: a chunk of a batch touches
// some 10 MiB of them.
constexpr char kWriterSettings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 67108864;";
constexpr char kReaderSettings[] =
    "PRAGMA query_only = ON;"
    "PRAGMA cache_size = -2048;";

// Read-only connections, made when they are first needed.
class Readers {
 public:
  explicit Readers(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::unique_ptr<Connection>> Take() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return !free_.empty() || in_use_ < kReaders; });
    ++in_use_;
    if (!free_.empty()) {
      std::unique_ptr<Connection> db = std::move(free_.back());
      free_.pop_back();
      return db;
    }
    lock.unlock();
    absl::StatusOr<std::unique_ptr<Connection>> db = OpenOne();
    if (!db.ok()) GiveBack(nullptr);
    return db;
  }

  void GiveBack(std::unique_ptr<Connection> db) {
    {
      const std::lock_guard lock(mutex_);
      --in_use_;
      if (db != nullptr) free_.push_back(std::move(db));
    }
    freed_.notify_one();
  }

 private:
  absl::StatusOr<std::unique_ptr<Connection>> OpenOne() {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db, Connection::Open(path_, Access::kRead));
    ZT_RETURN_IF_ERROR(db->Run(kReaderSettings));
    return db;
  }

  const std::string path_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  int in_use_ = 0;
};

class SqliteSnapshot final : public ReadsOn<Snapshot> {
 public:
  // `db` has a transaction open.
  SqliteSnapshot(Readers& readers, std::unique_ptr<Connection> db)
      : ReadsOn(*db), readers_(readers), owned_(std::move(db)) {}
  ~SqliteSnapshot() override {
    const bool closed = owned_->Use("COMMIT").Run().ok();
    readers_.GiveBack(closed ? std::move(owned_) : nullptr);
  }

 private:
  Readers& readers_;
  std::unique_ptr<Connection> owned_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& path, std::unique_ptr<FileLock> lock,
              std::unique_ptr<Connection> writing, const Clock& clock)
      : lock_(std::move(lock)), readers_(path), writer_(std::move(writing), *lock_, clock) {}

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db, readers_.Take());
    absl::Status status = db->Use("BEGIN").Run();
    if (!status.ok()) {
      readers_.GiveBack(nullptr);
      return status;
    }
    return std::make_unique<SqliteSnapshot>(readers_, std::move(db));
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) override {
    return writer_.Write(mutation);
  }

  // There is no other process: of a file, one server at a time.
  void OnOperation(std::function<void()>) override {}

  absl::Status Ping() override {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, Read());
    return snapshot->ServerSecret().status();
  }

 private:
  std::unique_ptr<FileLock> lock_;
  Readers readers_;
  Writer writer_;  // last: it stops before the rest goes
};

// Checks the file, makes it a registry of this version, and sets the
// connection up. The writing right is held.
absl::Status Prepare(Connection& db, const std::string& path, FileLock& lock, Role role) {
  ZT_ASSIGN_OR_RETURN(const SchemaState schema, CheckSchema(db, path));
  if (schema == SchemaState::kNeedsMigration && role == Role::kAdmin) {
    // A server of the old version must not find the new schema under it.
    ZT_ASSIGN_OR_RETURN(const bool alone, lock.TryBecomeServer());
    if (!alone) return InUse(path);
  }
  ZT_RETURN_IF_ERROR(db.Run("PRAGMA journal_mode = WAL"));
  ZT_RETURN_IF_ERROR(db.Run(kWriterSettings));
  if (schema == SchemaState::kNeedsMigration) ZT_RETURN_IF_ERROR(Migrate(db));
  if (role == Role::kServer) ZT_RETURN_IF_ERROR(EndAllLeases(db));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenFile(const std::string& path, const Clock& clock,
                                                Role role) {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, FileLock::OpenBeside(path));
  if (role == Role::kServer) {
    ZT_ASSIGN_OR_RETURN(const bool alone, lock->TryBecomeServer());
    if (!alone) return InUse(path);
  }
  ZT_RETURN_IF_ERROR(lock->LockWriting());
  absl::StatusOr<std::unique_ptr<Connection>> db = Connection::Open(path, Access::kWrite);
  absl::Status status = db.status();
  if (status.ok()) status = Prepare(**db, path, *lock, role);
  lock->UnlockWriting();
  ZT_RETURN_IF_ERROR(CannotUse(path, status));
  return std::make_unique<SqliteStore>(path, std::move(lock), *std::move(db), clock);
}

}  // namespace zerotouch::store::sqlite
