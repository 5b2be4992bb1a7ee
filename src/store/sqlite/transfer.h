// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_TRANSFER_H_
#define ZEROTOUCH_STORE_SQLITE_TRANSFER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/archive/rows.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace zerotouch::store::sqlite {

// A registry file with an open read transaction, while other processes may use it.
struct FileView {
  std::unique_ptr<Database> db;
  SchemaState schema;
};
// Opens the file at `path`. NOT_FOUND if it does not exist; it is not created.
// FAILED_PRECONDITION, in one line that says what to do, if it is not a registry
// or cannot be read now.
absl::StatusOr<FileView> OpenToCopy(const std::string& path);

// Exports the registry file at `path` as store::Export, in one read transaction.
// Meanwhile the log of a busy server grows.
absl::Status ExportFile(const std::string& path, archive::RowSink& sink);

// Imports into the file at `path` as store::Import, in one transaction that writes
// each page once.
absl::Status ImportFile(const std::string& path, archive::RowSource& source);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_TRANSFER_H_
