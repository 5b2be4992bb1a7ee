// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_TABLES_H_
#define ZEROTOUCH_STORE_ARCHIVE_TABLES_H_

#include <cstdint>
#include <span>
#include <string_view>

// The tables and columns of an archive, which every store can export and import.
// Nothing else lists them.
namespace zerotouch::store::archive {

// Increment it with every change of the list, and keep the reader able to read
// archives of older versions.
inline constexpr uint32_t kTablesVersion = 5;

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
  uint32_t since = 1;  // the first kTablesVersion that has it; later ones are nullable
};

// A table, named as in src/store/migrations. It refers only to tables before it.
//
// Leases, which end with the move, row versions and counters are left out: each
// store makes its own.
struct Table {
  const char* name;
  std::span<const Column> columns;
  int key_columns;  // the first ones are the key, which is the order of export
  // The last kTablesVersion that has it. A store makes a retired table only while it imports
  // rows of it, and then moves them to the tables that took its place.
  uint32_t until = kTablesVersion;

  bool is_retired() const { return until < kTablesVersion; }
  // Returns true if also an empty registry has rows of it; imported ones replace them.
  bool is_made_with_registry() const {
    return std::string_view(name) == "meta" || std::string_view(name) == "log_heads";
  }

  // Returns its index in Tables().
  uint8_t index() const;
};

std::span<const Table> Tables();

// Returns how many of them, the first ones, an archive of this version has. Version 1
// ends at operation_results, version 2 at account_quotas, version 3 at serial_keys, version 4
// at log_checkpoints.
size_t TableCount(uint32_t version);

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_TABLES_H_
