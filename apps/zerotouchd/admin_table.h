// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_
#define ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch::daemon {

// A value, for people and for programs. Rows are lists of plain values, so these
// convert by themselves.
struct Cell {
  // NOLINTBEGIN(google-explicit-constructor)
  Cell(const std::string& value);
  Cell(const char* value) : Cell(std::string(value)) {}
  Cell(int64_t id) : Cell(std::to_string(id)) {}  // a string in JSON, as in the API
  Cell(bool yes);
  Cell(const std::vector<std::string>& list);
  // NOLINTEND(google-explicit-constructor)

  std::string text;  // safe for a terminal
  std::string json;
};

// The result of an admin command: rows under columns.
class Table {
 public:
  struct Column {
    const char* header;  // in the table
    const char* name;    // in JSON
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Adds a row, with one cell for each column.
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  // Returns aligned columns under a header.
  std::string Text() const;
  // Returns one array with an object on each line.
  std::string Json() const;

 private:
  const std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_TABLE_H_
