// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ARCHIVE_FORMAT_H_
#define ZEROTOUCH_STORE_ARCHIVE_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/archive/rows.h"

// The bytes of an archive. All numbers are little-endian.
//
//   head:   magic, 8 bytes | version of this format, 4 | kTablesVersion, 4 |
//           approximate number of rows, 8 | CRC of the head, 4
//   block:  table, 1 | rows, 4 | bytes of them, 4 | CRC of them, 4 |
//           CRC of this block's head, 4 | the rows
//   ...
//   end:    a block of table 255 without rows: the number of rows of each table, 8 each
//
// CRCs are zlib's crc32. The CRC of a block's head continues the one of the block
// before (the first one continues the archive's head), so a block that is
// missing, repeated or out of place is detected like a changed byte. A block has
// rows of one table, and blocks are in the order of Tables().
//
// In a row, a nullable column begins with a byte: 0 for null, else 1. A number is
// a zigzag varint; text and bytes are a varint length and the bytes
// (protobuf.dev/programming-guides/encoding).
namespace zerotouch::store::archive {

inline constexpr std::string_view kMagic = "\x89OZTA\r\n\x1a";
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint8_t kEndTable = 255;

inline constexpr size_t kHeadBytes = 28;
inline constexpr size_t kBlockHeadBytes = 17;
// A writer ends a block when its rows have this many bytes.
inline constexpr size_t kFullBlockBytes = size_t{256} << 10;
// The largest block: one row with the largest value that a store can have.
inline constexpr size_t kLargestBlockBytes = size_t{1} << 30;

struct Head {
  uint32_t format_version = kFormatVersion;
  uint32_t tables_version = kTablesVersion;
  uint64_t about_rows = 0;
};

struct BlockHead {
  uint8_t table = kEndTable;
  uint32_t rows = 0;
  uint32_t bytes = 0;
  uint32_t crc = 0;
};

// Encode a head, and set `chain` to the CRC that the next block's head continues.
std::string EncodeHead(const Head& head, uint32_t& chain);
std::string EncodeBlockHead(const BlockHead& head, uint32_t& chain);

// Decode a head from `bytes`, which has its length. Return nullopt if the CRC is
// wrong.
std::optional<Head> DecodeHead(std::string_view bytes, uint32_t& chain);
std::optional<BlockHead> DecodeBlockHead(std::string_view bytes, uint32_t& chain);

uint32_t CrcOf(std::string_view bytes, uint32_t before = 0);

// Appends a row. Its values must fit its columns.
void AppendRow(const Row& row, std::string& bytes);
// Removes a row of `table` from the front of `bytes`; the values are views of it.
// Columns that are newer than `tables_version` are null. Returns false if `bytes` does
// not begin with a whole row of the table.
bool TakeRow(const Table& table, uint32_t tables_version, std::string_view& bytes,
             std::vector<Value>& values);

void AppendFixed64(uint64_t number, std::string& bytes);
uint64_t Fixed64At(std::string_view bytes, size_t at);

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_FORMAT_H_
