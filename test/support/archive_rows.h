// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_ARCHIVE_ROWS_H_
#define ZEROTOUCH_TEST_SUPPORT_ARCHIVE_ROWS_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "store/archive/rows.h"

namespace zerotouch::test {

// A row that owns its values.
struct KeptRow {
  std::string table;
  std::vector<std::variant<std::monostate, int64_t, std::string>> values;

  friend bool operator==(const KeptRow&, const KeptRow&) = default;
  friend auto operator<=>(const KeptRow&, const KeptRow&) = default;
};

// Prints the row in a failed test.
inline void PrintTo(const KeptRow& row, std::ostream* out) {
  *out << row.table << ':';
  for (const auto& value : row.values) {
    if (const auto* number = std::get_if<int64_t>(&value)) {
      *out << ' ' << *number;
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      *out << " '" << *text << '\'';
    } else {
      *out << " null";
    }
  }
}

// Keeps every row.
class RowKeeper final : public store::archive::RowSink {
 public:
  absl::Status Begin(int64_t about) override {
    about_rows = about;
    return absl::OkStatus();
  }
  absl::Status Add(const store::archive::Row& row) override {
    KeptRow& kept = rows.emplace_back();
    kept.table = row.table->name;
    for (const store::archive::Value& value : row.values) {
      if (const auto* number = std::get_if<int64_t>(&value)) {
        kept.values.emplace_back(*number);
      } else if (const auto* text = std::get_if<std::string_view>(&value)) {
        kept.values.emplace_back(std::string(*text));
      } else {
        kept.values.emplace_back();
      }
    }
    return absl::OkStatus();
  }

  int64_t about_rows = 0;
  std::vector<KeptRow> rows;
};

// Returns kept rows, and then the status `end`.
class KeptRows final : public store::archive::RowSource {
 public:
  explicit KeptRows(std::vector<KeptRow> rows, absl::Status end = absl::OkStatus())
      : rows_(std::move(rows)), end_(std::move(end)) {}

  absl::StatusOr<const store::archive::Row*> Next() override {
    if (next_ == rows_.size()) {
      if (!end_.ok()) return end_;
      return nullptr;
    }
    const KeptRow& kept = rows_[next_++];
    values_.clear();
    for (const auto& value : kept.values) {
      if (const auto* number = std::get_if<int64_t>(&value)) {
        values_.emplace_back(*number);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        values_.emplace_back(std::string_view(*text));
      } else {
        values_.emplace_back();
      }
    }
    row_ = {.table = TableOf(kept.table), .values = values_};
    return &row_;
  }

  static const store::archive::Table* TableOf(const std::string& name) {
    for (const store::archive::Table& table : store::archive::Tables()) {
      if (table.name == name) return &table;
    }
    return nullptr;
  }

 private:
  const std::vector<KeptRow> rows_;
  const absl::Status end_;
  size_t next_ = 0;
  std::vector<store::archive::Value> values_;
  store::archive::Row row_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_ARCHIVE_ROWS_H_
