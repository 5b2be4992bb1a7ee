// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/store.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "store/figures.h"
#include "store/sqlite/database.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/pool.h"
#include "store/sqlite/registry_files.h"
#include "store/sqlite/saved_states.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/transaction.h"
#include "store/sqlite/writer.h"

namespace zerotouch::store::sqlite {
namespace {

// How many connections read at most. A call that finds none free waits for one. A worker that loads
// a batch has two, and there are 64 workers at most.
constexpr int kReaders = 160;

// The writing connection caches 8 MiB of pages. A chunk of a batch goes through each table in its
// order, so with 32 MiB it takes as long.
constexpr char kWriterSettings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cache_size = -8192;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 67108864;";

// A snapshot on a connection of the pool, which it returns to the pool.
class SqliteSnapshot final : public SqliteTransaction {
 public:
  SqliteSnapshot(Pool& pool, std::unique_ptr<Database> db)
      : SqliteTransaction(*db), pool_(pool), db_(std::move(db)) {}
  ~SqliteSnapshot() override { pool_.GiveBack(std::move(db_)); }

 private:
  const metrics::Timer timer_{StoreSeconds(StoreKind::kSqlite, StoreCall::kRead)};
  Pool& pool_;
  std::unique_ptr<Database> db_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::shared_ptr<FileLock> lock, const RegistryFiles& files,
              std::unique_ptr<Database> writing, std::unique_ptr<Database> log, const Clock& clock)
      : lock_(std::move(lock)),
        files_(files),
        readers_(std::make_shared<Pool>(lock_->path(), files, std::move(log), kReaders)),
        writer_(std::move(writing), lock_, files, readers_, clock),
        states_(lock_->path(), *readers_, writer_) {}

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, readers_->Take());
    return std::make_unique<SqliteSnapshot>(*readers_, std::move(db));
  }

  absl::StatusOr<int64_t> AccountsVersion() override {
    const std::optional<LogHeader> header = readers_->ReadLogHeader();
    if (header.has_value()) {
      const MutexLock lock(mutex_);
      if (version_header_ == header) return version_;
    }
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, readers_->Take());
    absl::StatusOr<int64_t> version = SqliteTransaction(*db).AccountsVersion();
    readers_->GiveBack(version.ok() ? std::move(db) : nullptr);
    if (version.ok()) {
      const MutexLock lock(mutex_);
      version_ = *version;
      version_header_ = header;
    }
    return version;
  }

  absl::StatusOr<DeviceState> ReadDevice(DeviceId id) override {
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, readers_->Take());
    absl::StatusOr<DeviceState> device = SqliteTransaction(*db).ReadDevice(id);
    readers_->GiveBack(device.ok() ? std::move(db) : nullptr);
    return device;
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) override {
    return writer_.Write(mutation);
  }

  bool WriteInGroup(Work&& work, WorkDone&& done) override {
    writer_.WriteInGroup(std::move(work), std::move(done));
    return true;
  }

  void ShortenWaits(absl::Duration longest) override { writer_.ShortenWaits(longest); }

  bool ReadsWait() const override { return false; }

  SavedStates* saved_states() override { return &states_; }

  // Only one server at a time has the file open.
  void OnOperation(std::function<void()>) override {}

  absl::Status Ping() override {
    ZT_RETURN_IF_ERROR(writer_.CheckHealth());
    if (!files_.Check().ok()) {
      return errors::Unavailable("a file of the registry was removed or replaced");
    }
    ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, readers_->TryTake());
    if (db == nullptr) return absl::OkStatus();  // all connections are reading
    return SqliteSnapshot(*readers_, std::move(db)).ServerSecret().status();
  }

 private:
  const std::shared_ptr<FileLock> lock_;  // first: it ends after every connection
  const RegistryFiles files_;
  const std::shared_ptr<Pool> readers_;
  Writer writer_;  // it stops before what it uses is gone
  FileStates states_;
  Mutex mutex_;
  // Hold what AccountsVersion read last, and the header of the log before it did.
  int64_t version_ ZT_GUARDED_BY(mutex_) = 0;
  std::optional<LogHeader> version_header_ ZT_GUARDED_BY(mutex_);
};

// Checks the file, makes it a registry of this version, and sets the connection
// up. The caller holds the right to write.
absl::Status Prepare(Database& db, const std::string& path, FileLock& lock, Role role) {
  ZT_ASSIGN_OR_RETURN(const SchemaState schema, CheckSchema(db, path));
  if (schema == SchemaState::kNeedsMigration && role == Role::kAdmin) {
    // The schema must not change under a running server of the old version.
    ZT_ASSIGN_OR_RETURN(const bool alone, lock.TryBecomeServer());
    if (!alone) return InUse(path);
  }
  ZT_RETURN_IF_ERROR(db.Run("PRAGMA journal_mode = WAL"));
  ZT_RETURN_IF_ERROR(db.Run(kWriterSettings));
  if (schema == SchemaState::kNeedsMigration) ZT_RETURN_IF_ERROR(Migrate(db));
  if (role == Role::kServer) ZT_RETURN_IF_ERROR(EndAllLeases(db));
  return db.Run("SELECT count(*) FROM sqlite_schema");  // opens the log in any case
}

// Opens the connection by which the store sees whether anything was committed.
absl::StatusOr<std::unique_ptr<Database>> OpenLog(const std::string& path) {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path, Access::kRead));
  ZT_RETURN_IF_ERROR(db->Run("SELECT count(*) FROM sqlite_schema"));
  db->MapLogIndex();
  return db;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenFile(const std::string& path, const Clock& clock,
                                                Role role) {
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<FileLock> lock, FileLock::Open(path));
  if (role == Role::kServer) {
    ZT_ASSIGN_OR_RETURN(const bool alone, lock->TryBecomeServer());
    if (!alone) return InUse(path);
  } else if (lock->ServedByAnotherName()) {
    return InUseByAnotherName(path);
  }
  ZT_RETURN_IF_ERROR(CannotUse(path, lock->LockWriting(limits::kWriteWait)));
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(lock->path(), Access::kWrite);
  absl::Status status = db.status();
  if (status.ok()) status = Prepare(**db, path, *lock, role);
  // Something was read or written by now, so the log is open.
  const absl::StatusOr<RegistryFiles> files =
      status.ok() ? RegistryFiles::Open(lock->path(), lock->id()) : status;
  absl::StatusOr<std::unique_ptr<Database>> log =
      files.ok() ? OpenLog(lock->path()) : files.status();
  lock->UnlockWriting();
  ZT_RETURN_IF_ERROR(CannotUse(path, files.status()));
  ZT_RETURN_IF_ERROR(CannotUse(path, log.status()));
  return std::make_unique<SqliteStore>(std::move(lock), *files, *std::move(db), *std::move(log),
                                       clock);
}

}  // namespace zerotouch::store::sqlite
