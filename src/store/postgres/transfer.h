// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_
#define ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_

#include <string>

#include "absl/status/status.h"
#include "store/archive/rows.h"

namespace zerotouch::store::postgres {

// Exports the database at `url` as store::Export, in one read transaction that
// reads each table through a cursor.
absl::Status ExportDatabase(const std::string& url, archive::RowSink& sink);

// Imports into the database at `url` as store::Import, in one transaction. Creates
// the schema if it is missing. Servers that run on it must be restarted, because
// they still use the previous secret.
absl::Status ImportDatabase(const std::string& url, archive::RowSource& source);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_TRANSFER_H_
