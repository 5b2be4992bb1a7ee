// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/row_list.h"

#include <sqlite3.h>

#include <new>

#include "base/check.h"
#include "store/sqlite/database.h"

// A table-valued function (sqlite.org/vtab.html#tabfunc2).
namespace zerotouch::store::sqlite {
namespace {

// The hidden column, which is the argument.
constexpr int kListColumn = ListRow::kColumns;

constexpr char kListTable[] =
    "CREATE TABLE row_list (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, list HIDDEN)";

// A table or a scan of it, as SQLite sees them.
struct ListTable {
  sqlite3_vtab base = {};
};
struct ListScan {
  sqlite3_vtab_cursor base = {};
  const RowList* rows = nullptr;
  size_t at = 0;
  ListRow row;
};

// SQLite must not see an exception.
template <class Function>
int WithoutThrowing(const Function& function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

ListScan& ScanOf(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<ListScan*>(cursor); }

int ConnectList(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** table, char**) {
  return WithoutThrowing([&] {
    const int code = sqlite3_declare_vtab(db, kListTable);
    if (code == SQLITE_OK) *table = &(new ListTable)->base;
    return code;
  });
}

int DisconnectList(sqlite3_vtab* table) {
  delete reinterpret_cast<ListTable*>(table);
  return SQLITE_OK;
}

int ChooseListPlan(sqlite3_vtab*, sqlite3_index_info* index) {
  for (int i = 0; i < index->nConstraint; ++i) {
    const auto& constraint = index->aConstraint[i];
    if (constraint.iColumn != kListColumn || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ ||
        constraint.usable == 0) {
      continue;
    }
    index->aConstraintUsage[i].argvIndex = 1;
    index->aConstraintUsage[i].omit = 1;
    index->estimatedCost = 1;
    return SQLITE_OK;
  }
  return SQLITE_CONSTRAINT;  // a scan needs its list
}

int OpenScan(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  return WithoutThrowing([&] {
    *cursor = &(new ListScan)->base;
    return SQLITE_OK;
  });
}

int CloseScan(sqlite3_vtab_cursor* cursor) {
  delete &ScanOf(cursor);
  return SQLITE_OK;
}

bool AtEnd(const ListScan& scan) { return scan.rows == nullptr || scan.at == scan.rows->size; }

int FillRow(ListScan& scan) {
  if (AtEnd(scan)) return SQLITE_OK;
  return WithoutThrowing([&] {
    scan.row.Clear();
    scan.rows->fill(scan.at, scan.row);
    return SQLITE_OK;
  });
}

int BeginScan(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value** arguments) {
  ListScan& scan = ScanOf(cursor);
  scan.rows = static_cast<const RowList*>(sqlite3_value_pointer(arguments[0], kRowListPointer));
  scan.at = 0;
  return FillRow(scan);
}

int MoveScan(sqlite3_vtab_cursor* cursor) {
  ListScan& scan = ScanOf(cursor);
  ++scan.at;
  return FillRow(scan);
}

int ScanEnded(sqlite3_vtab_cursor* cursor) { return AtEnd(ScanOf(cursor)) ? 1 : 0; }

int ScanColumn(sqlite3_vtab_cursor* cursor, sqlite3_context* to, int column) {
  ScanOf(cursor).row.Give(column, to);
  return SQLITE_OK;
}

int ScanRowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(ScanOf(cursor).at);
  return SQLITE_OK;
}

sqlite3_module MakeListModule() {
  sqlite3_module module = {};
  module.xConnect = ConnectList;
  module.xBestIndex = ChooseListPlan;
  module.xDisconnect = DisconnectList;
  module.xOpen = OpenScan;
  module.xClose = CloseScan;
  module.xFilter = BeginScan;
  module.xNext = MoveScan;
  module.xEof = ScanEnded;
  module.xColumn = ScanColumn;
  module.xRowid = ScanRowid;
  return module;
}

}  // namespace

ListRow& ListRow::Add(const Value& value) {
  ZT_CHECK(size_ < values_.size(), "a row of a list has too many columns");
  values_[size_++] = value;
  return *this;
}

void ListRow::Give(int column, sqlite3_context* to) const {
  if (static_cast<size_t>(column) >= size_) return sqlite3_result_null(to);
  const Value& value = values_[static_cast<size_t>(column)];
  // A null pointer would give NULL.
  const char* const data = value.text.empty() ? "" : value.text.data();
  switch (value.kind) {
    case Kind::kNull:
      return sqlite3_result_null(to);
    case Kind::kInt:
      return sqlite3_result_int64(to, value.number);
    case Kind::kText:
      return sqlite3_result_text64(to, data, value.text.size(), SQLITE_STATIC, SQLITE_UTF8);
    case Kind::kBytes:
      return sqlite3_result_blob64(to, data, value.text.size(), SQLITE_STATIC);
  }
}

absl::Status AddRowLists(sqlite3* db) {
  static const sqlite3_module module = MakeListModule();
  const int code = sqlite3_create_module(db, kRowListPointer, &module, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : StatusOfCode(code, sqlite3_errmsg(db));
}

}  // namespace zerotouch::store::sqlite
