// SPDX-License-Identifier: Apache-2.0
#include "store/archive/format.h"

#include <zlib.h>

namespace zerotouch::store::archive {
namespace {

void AppendFixed(uint64_t number, int size, std::string& bytes) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t FixedAt(std::string_view bytes, size_t at, int size) {
  uint64_t number = 0;
  for (int i = 0; i < size; ++i) {
    number |= uint64_t{static_cast<uint8_t>(bytes[at + static_cast<size_t>(i)])} << (8 * i);
  }
  return number;
}

// Ends a head with its CRC.
void Seal(uint32_t& chain, std::string& bytes) {
  chain = CrcOf(bytes, chain);
  AppendFixed(chain, 4, bytes);
}

bool IsSealed(std::string_view bytes, uint32_t& chain) {
  const std::string_view sealed = bytes.substr(0, bytes.size() - 4);
  chain = CrcOf(sealed, chain);
  return FixedAt(bytes, sealed.size(), 4) == chain;
}

void AppendVarint(uint64_t number, std::string& bytes) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
}

bool TakeVarint(std::string_view& bytes, uint64_t& number) {
  number = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    number |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return i < 9 || byte < 2;  // the tenth has one bit
    }
  }
  return false;
}

uint64_t Zigzag(int64_t number) {
  return (static_cast<uint64_t>(number) << 1) ^ static_cast<uint64_t>(number >> 63);
}

int64_t Unzigzag(uint64_t number) {
  return static_cast<int64_t>((number >> 1) ^ (~(number & 1) + 1));
}

bool IsNumber(const Column& column) {
  return column.type == ColumnType::kInt || column.type == ColumnType::kFlag;
}

bool TakeNumber(const Column& column, std::string_view& bytes, Value& value) {
  uint64_t number = 0;
  if (!TakeVarint(bytes, number)) return false;
  value = Unzigzag(number);
  return column.type != ColumnType::kFlag || number == Zigzag(0) || number == Zigzag(1);
}

bool TakeBytes(std::string_view& bytes, Value& value) {
  uint64_t size = 0;
  if (!TakeVarint(bytes, size) || size > bytes.size()) return false;
  value = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

}  // namespace

uint32_t CrcOf(std::string_view bytes, uint32_t before) {
  return static_cast<uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string EncodeHead(const Head& head, uint32_t& chain) {
  std::string bytes(kMagic);
  AppendFixed(head.format_version, 4, bytes);
  AppendFixed(head.tables_version, 4, bytes);
  AppendFixed(head.about_rows, 8, bytes);
  chain = 0;
  Seal(chain, bytes);
  return bytes;
}

std::optional<Head> DecodeHead(std::string_view bytes, uint32_t& chain) {
  chain = 0;
  if (!IsSealed(bytes, chain)) return std::nullopt;
  const size_t at = kMagic.size();
  return Head{.format_version = static_cast<uint32_t>(FixedAt(bytes, at, 4)),
              .tables_version = static_cast<uint32_t>(FixedAt(bytes, at + 4, 4)),
              .about_rows = FixedAt(bytes, at + 8, 8)};
}

std::string EncodeBlockHead(const BlockHead& head, uint32_t& chain) {
  std::string bytes;
  AppendFixed(head.table, 1, bytes);
  AppendFixed(head.rows, 4, bytes);
  AppendFixed(head.bytes, 4, bytes);
  AppendFixed(head.crc, 4, bytes);
  Seal(chain, bytes);
  return bytes;
}

std::optional<BlockHead> DecodeBlockHead(std::string_view bytes, uint32_t& chain) {
  if (!IsSealed(bytes, chain)) return std::nullopt;
  return BlockHead{.table = static_cast<uint8_t>(FixedAt(bytes, 0, 1)),
                   .rows = static_cast<uint32_t>(FixedAt(bytes, 1, 4)),
                   .bytes = static_cast<uint32_t>(FixedAt(bytes, 5, 4)),
                   .crc = static_cast<uint32_t>(FixedAt(bytes, 9, 4))};
}

void AppendRow(const Row& row, std::string& bytes) {
  for (size_t i = 0; i < row.values.size(); ++i) {
    const Column& column = row.table->columns[i];
    const Value& value = row.values[i];
    if (column.nullable) {
      const bool is_null = std::holds_alternative<std::monostate>(value);
      bytes.push_back(is_null ? 0 : 1);
      if (is_null) continue;
    }
    if (IsNumber(column)) {
      AppendVarint(Zigzag(*std::get_if<int64_t>(&value)), bytes);
    } else {
      const std::string_view text = *std::get_if<std::string_view>(&value);
      AppendVarint(text.size(), bytes);
      bytes.append(text);
    }
  }
}

bool TakeRow(const Table& table, uint32_t tables_version, std::string_view& bytes,
             std::vector<Value>& values) {
  values.clear();
  for (const Column& column : table.columns) {
    Value& value = values.emplace_back();
    if (column.since > tables_version) continue;
    if (column.nullable) {
      if (bytes.empty()) return false;
      const char flag = bytes.front();
      bytes.remove_prefix(1);
      if (flag == 0) continue;
      if (flag != 1) return false;
    }
    if (!(IsNumber(column) ? TakeNumber(column, bytes, value) : TakeBytes(bytes, value))) {
      return false;
    }
  }
  return true;
}

void AppendFixed64(uint64_t number, std::string& bytes) { AppendFixed(number, 8, bytes); }

uint64_t Fixed64At(std::string_view bytes, size_t at) { return FixedAt(bytes, at, 8); }

}  // namespace zerotouch::store::archive
