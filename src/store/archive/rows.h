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

// Rows move between a store and an archive, or between two stores, one by one, so
// that a registry of any size needs little memory.
namespace zerotouch::store::archive {

// Null; an int or a flag; a text or bytes.
using Value = std::variant<std::monostate, int64_t, std::string_view>;

// A row, with a value for each column of its table.
struct Row {
  const Table* table = nullptr;
  std::span<const Value> values;
};

// Receives the rows of a registry.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // Called first, with the approximate number of rows, to show progress.
  virtual absl::Status Begin(int64_t about_rows) = 0;
  // Adds the next row. Tables are in the order of Tables(), rows in the order of
  // their keys. The values are valid during the call. An error ends the export.
  virtual absl::Status Add(const Row& row) = 0;
};

// Supplies the rows of a registry, in the same order.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Returns the next row, valid until the next call, or null after the last. Null
  // proves that every row is as it was exported, so the receiver must not commit
  // rows before. DATA_LOSS if the rows are damaged or truncated.
  virtual absl::StatusOr<const Row*> Next() = 0;
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_ROWS_H_
