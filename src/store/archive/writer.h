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

// Where the bytes of an archive go. An error ends the export, and is its.
using WriteBytes = std::function<absl::Status(std::string_view)>;

// Makes an archive of the rows that it is given.
class Writer final : public RowSink {
 public:
  explicit Writer(WriteBytes write);

  absl::Status Begin(int64_t about_rows) override;
  // INTERNAL if the values do not fit the columns, or a table comes too late.
  absl::Status Add(const Row& row) override;
  // After the last row. Without it a reader takes the archive for cut off.
  absl::Status End();

 private:
  // Writes the rows that wait, if any, as a block.
  absl::Status Flush();
  absl::Status WriteBlock(uint8_t table, uint32_t rows);

  const WriteBytes write_;
  uint32_t chain_ = 0;
  const Table* table_ = nullptr;  // of the rows that wait
  uint32_t waiting_ = 0;          // how many wait
  std::string rows_;              // their bytes
  std::vector<uint64_t> counts_;  // rows of each table
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_WRITER_H_
