// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_BACKUP_H_
#define ZEROTOUCH_STORE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "store/transfer.h"

namespace zerotouch::store::sqlite {

// store::Backup of the registry file at `path`. What is left in `file` after an
// error is no backup.
absl::Status BackupFile(const std::string& path, const std::string& file,
                        const BackupProgress& progress);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_BACKUP_H_
