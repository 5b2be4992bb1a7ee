// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_TABLES_H_
#define ZEROTOUCH_STORE_ARCHIVE_TABLES_H_

#include <cstdint>
#include <span>

// What an archive holds: the tables and columns of a registry as every store
// can give and take them. The one place that lists them.
namespace zerotouch::store::archive {

// Raise it with every change of the list, and teach the reader the one before:
// archives of older versions must stay readable.
inline constexpr uint32_t kTablesVersion = 1;

enum class ColumnType : uint8_t {
  kInt,
  kFlag,  // 0 or 1
  kText,  // UTF-8
  kBytes,
};

struct Column {
  const char* name;
  ColumnType type;
  bool nullable = false;
};

// Named as in src/store/migrations. A table refers only to those before it.
//
// Left out is what a store finds out by itself: leases, which end with the
// move; row versions; counters.
struct Table {
  const char* name;
  std::span<const Column> columns;
  int key_columns;  // how many, from the first, name a row: the order to export in

  // Its place in Tables().
  uint8_t index() const;
};

std::span<const Table> Tables();

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_TABLES_H_
