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
//           about how many rows, 8 | CRC of the head, 4
//   block:  table, 1 | rows, 4 | bytes of them, 4 | CRC of them, 4 |
//           CRC of this block's head, 4 | the rows
//   ...
//   end:    a block of table 255 without rows: how many rows each table had, 8 each
//
// CRCs are zlib's crc32. That of a block's head goes on from that of the one
// before (the first from the archive's head), so a block that is missing,
// repeated or out of place is found like a changed byte. A block has rows of
// one table, and blocks are in the order of Tables().
//
// In a row a column that may be null begins with a byte, 0 for null, else 1. A
// number is a zigzag varint; text and bytes are their length, a varint, and
// themselves (protobuf.dev/programming-guides/encoding).
namespace zerotouch::store::archive {

inline constexpr std::string_view kMagic = "\x89OZTA\r\n\x1a";
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint8_t kEndTable = 255;

inline constexpr size_t kHeadBytes = 28;
inline constexpr size_t kBlockHeadBytes = 17;
// A writer ends a block when its rows have so many bytes.
inline constexpr size_t kFullBlockBytes = size_t{256} << 10;
// The largest there can be: one row whose value is as large as a store's may be.
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

// Each sets `chain` to the CRC that the next block's head goes on from.
std::string EncodeHead(const Head& head, uint32_t& chain);
std::string EncodeBlockHead(const BlockHead& head, uint32_t& chain);

// `bytes` is as long as the head is. nullopt if its CRC is wrong.
std::optional<Head> DecodeHead(std::string_view bytes, uint32_t& chain);
std::optional<BlockHead> DecodeBlockHead(std::string_view bytes, uint32_t& chain);

uint32_t CrcOf(std::string_view bytes, uint32_t before = 0);

// Appends a row, whose values must fit its columns.
void AppendRow(const Row& row, std::string& bytes);
// Takes a row of `table` off the front of `bytes`; its values stay views into
// it. False if there is no whole row of that shape.
bool TakeRow(const Table& table, std::string_view& bytes, std::vector<Value>& values);

void AppendFixed64(uint64_t number, std::string& bytes);
uint64_t Fixed64At(std::string_view bytes, size_t at);

}  // namespace zerotouch::store::archive

#endif  // ZEROTOUCH_STORE_ARCHIVE_FORMAT_H_
