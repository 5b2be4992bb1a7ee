// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_BACKUP_H_
#define ZEROTOUCH_STORE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "store/transfer.h"

namespace zerotouch::store::sqlite {

// Copies the registry file at `path` into `file`, as store::Backup. After an error
// `file` is not a backup.
absl::Status BackupFile(const std::string& path, const std::string& file,
                        const BackupProgress& progress);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_BACKUP_H_
