// SPDX-License-Identifier: Apache-2.0
#include "store/transfer.h"

#include "store/database_url.h"
#include "store/postgres/transfer.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/transfer.h"

namespace zerotouch::store {

absl::Status Export(const std::string& url, archive::RowSink& sink) {
  if (const auto path = SqlitePath(url)) return sqlite::ExportFile(*path, sink);
  if (IsPostgresUrl(url)) return postgres::ExportDatabase(url, sink);
  return UnknownDatabase(url);
}

absl::Status Import(const std::string& url, archive::RowSource& source) {
  if (const auto path = SqlitePath(url)) return sqlite::ImportFile(*path, source);
  if (IsPostgresUrl(url)) return postgres::ImportDatabase(url, source);
  return UnknownDatabase(url);
}

absl::Status Backup(const std::string& url, const std::string& file,
                    const BackupProgress& progress) {
  if (const auto path = SqlitePath(url)) return sqlite::BackupFile(*path, file, progress);
  if (IsPostgresUrl(url)) {
    return absl::UnimplementedError(
        "this registry is in PostgreSQL; back it up with pg_dump, as docs/operations.md says");
  }
  return UnknownDatabase(url);
}

}  // namespace zerotouch::store
