// SPDX-License-Identifier: Apache-2.0
#include "store/archive/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/status_macros.h"

namespace zerotouch::store::archive {
namespace {

// Memory is allocated in steps of this size, so that a wrong length does not
// allocate memory that no bytes fill.
constexpr size_t kReadBytes = size_t{1} << 20;

}  // namespace

Reader::Reader(std::string name, ReadBytes read)
    : name_(std::move(name)), read_(std::move(read)), counts_(Tables().size()) {}

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(std::string name, ReadBytes read) {
  std::unique_ptr<Reader> reader(new Reader(std::move(name), std::move(read)));
  ZT_RETURN_IF_ERROR(reader->ReadHead());
  return reader;
}

absl::Status Reader::Damaged() const {
  return absl::DataLossError(
      fmt::format("{} is damaged, at or before byte {}; nothing was imported: take another copy, "
                  "or export again",
                  name_, position_));
}

absl::Status Reader::CutOff() const {
  return absl::DataLossError(fmt::format(
      "{} is cut off after {} bytes; nothing was imported: copy it again, or export again", name_,
      position_));
}

absl::Status Reader::Read(size_t size) {
  bytes_.clear();
  while (bytes_.size() < size) {
    const size_t had = bytes_.size();
    bytes_.resize(had + std::min(size - had, kReadBytes));
    const absl::StatusOr<size_t> got = read_(std::span(bytes_).subspan(had));
    ZT_RETURN_IF_ERROR(got.status());
    bytes_.resize(had + *got);
    position_ += *got;
    if (*got == 0) break;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadWhole(size_t size) {
  ZT_RETURN_IF_ERROR(Read(size));
  return bytes_.size() == size ? absl::OkStatus() : CutOff();
}

absl::Status Reader::ReadHead() {
  ZT_RETURN_IF_ERROR(Read(kHeadBytes));
  if (!bytes_.starts_with(kMagic)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not an archive of zerotouchd admin export", name_));
  }
  if (bytes_.size() < kHeadBytes) return CutOff();
  const std::optional<Head> head = DecodeHead(bytes_, chain_);
  if (!head.has_value()) return Damaged();
  if (head->format_version > kFormatVersion || head->tables_version > kTablesVersion) {
    return absl::FailedPreconditionError(fmt::format(
        "{} was made by a newer zerotouchd (format {}.{}, and this program knows {}.{}); import it "
        "with that one",
        name_, head->format_version, head->tables_version, kFormatVersion, kTablesVersion));
  }
  if (head->format_version == 0 || head->tables_version == 0) return Damaged();
  counts_.resize(TableCount(head->tables_version));
  tables_version_ = head->tables_version;
  about_rows_ = static_cast<int64_t>(
      std::min<uint64_t>(head->about_rows, std::numeric_limits<int64_t>::max()));
  return absl::OkStatus();
}

absl::Status Reader::ReadBlock() {
  ZT_RETURN_IF_ERROR(ReadWhole(kBlockHeadBytes));
  const std::optional<BlockHead> head = DecodeBlockHead(bytes_, chain_);
  if (!head.has_value() || head->bytes > kLargestBlockBytes) return Damaged();
  ZT_RETURN_IF_ERROR(ReadWhole(head->bytes));
  if (CrcOf(bytes_) != head->crc) return Damaged();
  if (head->table == kEndTable) return head->rows == 0 ? ReadEnd() : Damaged();
  if (head->table >= counts_.size() || head->table < table_ || head->rows == 0) return Damaged();
  table_ = head->table;
  counts_[table_] += head->rows;
  rows_left_ = head->rows;
  rest_ = bytes_;
  return absl::OkStatus();
}

absl::Status Reader::ReadEnd() {
  if (bytes_.size() != 8 * counts_.size()) return Damaged();
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (Fixed64At(bytes_, 8 * i) != counts_[i]) return Damaged();
  }
  ZT_RETURN_IF_ERROR(Read(1));
  if (!bytes_.empty()) return Damaged();
  ended_ = true;
  return absl::OkStatus();
}

absl::StatusOr<const Row*> Reader::Next() {
  if (rows_left_ == 0) {
    if (!rest_.empty()) return Damaged();
    if (!ended_) ZT_RETURN_IF_ERROR(ReadBlock());
    if (ended_) return nullptr;
  }
  const Table& table = Tables()[table_];
  if (!TakeRow(table, tables_version_, rest_, values_)) return Damaged();
  --rows_left_;
  row_ = {.table = &table, .values = values_};
  return &row_;
}

}  // namespace zerotouch::store::archive
