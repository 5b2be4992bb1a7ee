// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/backup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/status_macros.h"
#include "store/sqlite/database.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/transfer.h"

namespace zerotouch::store::sqlite {
namespace {

// Runs SQLite's check over the whole copy.
absl::Status CheckCopy(Database& copy, const std::string& path) {
  Cursor row = copy.Use("PRAGMA quick_check(1)");
  std::string found(row.Row() ? row.TextAt(0) : "");
  if (row.status().ok() && found == "ok") return absl::OkStatus();
  if (!row.status().ok() && !absl::IsDataLoss(row.status())) return row.status();
  std::replace(found.begin(), found.end(), '\n', ' ');
  return absl::DataLossError(
      fmt::format("{} is damaged ({}); restore it from an earlier backup", path, found));
}

}  // namespace

absl::Status BackupFile(const std::string& path, const std::string& file,
                        const BackupProgress& progress) {
  ZT_ASSIGN_OR_RETURN(const FileView view, OpenToCopy(path));
  absl::Status status;
  {
    absl::StatusOr<std::unique_ptr<Database>> copy = Database::Open(file, Access::kWrite);
    status = copy.status();
    if (status.ok()) status = view.db->CopyTo(**copy, progress);
    // From here on the copy is a file with a write-ahead log, as its first page
    // says. No other process reads it, so the log's index can be in memory.
    if (status.ok()) status = (*copy)->Run("PRAGMA locking_mode = EXCLUSIVE");
    if (status.ok()) status = CheckCopy(**copy, path);
  }
  unlink((file + "-wal").c_str());      // empty: nothing was written through it
  unlink((file + "-journal").c_str());  // of a copy that failed
  return CannotUse(file, status);
}

}  // namespace zerotouch::store::sqlite
