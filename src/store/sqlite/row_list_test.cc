// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/row_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/database.h"

namespace zerotouch::store::sqlite {
namespace {

class RowListTest : public testing::Test {
 protected:
  RowListTest() : db_(Database::Open(":memory:", Access::kWrite).value()) {
    EXPECT_TRUE(db_->Run("CREATE TABLE t (k INTEGER PRIMARY KEY, name TEXT, data BLOB, us INTEGER) "
                         "STRICT")
                    .ok());
  }

  const std::unique_ptr<Database> db_;
};

TEST_F(RowListTest, RowsAreInserted_WithTheirTypes) {
  std::string name;  // of one row at a time
  const auto fill = [&](size_t i, ListRow& row) {
    name = "row " + std::to_string(i);
    row.Int(static_cast<int64_t>(i)).Text(i == 0 ? "" : name).Bytes(i == 0 ? "" : name);
    row.Time(i == 1 ? std::optional(absl::FromUnixMicros(7)) : std::nullopt);
  };
  const RowList list{.size = 3, .fill = fill};
  ASSERT_TRUE(
      db_->Use("INSERT INTO t SELECT c0, c1, c2, c3 FROM row_list(?)").List(list).Run().ok());
  EXPECT_EQ(db_->Changes(), 3);

  Cursor rows = db_->Use("SELECT name, typeof(name), typeof(data), us FROM t ORDER BY k");
  std::vector<std::string> all;
  while (rows.Row()) {
    all.push_back(std::string(rows.TextAt(0)) + "/" + std::string(rows.TextAt(1)) + "/" +
                  std::string(rows.TextAt(2)) + (rows.IsNullAt(3) ? "" : "/time"));
  }
  EXPECT_EQ(all,
            (std::vector<std::string>{"/text/blob", "row 1/text/blob/time", "row 2/text/blob"}));
}

TEST_F(RowListTest, RowsAreJoined_AndHaveTheirNumbers) {
  ASSERT_TRUE(db_->Run("INSERT INTO t (k, name) VALUES (5, 'five'), (9, 'nine')").ok());
  const int64_t sought[] = {9, 7, 5, 9};
  const auto fill = [&](size_t i, ListRow& row) { row.Int(sought[i]); };
  const RowList list{.size = 4, .fill = fill};
  for (int round = 0; round < 2; ++round) {
    Cursor rows = db_->Use("SELECT l.rowid, name FROM row_list(?) l CROSS JOIN t ON k = l.c0");
    rows.List(list);
    std::string found;
    while (rows.Row()) found += std::to_string(rows.IntAt(0)) + std::string(rows.TextAt(1)) + " ";
    EXPECT_TRUE(rows.status().ok());
    EXPECT_EQ(found, "0nine 2five 3nine ");
  }
}

TEST_F(RowListTest, EmptyList_HasNoRows) {
  const auto fill = [](size_t, ListRow&) { FAIL() << "there is no row"; };
  const RowList list{.size = 0, .fill = fill};
  Cursor rows = db_->Use("SELECT 1 FROM row_list(?)");
  EXPECT_FALSE(rows.List(list).Row());
  EXPECT_TRUE(rows.status().ok());
}

TEST_F(RowListTest, OutOfMemory_FailsTheStatementAsAWhole) {
  const auto fill = [](size_t i, ListRow& row) {
    if (i == 1) throw std::bad_alloc();
    row.Int(static_cast<int64_t>(i));
  };
  const RowList list{.size = 2, .fill = fill};
  EXPECT_FALSE(db_->Use("INSERT INTO t (k) SELECT c0 FROM row_list(?)").List(list).Run().ok());
  EXPECT_FALSE(db_->Use("SELECT 1 FROM t").Row());
}

TEST_F(RowListTest, WithoutAList_CannotBeRead) {
  EXPECT_FALSE(db_->Run("SELECT * FROM row_list").ok());
  EXPECT_FALSE(db_->Use("SELECT 1 FROM row_list(1)").Row()) << "a number is no list";
}

}  // namespace
}  // namespace zerotouch::store::sqlite
