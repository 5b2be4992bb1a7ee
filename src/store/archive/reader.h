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

// Where the bytes of an archive come from: puts some into the span and returns
// how many; 0 at the end.
using ReadBytes = std::function<absl::StatusOr<size_t>(std::span<char>)>;

// Reads an archive. A block's bytes are checked before the first of its rows is
// given out. Memory: one block, as far as it really comes.
class Reader final : public RowSource {
 public:
  // Reads the head. `name` is the archive's in error messages, which are one
  // line: INVALID_ARGUMENT if it is no archive, FAILED_PRECONDITION if it is a
  // newer program's, DATA_LOSS if it is damaged or cut off.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(std::string name, ReadBytes read);

  absl::StatusOr<const Row*> Next() override;
  // About how many rows there are.
  int64_t about_rows() const { return about_rows_; }

 private:
  Reader(std::string name, ReadBytes read);

  absl::Status ReadHead();
  absl::Status ReadBlock();
  absl::Status ReadEnd();
  // Reads `size` bytes into `bytes_`, or as many as there are.
  absl::Status Read(size_t size);
  // The same; DATA_LOSS if there are fewer.
  absl::Status ReadWhole(size_t size);
  absl::Status Damaged() const;
  absl::Status CutOff() const;

  const std::string name_;
  const ReadBytes read_;
  int64_t about_rows_ = 0;
  uint32_t chain_ = 0;
  uint64_t position_ = 0;   // bytes read
  std::string bytes_;       // the block's
  std::string_view rest_;   // of them, the rows not given out yet
  uint32_t rows_left_ = 0;  // how many these are
  uint8_t table_ = 0;       // of the block
  bool ended_ = false;
  std::vector<uint64_t> counts_;  // rows of each table
  std::vector<Value> values_;
  Row row_;
};

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_READER_H_
