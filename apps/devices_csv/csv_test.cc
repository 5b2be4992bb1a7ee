// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<CsvRecord> ReadAll(const std::string& text, CsvDialect dialect = {}) {
  std::vector<CsvRecord> records;
  CsvReader reader(text, dialect);
  CsvRecord record;
  while (reader.Next(record)) records.push_back(record);
  return records;
}

TEST(CsvReaderTest, PlainRows_InEveryLineEnding) {
  for (const char* text :
       {"a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2", "a,b\r\n1,2", "a,b\r1,2"}) {
    const auto records = ReadAll(text);
    ASSERT_EQ(records.size(), 2u) << text;
    EXPECT_THAT(records[0].fields, ElementsAre("a", "b"));
    EXPECT_THAT(records[1].fields, ElementsAre("1", "2"));
    EXPECT_EQ(records[1].line, 2);
  }
}

TEST(CsvReaderTest, QuotedFields_HoldAnything) {
  const auto records = ReadAll("\"a,\"\"b\"\"\",\"x\ny\",\"\"\r\nnext,,\n", {.multiline = true});
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0].fields, ElementsAre("a,\"b\"", "x\ny", ""));
  EXPECT_THAT(records[1].fields, ElementsAre("next", "", ""));
  EXPECT_EQ(records[1].line, 3);
}

TEST(CsvReaderTest, RowsWithoutContent_AreSkipped_AndCounted) {
  const auto records = ReadAll("\n\r\n  \na\n,,,\n \"\", \t,\nb\n\n,\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].line, 4);
  EXPECT_EQ(records[1].line, 7);
}

TEST(CsvReaderTest, Separators_AreOfTheDialect) {
  EXPECT_THAT(ReadAll("a;b,c;\"d;e\"", {.separator = ';'})[0].fields,
              ElementsAre("a", "b,c", "d;e"));
  EXPECT_THAT(ReadAll("a\t\t\"b\tc\"\t", {.separator = '\t'})[0].fields,
              ElementsAre("a", "", "b\tc", ""));
}

TEST(CsvReaderTest, SpacesAroundQuotes_AreNotPartOfTheField) {
  EXPECT_THAT(ReadAll("a, \"b, c\" ,d")[0].fields, ElementsAre("a", "b, c", "d"));
  EXPECT_THAT(ReadAll("Tab 10\",5\" x")[0].fields, ElementsAre("Tab 10\"", "5\" x"));
}

TEST(CsvReaderTest, RowOfSeveralLines_IsAProblemThatNamesThem_UnlessItIsAllowed) {
  const std::string text = "a,b\n1,\"x\n2,y\r\n3,\"\n4,z\n";
  const auto records = ReadAll(text);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].line, 2);
  EXPECT_THAT(records[1].problem, HasSubstr("lines 2 to 4"));
  EXPECT_THAT(records[1].problem, HasSubstr("--allow-multiline"));
  EXPECT_THAT(records[1].fields, ElementsAre("1,\"x\n2,y\r\n3,\""));
  EXPECT_THAT(records[2].fields, ElementsAre("4", "z"));
  EXPECT_EQ(records[2].line, 5);
  const auto allowed = ReadAll(text, {.multiline = true});
  ASSERT_EQ(allowed.size(), 3u);
  EXPECT_THAT(allowed[1].fields, ElementsAre("1", "x\n2,y\r\n3,"));
  EXPECT_EQ(allowed[2].line, 5);
}

TEST(CsvReaderTest, StrayQuote_BeforeAQuotedRow_CostsItsLineOnly) {
  const auto records = ReadAll("1,\"x\n2,y\n3,\"Pixel, 8\"\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_THAT(records[0].problem, HasSubstr("line 1 is not closed before line 3"));
  EXPECT_THAT(records[1].fields, ElementsAre("2", "y"));
  EXPECT_THAT(records[2].fields, ElementsAre("3", "Pixel, 8"));
}

TEST(CsvReaderTest, WrongRow_CostsItsOwnLineOnly) {
  const auto records = ReadAll("a,b\n\"open,1\nc,d\n\"x\"y,2\r\ne,f\n");
  ASSERT_EQ(records.size(), 5u);
  EXPECT_THAT(records[1].problem, HasSubstr("not closed"));
  EXPECT_THAT(records[1].fields, ElementsAre("\"open,1"));
  EXPECT_THAT(records[2].fields, ElementsAre("c", "d"));
  EXPECT_EQ(records[2].line, 3);
  EXPECT_THAT(records[3].problem, HasSubstr("after a closing"));
  EXPECT_THAT(records[3].fields, ElementsAre("\"x\"y,2"));
  EXPECT_THAT(records[4].fields, ElementsAre("e", "f"));
  EXPECT_EQ(records[4].line, 5);
  EXPECT_EQ(records[4].problem, "");
}

TEST(CsvReaderTest, LongRows_AreBounded) {
  const std::string endless = "\"" + std::string(3 * CsvReader::kRecordBytes, 'x');
  const auto records = ReadAll(endless + "\nnext\n" + endless.substr(1) + "\nlast\n");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_THAT(records[0].problem, HasSubstr("not closed"));
  EXPECT_THAT(records[2].problem, HasSubstr("longer"));
  EXPECT_EQ(records[2].fields[0].size(), CsvReader::kRecordBytes);
  EXPECT_THAT(records[3].fields, ElementsAre("last"));
}

TEST(CsvReaderTest, EmptyText_HasNoRows) {
  EXPECT_TRUE(ReadAll("").empty());
  EXPECT_TRUE(ReadAll("\r\n,,\r;").size() == 1);
}

TEST(CsvRowTest, WhatIsWritten_ReadsBack) {
  const std::vector<std::string> fields = {"plain", "a,b", "say \"x\"", "two\nlines", "", "\r"};
  std::string text;
  AppendCsvRow(fields, text);
  const auto records = ReadAll(text, {.multiline = true});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].fields, fields);
}

TEST(MarkedCellTest, Formulas_GetAnApostrophe_OthersStay) {
  for (const char* text : {"=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", "'=x", "''@"}) {
    EXPECT_EQ(MarkedCell(text), std::string("'") + text);
  }
  for (const char* text : {"", "490154203237518", "a=b", "'quoted'", "'", "''", " =x", "O'Neil"}) {
    EXPECT_EQ(MarkedCell(text), text);
  }
}

TEST(MarkedCellTest, EveryText_ReadsBack) {
  for (const char* text :
       {"", "=1+1", "+49 30", "'=x", "''=x", "'''", "'x", "'", "-", "\t", "\r", "x", "\"=x\""}) {
    std::string row;
    AppendCsvRow({MarkedCell(text), "end"}, row);
    const auto records = ReadAll(row, {.multiline = true});
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(UnmarkedCell(records[0].fields[0]), text);
  }
}

TEST(CsvRowTest, OneBlankField_IsNoBlankLine) {
  for (const std::string blank : {"", " ", "\t"}) {
    std::string text;
    AppendCsvRow({blank}, text);
    const auto records = ReadAll(text);
    ASSERT_EQ(records.size(), 1u) << '[' << blank << ']';
    EXPECT_THAT(records[0].fields, ElementsAre(blank));
  }
}

}  // namespace
}  // namespace zerotouch::csv
