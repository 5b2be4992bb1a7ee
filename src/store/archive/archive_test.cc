// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/archive/reader.h"
#include "store/archive/writer.h"
#include "support/archive_rows.h"

namespace zerotouch::store::archive {
namespace {

using test::KeptRow;
using testing::ElementsAreArray;
using testing::HasSubstr;

// Makes `count` rows of each table, with every kind of value.
std::vector<KeptRow> SampleRows(int count, size_t text_bytes = 5) {
  std::vector<KeptRow> rows;
  const int64_t numbers[] = {
      0,        1, -1, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min(),
      1'000'000};
  for (const Table& table : Tables()) {
    for (int i = 0; i < count; ++i) {
      KeptRow& row = rows.emplace_back();
      row.table = table.name;
      for (const Column& column : table.columns) {
        if (column.nullable && i % 3 == 0) {
          row.values.emplace_back();
        } else if (column.type == ColumnType::kInt) {
          row.values.emplace_back(numbers[static_cast<size_t>(i) % std::size(numbers)]);
        } else if (column.type == ColumnType::kFlag) {
          row.values.emplace_back(int64_t{i % 2});
        } else {
          row.values.emplace_back(i == 0 ? "" : std::string(text_bytes, static_cast<char>(i)));
        }
      }
    }
  }
  return rows;
}

std::string ArchiveOf(const std::vector<KeptRow>& rows) {
  std::string bytes;
  Writer writer([&](std::string_view more) {
    bytes.append(more);
    return absl::OkStatus();
  });
  EXPECT_TRUE(writer.Begin(static_cast<int64_t>(rows.size())).ok());
  test::KeptRows source(rows);
  for (const Row* row = *source.Next(); row != nullptr; row = *source.Next()) {
    EXPECT_TRUE(writer.Add(*row).ok());
  }
  EXPECT_TRUE(writer.End().ok());
  return bytes;
}

// Reads the whole archive, `piece` bytes at a time.
absl::StatusOr<std::vector<KeptRow>> Read(std::string_view bytes, size_t piece = 1 << 20) {
  test::RowKeeper keeper;
  ZT_ASSIGN_OR_RETURN(const auto reader,
                      Reader::Open("a.archive", [&](std::span<char> out) -> absl::StatusOr<size_t> {
                        const size_t size = std::min({out.size(), bytes.size(), piece});
                        std::copy_n(bytes.begin(), size, out.begin());
                        bytes.remove_prefix(size);
                        return size;
                      }));
  ZT_RETURN_IF_ERROR(keeper.Begin(reader->about_rows()));
  for (;;) {
    ZT_ASSIGN_OR_RETURN(const Row* row, reader->Next());
    if (row == nullptr) break;
    ZT_RETURN_IF_ERROR(keeper.Add(*row));
  }
  EXPECT_EQ(keeper.about_rows, static_cast<int64_t>(keeper.rows.size()));
  return keeper.rows;
}

TEST(ArchiveTest, Rows_ComeBackAsTheyWere_HoweverTheBytesCome) {
  const std::vector<KeptRow> rows = SampleRows(12);
  const std::string bytes = ArchiveOf(rows);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1} << 20}) {
    const auto read = Read(bytes, piece);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_THAT(*read, ElementsAreArray(rows));
  }
}

TEST(ArchiveTest, TableOfManyBlocks_AndAValueLargerThanABlock) {
  const std::vector<KeptRow> rows = SampleRows(40, kFullBlockBytes / 10);
  std::vector<KeptRow> large = SampleRows(2, 3 * kFullBlockBytes);
  for (const auto& all : {rows, large}) {
    const auto read = Read(ArchiveOf(all));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(*read == all);
  }
}

