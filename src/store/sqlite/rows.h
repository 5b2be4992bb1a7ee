// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_ROWS_H_
#define ZEROTOUCH_STORE_SQLITE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "store/sqlite/database.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {

// Reads the columns of a cursor's row from left to right (see store/columns.h).
class RowReader {
 public:
  explicit RowReader(const Cursor& cursor) : cursor_(cursor) {}

  int64_t Int() { return cursor_.IntAt(column_++); }
  bool Flag() { return Int() != 0; }
  std::string_view Text() { return cursor_.TextAt(column_++); }
  absl::Time Time() { return absl::FromUnixMicros(Int()); }
  std::optional<int64_t> OptionalInt() {
    if (!cursor_.IsNullAt(column_)) return Int();
    ++column_;
    return std::nullopt;
  }
  std::optional<absl::Time> OptionalTime() {
    const std::optional<int64_t> micros = OptionalInt();
    if (!micros.has_value()) return std::nullopt;
    return absl::FromUnixMicros(*micros);
  }

 private:
  const Cursor& cursor_;
  int column_ = 0;
};

// Reads every row.
template <class T>
absl::StatusOr<std::vector<T>> ReadAll(Cursor& cursor, T (*read)(RowReader&)) {
  std::vector<T> all;
  while (cursor.Row()) {
    RowReader row(cursor);
    all.push_back(read(row));
  }
  ZT_RETURN_IF_ERROR(cursor.status());
  return all;
}

// Reads the first row; nullopt if there are no rows.
template <class T>
absl::StatusOr<std::optional<T>> ReadOne(Cursor& cursor, T (*read)(RowReader&)) {
  if (cursor.Row()) {
    RowReader row(cursor);
    return read(row);
  }
  ZT_RETURN_IF_ERROR(cursor.status());
  return std::nullopt;
}

// Appends the statements of a key's row, whose columns from `column` on are device, reseller
// and others.
inline absl::Status TakeStatementIds(const Cursor& row, StatementIds& statements, int column = 0) {
  statements.push_back(
      {.device = DeviceId(row.IntAt(column)), .reseller = PartnerId(row.IntAt(column + 1))});
  return DecodeOthers(row.TextAt(column + 2), statements);
}

// Reads the number in the first column of the first row; 0 if there are no rows.
inline absl::StatusOr<int64_t> ReadInt(Cursor& cursor) {
  const int64_t number = cursor.Row() ? cursor.IntAt(0) : 0;
  ZT_RETURN_IF_ERROR(cursor.status());
  return number;
}

// Runs a statement without parameters and reads its number.
inline absl::StatusOr<int64_t> ReadInt(Database& db, const char* sql) {
  Cursor cursor = db.Use(sql);
  return ReadInt(cursor);
}

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_ROWS_H_
