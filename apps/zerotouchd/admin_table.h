// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_
#define ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch::daemon {

// A value as people and as programs read it.
struct Cell {
  Cell(std::string value);  // NOLINT: rows are lists of plain values
  Cell(const char* value) : Cell(std::string(value)) {}
  Cell(int64_t id) : Cell(std::to_string(id)) {}  // a string in JSON, as in the API
  Cell(bool yes);
  Cell(const std::vector<std::string>& list);

  std::string text;
  std::string json;
};

// What an admin command found: rows under columns.
class Table {
 public:
  struct Column {
    const char* header;  // for people
    const char* name;    // in JSON
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column.
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  // Aligned columns under a header.
  std::string Text() const;
  // One array of objects, a line each.
  std::string Json() const;

 private:
  const std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_