TEST(ArchiveTest, EmptyRegistry_IsAnArchive) {
  const auto read = Read(ArchiveOf({}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->empty());
}

// Old archives must stay readable, so the format on disk is fixed.
TEST(ArchiveTest, Bytes_AreFixed) {
  const KeptRow row{.table = "dpcs", .values = {"id", "package", "title", {}, {}, {}}};
  const std::string bytes = ArchiveOf({row});
  std::string hex;
  for (const char byte : bytes.substr(0, kHeadBytes + kBlockHeadBytes + 20)) {
    hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  }
  EXPECT_EQ(hex,
            "894f5a54410d0a1a"                  // magic
            "01000000050000000100000000000000"  // versions, rows
            "1017e13d"
            "060100000014000000b106fcc0"  // dpcs, a row, 20 bytes
            "eb04daf9"
            "02696407"
            "7061636b616765"
            "05"
            "7469746c65"
            "000000");  // three nulls
  EXPECT_EQ(bytes.size(), kHeadBytes + 2 * kBlockHeadBytes + 20 + 8 * Tables().size());
}

TEST(ArchiveTest, EveryCut_IsFound) {
  const std::string bytes = ArchiveOf(SampleRows(3));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto read = Read(bytes.substr(0, size));
    ASSERT_FALSE(read.ok()) << "cut at " << size;
    EXPECT_THAT(std::string(MessageOf(read.status())),
                size < kMagic.size() ? HasSubstr("not an archive") : HasSubstr("cut off"))
        << size;
  }
}

TEST(ArchiveTest, EveryChangedBit_IsFound) {
  const std::string bytes = ArchiveOf(SampleRows(3));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto read = Read(damaged);
      ASSERT_FALSE(read.ok()) << "byte " << at << " bit " << bit;
      const bool is_magic = at < kMagic.size();
      EXPECT_EQ(absl::IsDataLoss(read.status()), !is_magic) << read.status();
      EXPECT_THAT(std::string(MessageOf(read.status())),
                  HasSubstr(is_magic ? "not an archive" : "damaged"));
    }
  }
}

// Pieces that are lost, repeated or reordered, which bit errors would not produce.
TEST(ArchiveTest, BlocksOutOfPlace_AreFound) {
  const std::string bytes = ArchiveOf(SampleRows(1));
  std::vector<std::string> blocks;
  for (size_t at = kHeadBytes; at < bytes.size();) {
    uint32_t any_chain = 0;
    size_t size = kBlockHeadBytes;
    for (int i = 0; i < 4; ++i) {
      size += size_t{static_cast<uint8_t>(bytes[at + 5 + static_cast<size_t>(i)])} << (8 * i);
    }
    DecodeBlockHead(std::string_view(bytes).substr(at, kBlockHeadBytes), any_chain);
    blocks.push_back(bytes.substr(at, size));
    at += size;
  }
  ASSERT_EQ(blocks.size(), Tables().size() + 1);
  const auto is_refused = [&](std::vector<std::string> changed) {
    std::string joined = bytes.substr(0, kHeadBytes);
    for (const std::string& block : changed) joined += block;
    return !Read(joined).ok();
  };
  EXPECT_FALSE(is_refused(blocks)) << "unchanged";
  for (size_t i = 0; i < blocks.size(); ++i) {
    std::vector<std::string> lost = blocks;
    lost.erase(lost.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_TRUE(is_refused(lost)) << i;
    std::vector<std::string> doubled = blocks;
    doubled.insert(doubled.begin() + static_cast<ptrdiff_t>(i), blocks[i]);
    EXPECT_TRUE(is_refused(doubled)) << i;
    if (i == 0) continue;
    std::vector<std::string> swapped = blocks;
    std::swap(swapped[i - 1], swapped[i]);
    EXPECT_TRUE(is_refused(swapped)) << i;
  }
}

TEST(ArchiveTest, RandomDamage_IsFound) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const std::string bytes = ArchiveOf(SampleRows(20));
  for (int round = 0; round < 2'000; ++round) {
    std::string damaged = bytes;
    const size_t begin = random() % bytes.size();
    const size_t size = 1 + random() % 64;
    switch (random() % 3) {
      case 0:
        damaged.erase(begin, size);
        break;
      case 1:
        damaged.insert(begin, bytes, random() % bytes.size(), size);
        break;
      default:
        for (size_t i = begin; i < std::min(begin + size, bytes.size()); ++i) {
          damaged[i] = static_cast<char>(random());
        }
    }
    if (damaged == bytes) continue;
    EXPECT_FALSE(Read(damaged).ok()) << "round " << round;
  }
}

