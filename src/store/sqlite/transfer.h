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

// A view on the registry file at `path`, beside whoever uses it: on the
// connection a transaction is open that has read what `schema` says.
struct FileView {
  std::unique_ptr<Database> db;
  SchemaState schema;
};
// NOT_FOUND if there is no file: none is made. FAILED_PRECONDITION, in a line
// that says what to do, if it is no registry, or one that cannot be read now.
absl::StatusOr<FileView> OpenToCopy(const std::string& path);

// store::Export of the registry file at `path`: one read transaction. While it
// is open the log of a busy server grows.
absl::Status ExportFile(const std::string& path, archive::RowSink& sink);

// store::Import into it: one transaction, in which the file is written once.
absl::Status ImportFile(const std::string& path, archive::RowSource& source);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_TRANSFER_H_
