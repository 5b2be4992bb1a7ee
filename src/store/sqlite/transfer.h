#ifndef ZEROTOUCH_STORE_SQLITE_TRANSFER_H_
#define ZEROTOUCH_STORE_SQLITE_TRANSFER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/archive/rows.h"
#include "store/sqlite/connection.h"

namespace zerotouch::store::sqlite {

// A connection that reads the registry file at `path` beside whoever uses it.
// NOT_FOUND if there is no file: none is made.
absl::StatusOr<std::unique_ptr<Connection>> OpenToCopy(const std::string& path);

// store::Export of the registry file at `path`: one read transaction. While it
// is open the log of a busy server grows.
absl::Status ExportFile(const std::string& path, archive::RowSink& sink);

// store::Import into it: one transaction, in which the file is written once.
absl::Status ImportFile(const std::string& path, archive::RowSource& source);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_TRANSFER_H_