TEST(ArchiveTest, NewerVersion_IsRefusedAsThat) {
  for (const Head& head :
       {Head{.format_version = kFormatVersion + 1}, Head{.tables_version = kTablesVersion + 1}}) {
    uint32_t chain = 0;
    const auto read = Read(EncodeHead(head, chain));
    EXPECT_TRUE(absl::IsFailedPrecondition(read.status()));
    EXPECT_THAT(std::string(MessageOf(read.status())), HasSubstr("newer zerotouchd"));
  }
}

// An archive of version 1 has no quotas of accounts, and operations without an account.
TEST(ArchiveTest, OlderVersion_IsRead_WithNullsForNewColumns) {
  std::vector<KeptRow> expected;
  const Table& operations = *test::KeptRows::TableOf("operations");
  const auto is_new = [](const Column& column) { return column.since > 1; };
  const auto first_new = static_cast<size_t>(std::ranges::find_if(operations.columns, is_new) -
                                             operations.columns.begin());
  ASSERT_LT(first_new, operations.columns.size());
  uint32_t chain = 0;
  std::string bytes = EncodeHead({.tables_version = 1, .about_rows = 2}, chain);
  std::string rows;
  for (int64_t i = 1; i <= 2; ++i) {
    std::vector<Value> values(operations.columns.size(), i % 2);
    values[8] = values[9] = std::monostate();
    std::fill(values.begin() + static_cast<ptrdiff_t>(first_new), values.end(), std::monostate());
    AppendRow({.table = &operations, .values = values}, rows);
    // Each new column is a null, of one byte.
    rows.resize(rows.size() - (values.size() - first_new));
    KeptRow& kept = expected.emplace_back();
    kept.table = "operations";
    kept.values.assign(operations.columns.size(), i % 2);
    kept.values[8] = kept.values[9] = std::monostate();
    std::fill(kept.values.begin() + static_cast<ptrdiff_t>(first_new), kept.values.end(),
              std::monostate());
  }
  const auto block = [&](uint8_t table, uint32_t count, const std::string& content) {
    bytes += EncodeBlockHead({.table = table,
                              .rows = count,
                              .bytes = static_cast<uint32_t>(content.size()),
                              .crc = CrcOf(content)},
                             chain);
    bytes += content;
  };
  block(operations.index(), 2, rows);
  std::string counts;
  for (size_t i = 0; i < TableCount(1); ++i) {
    AppendFixed64(&Tables()[i] == &operations ? 2 : 0, counts);
  }
  block(kEndTable, 0, counts);
  const auto read = Read(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, ElementsAreArray(expected));
  EXPECT_EQ(TableCount(kTablesVersion), Tables().size());
}

TEST(ArchiveTest, FailureToRead_IsReportedAsItIs) {
  const std::string bytes = ArchiveOf(SampleRows(1));
  const auto reader = Reader::Open("a.archive", [&](std::span<char>) -> absl::StatusOr<size_t> {
    return absl::UnavailableError("the disk is gone");
  });
  EXPECT_EQ(reader.status(), absl::UnavailableError("the disk is gone"));
}

TEST(ArchiveTest, Writer_RefusesWhatNoReaderWouldTake) {
  Writer writer([](std::string_view) { return absl::OkStatus(); });
  ASSERT_TRUE(writer.Begin(0).ok());
  const Table& dpcs = *test::KeptRows::TableOf("dpcs");
  const Table& partners = *test::KeptRows::TableOf("partners");
  const Value texts[] = {"id", "package", "title", {}, {}, {}};
  const Value numbers[] = {int64_t{1}, int64_t{2}, int64_t{3}, {}, {}, {}};
  const Value nulls[] = {{}, {}, {}, {}, {}, {}};
  EXPECT_TRUE(writer.Add({.table = &dpcs, .values = texts}).ok());
  EXPECT_FALSE(writer.Add({.table = &dpcs, .values = numbers}).ok());
  EXPECT_FALSE(writer.Add({.table = &dpcs, .values = nulls}).ok());
  EXPECT_FALSE(writer.Add({.table = &dpcs, .values = std::span(texts).first(2)}).ok());
  const Value partner[] = {int64_t{1}, "Name", int64_t{0}, int64_t{0}};
  EXPECT_FALSE(writer.Add({.table = &partners, .values = partner}).ok()) << "too late";
}

}  // namespace
}  // namespace zerotouch::store::archive
