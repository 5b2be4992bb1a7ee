// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_ROWS_H_
#define ZEROTOUCH_STORE_ARCHIVE_ROWS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/archive/tables.h"

// How rows move between a store and an archive, or two stores: one by one, so
// that a registry of any size needs little memory.
namespace zerotouch::store::archive {

// Null; an int or a flag; a text or bytes.
using Value = std::variant<std::monostate, int64_t, std::string_view>;

// A row, with a value for each column of its table.
struct Row {
  const Table* table = nullptr;
  std::span<const Value> values;
};

// Takes the rows of a registry.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // Comes first: about how many rows there will be, to show progress.
  virtual absl::Status Begin(int64_t about_rows) = 0;
  // The next row. Tables come in the order of Tables(), rows in the order of
  // their keys. The values are valid during the call. An error ends the export.
  virtual absl::Status Add(const Row& row) = 0;
};

// Gives the rows of a registry, in the same order.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next row, valid until the next call; null after the last. It is reached
  // only if every row came as it was exported: who takes the rows must keep
  // none of them before. DATA_LOSS if they are damaged or cut off.
  virtual absl::StatusOr<const Row*> Next() = 0;
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_ROWS_H_
