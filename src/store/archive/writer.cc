// SPDX-License-Identifier: Apache-2.0
#include "store/archive/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace zerotouch::store::archive {
namespace {

bool Fits(const Column& column, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return column.nullable;
  switch (column.type) {
    case ColumnType::kInt:
      return std::holds_alternative<int64_t>(value);
    case ColumnType::kFlag: {
      const auto* number = std::get_if<int64_t>(&value);
      return number != nullptr && (*number == 0 || *number == 1);
    }
    case ColumnType::kText:
    case ColumnType::kBytes:
      return std::holds_alternative<std::string_view>(value);
  }
  return false;
}

}  // namespace

Writer::Writer(WriteBytes write) : write_(std::move(write)), counts_(Tables().size()) {}

absl::Status Writer::Begin(int64_t about_rows) {
  return write_(EncodeHead({.about_rows = static_cast<uint64_t>(about_rows)}, chain_));
}

absl::Status Writer::Add(const Row& row) {
  if (!std::equal(row.table->columns.begin(), row.table->columns.end(), row.values.begin(),
                  row.values.end(), Fits) ||
      (table_ != nullptr && row.table < table_)) {
    return absl::InternalError(fmt::format("a row of {} does not fit there", row.table->name));
  }
  if (table_ != row.table || rows_.size() >= kFullBlockBytes) ZT_RETURN_IF_ERROR(Flush());
  table_ = row.table;
  ++waiting_;
  ++counts_[row.table->index()];
  AppendRow(row, rows_);
  return absl::OkStatus();
}

absl::Status Writer::End() {
  ZT_RETURN_IF_ERROR(Flush());
  for (const uint64_t count : counts_) AppendFixed64(count, rows_);
  return WriteBlock(kEndTable, 0);
}

absl::Status Writer::Flush() {
  if (waiting_ == 0) return absl::OkStatus();
  return WriteBlock(table_->index(), std::exchange(waiting_, 0));
}

absl::Status Writer::WriteBlock(uint8_t table, uint32_t rows) {
  if (rows_.size() > kLargestBlockBytes) {
    return absl::InternalError("a row is larger than an archive can hold");
  }
  ZT_RETURN_IF_ERROR(write_(EncodeBlockHead({.table = table,
                                             .rows = rows,
                                             .bytes = static_cast<uint32_t>(rows_.size()),
                                             .crc = CrcOf(rows_)},
                                            chain_)));
  absl::Status status = write_(rows_);
  rows_.clear();
  return status;
}

}  // namespace zerotouch::store::archive
