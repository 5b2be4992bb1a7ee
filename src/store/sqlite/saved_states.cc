// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/saved_states.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "store/errors.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace zerotouch::store::sqlite {
namespace {

constexpr std::string_view kStateSuffix = ".db";
constexpr std::string_view kPartSuffix = ".part";

absl::Status NoProgress(int64_t, int64_t) { return absl::OkStatus(); }

absl::Status PutMeta(Database& db, std::string_view key, std::string_view value) {
  return db.Use("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
      .Text(key)
      .Bytes(value)
      .Run();
}

absl::StatusOr<std::string> ReadMeta(Database& db, std::string_view key) {
  Cursor row = db.Use("SELECT value FROM meta WHERE key = ?");
  row.Text(key);
  std::string value(row.Row() ? row.TextAt(0) : "");
  ZT_RETURN_IF_ERROR(row.status());
  return value;
}

absl::StatusOr<SavedState> ReadState(const std::string& path, std::string id) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, Database::Open(path, Access::kRead));
  SavedState state{.id = std::move(id), .created = absl::UnixEpoch(), .note = {}};
  ZT_ASSIGN_OR_RETURN(const std::string created, ReadMeta(*db, kStateTimeKey));
  int64_t micros = 0;
  if (!absl::SimpleAtoi(created, &micros)) {
    return absl::DataLossError(fmt::format("{} is not a saved state; delete it", path));
  }
  state.created = absl::FromUnixMicros(micros);
  ZT_ASSIGN_OR_RETURN(state.note, ReadMeta(*db, kStateNoteKey));
  return state;
}

// Opens the file of a state to restore it: migrated to this program's schema, and with
// leases that nobody has held.
absl::StatusOr<std::unique_ptr<Database>> OpenToRestore(const std::string& path) {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path, Access::kWrite));
  ZT_ASSIGN_OR_RETURN(const SchemaState schema, CheckSchema(*db, path));
  if (schema == SchemaState::kNeedsMigration) ZT_RETURN_IF_ERROR(Migrate(*db));
  ZT_RETURN_IF_ERROR(
      db->Run("UPDATE operations SET lease_until_us = 0, "
              "lease_token = 1 + abs(random() % 1000000000000000) WHERE finished_us IS NULL;"
              "UPDATE webhook_deliveries SET lease_until_us = 0, "
              "lease_token = 1 + abs(random() % 1000000000000000) WHERE state = 1"));
  return db;
}

}  // namespace

std::string FileStates::FileOf(std::string_view id) const {
  return fmt::format("{}/{}{}", folder_, id, kStateSuffix);
}

absl::StatusOr<std::string> FileStates::FindFile(const std::string& id) const {
  ZT_RETURN_IF_ERROR(CheckStateId(id));
  std::string path = FileOf(id);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return NoSuchState(id);
  return path;
}

absl::StatusOr<std::vector<std::string>> FileStates::ListIds() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    const std::filesystem::path& path = at->path();
    if (path.extension() == kStateSuffix) ids.push_back(path.stem());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return absl::UnavailableError(fmt::format("cannot read {}: {}", folder_, error.message()));
  }
  return ids;
}

absl::Status FileStates::Save(const SavedState& state) {
  ZT_RETURN_IF_ERROR(CheckStateId(state.id));
  const MutexLock lock(mutex_);
  if (FindFile(state.id).ok()) return StateExists(state.id);
  ZT_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ListIds());
  if (ids.size() >= static_cast<size_t>(limits::kSavedStates)) return TooManyStates();
  if (mkdir(folder_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return absl::UnavailableError(
        fmt::format("cannot create {}: {}", folder_, std::generic_category().message(errno)));
  }
  const std::string path = FileOf(state.id);
  const std::string part = fmt::format("{}{}", path, kPartSuffix);
  std::error_code error;
  std::filesystem::remove(part, error);
  std::filesystem::remove(part + "-journal", error);
  absl::Status status = CopyRegistry(part, state);
  if (status.ok()) {
    std::filesystem::rename(part, path, error);
    if (error) status = absl::UnavailableError(error.message());
  }
  if (!status.ok()) std::filesystem::remove(part, error);
  return CannotUse(path, status);
}

absl::Status FileStates::CopyRegistry(const std::string& file, const SavedState& state) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Database> copy, Database::Open(file, Access::kWrite));
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> registry, readers_.Take());
  // The first read fixes what the transaction sees.
  absl::Status status = ReadInt(*registry, "SELECT count(*) FROM sqlite_schema").status();
  if (status.ok()) status = registry->CopyTo(*copy, NoProgress);
  readers_.GiveBack(status.ok() ? std::move(registry) : nullptr);
  ZT_RETURN_IF_ERROR(status);
  // One file is easier to keep than one with a log.
  ZT_RETURN_IF_ERROR(copy->Run("PRAGMA journal_mode = DELETE"));
  ZT_RETURN_IF_ERROR(copy->Run("BEGIN"));
  ZT_RETURN_IF_ERROR(
      PutMeta(*copy, kStateTimeKey, fmt::format("{}", absl::ToUnixMicros(state.created))));
  ZT_RETURN_IF_ERROR(PutMeta(*copy, kStateNoteKey, state.note));
  return copy->Run("COMMIT");
}

absl::StatusOr<std::string> FileStates::Restore(const std::string& id) {
  const MutexLock lock(mutex_);
  ZT_ASSIGN_OR_RETURN(const std::string path, FindFile(id));
  absl::StatusOr<std::unique_ptr<Database>> saved = OpenToRestore(path);
  if (!saved.ok()) return CannotUse(path, saved.status());
  ZT_ASSIGN_OR_RETURN(std::string note, ReadMeta(**saved, kStateNoteKey));
  ZT_RETURN_IF_ERROR(writer_.WriteAlone(
      [&](Database& registry) { return (*saved)->CopyTo(registry, NoProgress); }));
  return note;
}

absl::StatusOr<std::vector<SavedState>> FileStates::List() {
  const MutexLock lock(mutex_);
  ZT_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ListIds());
  std::vector<SavedState> states;
  for (const std::string& id : ids) {
    ZT_ASSIGN_OR_RETURN(SavedState state, ReadState(FileOf(id), id));
    states.push_back(std::move(state));
  }
  std::ranges::sort(states, [](const SavedState& a, const SavedState& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return states;
}

absl::Status FileStates::Remove(const std::string& id) {
  const MutexLock lock(mutex_);
  ZT_ASSIGN_OR_RETURN(const std::string path, FindFile(id));
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) {
    return absl::UnavailableError(fmt::format("cannot delete {}: {}", path, error.message()));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
