// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_TRANSFER_H_
#define ZEROTOUCH_STORE_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "store/archive/rows.h"

// Copies whole registries, to move them between stores and to back them up. URLs
// are those of store::Open; every error is one line that says what to do.
namespace zerotouch::store {

// Writes every row of a registry to `sink`, as of one instant, with or without a
// running server. NOT_FOUND if there is no registry, FAILED_PRECONDITION if its
// version is not this program's.
absl::Status Export(const std::string& url, archive::RowSink& sink);

// Writes the rows of `source` into an empty database or an empty registry: all of
// them or, after an error or a crash, none. FAILED_PRECONDITION if it is not
// empty or a server has it open.
absl::Status Import(const std::string& url, archive::RowSource& source);

// Receives the progress of a backup. Returning an error ends the backup.
using BackupProgress = std::function<absl::Status(int64_t done, int64_t total)>;

// Copies the file of a SQLite registry into `file`, which is empty or missing, as
// of one instant, with or without a running server, and checks the copy.
// UNIMPLEMENTED, with what to do instead, for PostgreSQL.
absl::Status Backup(const std::string& url, const std::string& file,
                    const BackupProgress& progress);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_TRANSFER_H_
