// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_STATEMENT_IDS_H_
#define ZEROTOUCH_STORE_STATEMENT_IDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "base/ids.h"

// The row of a lookup key: all statements that have it. One row for each key makes two
// resellers that claim the same new hardware write the same row, so that one of them
// sees the other's claim.
namespace zerotouch::store {

// A statement that has a key.
struct StatementId {
  DeviceId device;
  PartnerId reseller;

  friend bool operator==(const StatementId&, const StatementId&) = default;
};
// The first one has columns of its own, the others one column together.
using StatementIds = absl::InlinedVector<StatementId, 1>;

// Encodes all but the first: 16 bytes each, device and reseller, little-endian. Returns
// nullopt, NULL in the table, if there are no others.
std::optional<std::string> EncodeOthers(const StatementIds& statements);
// Appends encoded statements. DATA_LOSS if `bytes` is not whole.
absl::Status DecodeOthers(std::string_view bytes, StatementIds& statements);

// Adds the statement unless it is there already.
void AddStatementId(const StatementId& statement, StatementIds& statements);
void RemoveStatementId(const StatementId& statement, StatementIds& statements);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_STATEMENT_IDS_H_
