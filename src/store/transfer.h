// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_TRANSFER_H_
#define ZEROTOUCH_STORE_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "store/archive/rows.h"

// Whole registries, to move them between stores and to keep copies. URLs are
// those of store::Open; every error is one line that says what to do.
namespace zerotouch::store {

// Gives every row of a registry to `sink`, all as they were at one instant,
// beside a running server or without one. NOT_FOUND if there is no registry,
// FAILED_PRECONDITION if it is of another version than this program.
absl::Status Export(const std::string& url, archive::RowSink& sink);

// Makes an empty database, or a registry to which nothing was added, hold the
// rows of `source`. All of them or, on an error and after a crash, none.
// FAILED_PRECONDITION if it holds something, or a server has it open.
absl::Status Import(const std::string& url, archive::RowSource& source);

// Told how far a backup has come; an error ends it.
using BackupProgress = std::function<absl::Status(int64_t done, int64_t total)>;

// Copies the file of a SQLite registry into `file`, which is empty or missing,
// as it is at one instant, beside a running server or without one, and checks
// the copy. UNIMPLEMENTED, in words for an operator, if it is no file.
absl::Status Backup(const std::string& url, const std::string& file,
                    const BackupProgress& progress);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_TRANSFER_H_
