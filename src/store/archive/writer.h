// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_WRITER_H_
#define ZEROTOUCH_STORE_ARCHIVE_WRITER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/archive/format.h"
#include "store/archive/rows.h"

namespace zerotouch::store::archive {

// Writes bytes of an archive. An error ends the export, which returns it.
using WriteBytes = std::function<absl::Status(std::string_view)>;

// Writes an archive of the rows that it receives.
class Writer final : public RowSink {
 public:
  explicit Writer(WriteBytes write);

  absl::Status Begin(int64_t about_rows) override;
  // INTERNAL if the values do not fit the columns, or a table is out of order.
  absl::Status Add(const Row& row) override;
  // Ends the archive. Without the end, a reader reports a truncated archive.
  absl::Status End();

 private:
  // Writes the buffered rows, if any, as a block.
  absl::Status Flush();
  absl::Status WriteBlock(uint8_t table, uint32_t rows);

  const WriteBytes write_;
  uint32_t chain_ = 0;
  const Table* table_ = nullptr;  // of the buffered rows
  uint32_t waiting_ = 0;          // how many rows are buffered
  std::string rows_;              // their bytes
  std::vector<uint64_t> counts_;  // rows of each table
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_WRITER_H_
