// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_
#define ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_

#include <string>

#include "absl/status/status.h"
#include "store/archive/rows.h"

namespace zerotouch::store::postgres {

// store::Export of the database at `url`: one read transaction, which reads
// each table through a cursor.
absl::Status ExportDatabase(const std::string& url, archive::RowSink& sink);

// store::Import into it: one transaction. Its schema is made if it has none.
// Servers that run on it meanwhile must be started again: they know the secret
// that it had.
absl::Status ImportDatabase(const std::string& url, archive::RowSource& source);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_
