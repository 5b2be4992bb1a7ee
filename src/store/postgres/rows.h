// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_ROWS_H_
#define ZEROTOUCH_STORE_POSTGRES_ROWS_H_

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "store/statement_ids.h"

namespace zerotouch::store::postgres {

class RowReader;

// The rows that a statement returned. Columns are integers of any width,
// booleans (read as integers), text and bytea.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result) {}

  int size() const { return PQntuples(result_.get()); }
  // Returns how many rows the statement wrote.
  int64_t affected() const;

  bool IsNullAt(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // Returns 0 for NULL.
  int64_t IntAt(int row, int column) const;
  // Returns a view that is valid while the rows live; empty for NULL.
  std::string_view BytesAt(int row, int column) const;

  // Goes through the rows: `for (RowReader row : rows)`.
  class Iterator {
   public:
    Iterator(const Rows& rows, int row) : rows_(rows), row_(row) {}
    RowReader operator*() const;
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    const Rows& rows_;
    int row_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

  const PGresult* raw() const { return result_.get(); }

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// Reads the columns of one row from left to right (see store/columns.h).
class RowReader {
 public:
  RowReader(const Rows& rows, int row) : rows_(rows), row_(row) {}

  int64_t Int() { return rows_.IntAt(row_, column_++); }
  bool Flag() { return Int() != 0; }
  std::string_view Text() { return rows_.BytesAt(row_, column_++); }
  absl::Time Time() { return absl::FromUnixMicros(Int()); }
  std::optional<int64_t> OptionalInt() {
    if (!rows_.IsNullAt(row_, column_)) return Int();
    ++column_;
    return std::nullopt;
  }
  std::optional<absl::Time> OptionalTime() {
    const std::optional<int64_t> micros = OptionalInt();
    if (!micros.has_value()) return std::nullopt;
    return absl::FromUnixMicros(*micros);
  }

 private:
  const Rows& rows_;
  const int row_;
  int column_ = 0;
};

inline RowReader Rows::Iterator::operator*() const { return {rows_, row_}; }

// Appends the statements of a key's row; the next columns are device, reseller and others.
inline absl::Status TakeStatementIds(RowReader& row, StatementIds& statements) {
  const DeviceId device(row.Int());
  statements.push_back({.device = device, .reseller = PartnerId(row.Int())});
  return DecodeOthers(row.Text(), statements);
}

// Reads every row.
template <class T>
std::vector<T> ReadAll(const Rows& rows, T (*read)(RowReader&)) {
  std::vector<T> all;
  all.reserve(static_cast<size_t>(rows.size()));
  for (RowReader row : rows) all.push_back(read(row));
  return all;
}

// Reads the first row; nullopt if there are no rows.
template <class T>
std::optional<T> ReadOne(const Rows& rows, T (*read)(RowReader&)) {
  if (rows.size() == 0) return std::nullopt;
  RowReader row(rows, 0);
  return read(row);
}

// Reads the number in the first column of the first row.
inline int64_t ReadInt(const Rows& rows) { return rows.IntAt(0, 0); }

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_ROWS_H_
