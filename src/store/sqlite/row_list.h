// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_ROW_LIST_H_
#define ZEROTOUCH_STORE_SQLITE_ROW_LIST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_context;

// Rows in memory that one statement reads or writes together: as the table `row_list(?)`, with
// the columns c0, c1, … A statement for each row would seek from the root of each table and
// index, while one for a list in the order of their keys goes on from the row before. It takes
// a half to a third of the time.
namespace zerotouch::store::sqlite {

// Takes the values of one row, from left to right. Texts and bytes must live until the next row
// is taken.
class ListRow {
 public:
  static constexpr int kColumns = 12;  // no statement needs more

  ListRow& Int(int64_t value) { return Add({.kind = Kind::kInt, .number = value}); }
  ListRow& Bool(bool value) { return Int(value); }
  ListRow& Text(std::string_view value) { return Add({.kind = Kind::kText, .text = value}); }
  ListRow& Bytes(std::string_view value) { return Add({.kind = Kind::kBytes, .text = value}); }
  // Microseconds since 1970.
  ListRow& Time(const std::optional<absl::Time>& value) {
    return value.has_value() ? Int(absl::ToUnixMicros(*value)) : Add({});
  }

  void Clear() { size_ = 0; }
  // Gives SQLite the value of a column; NULL if the row has fewer values.
  void Give(int column, sqlite3_context* to) const;

 private:
  enum class Kind : uint8_t { kNull, kInt, kText, kBytes };
  struct Value {
    Kind kind = Kind::kNull;
    int64_t number = 0;
    std::string_view text = {};
  };
  ListRow& Add(const Value& value);

  std::array<Value, kColumns> values_;
  size_t size_ = 0;
};

// Calls `fill` with the number of each row, ascending from 0, when the statement comes to it.
struct RowList {
  size_t size;
  absl::FunctionRef<void(size_t i, ListRow& row)> fill;
};

// The type of a pointer to a RowList that is bound to a statement.
inline constexpr char kRowListPointer[] = "row_list";

// Adds the table to a connection.
absl::Status AddRowLists(sqlite3* db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_ROW_LIST_H_
