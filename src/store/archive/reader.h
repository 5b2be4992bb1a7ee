// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_READER_H_
#define ZEROTOUCH_STORE_ARCHIVE_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/archive/format.h"
#include "store/archive/rows.h"

namespace zerotouch::store::archive {

// Reads bytes of an archive into the span and returns how many; 0 at the end.
using ReadBytes = std::function<absl::StatusOr<size_t>(std::span<char>)>;

// Reads an archive. The bytes of a block are checked before its first row is
// returned. Holds one block in memory, and never more than was read.
class Reader final : public RowSource {
 public:
  // Reads the head. Errors are one line and call the archive `name`:
  // INVALID_ARGUMENT if it is not an archive, FAILED_PRECONDITION if it is from a
  // newer program, DATA_LOSS if it is damaged or truncated.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(std::string name, ReadBytes read);

  absl::StatusOr<const Row*> Next() override;
  // Returns the approximate number of rows.
  int64_t about_rows() const { return about_rows_; }

 private:
  Reader(std::string name, ReadBytes read);

  absl::Status ReadHead();
  absl::Status ReadBlock();
  absl::Status ReadEnd();
  // Reads `size` bytes into `bytes_`, or fewer at the end.
  absl::Status Read(size_t size);
  // Reads `size` bytes; DATA_LOSS if there are fewer.
  absl::Status ReadWhole(size_t size);
  absl::Status Damaged() const;
  absl::Status CutOff() const;

  const std::string name_;
  const ReadBytes read_;
  uint32_t tables_version_ = 0;
  int64_t about_rows_ = 0;
  uint32_t chain_ = 0;
  uint64_t position_ = 0;   // bytes read
  std::string bytes_;       // of the current block
  std::string_view rest_;   // the rows of it that were not returned yet
  uint32_t rows_left_ = 0;  // in rest_
  uint8_t table_ = 0;       // of the current block
  bool ended_ = false;
  std::vector<uint64_t> counts_;  // rows of each table
  std::vector<Value> values_;
  Row row_;
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_READER_H_
