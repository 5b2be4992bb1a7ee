// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/status_text.h"
#include "support/temp_dir.h"

namespace zerotouch::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Read(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

RowResult Success(int64_t line) {
  api::PerDeviceStatusInBatch item;
  item.set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
  item.set_device_id(77);
  return ResultOf(line, item);
}

RowResult Failure(int64_t line) {
  api::PerDeviceStatusInBatch item;
  item.set_status(api::SINGLE_DEVICE_STATUS_OTHER_ERROR);
  item.set_error_identifier("INVALID_OPERATION");
  item.set_error_message("no claim, sorry");
  return ResultOf(line, item);
}

TEST(CsvResultsTest, File_IsThereWhenItIsWhole) {
  const test::TempDir dir;
  const std::string path = dir / "results.csv";
  std::ofstream(path) << "old";
  auto sink = OpenCsvResults(path, {"a", "b"}).value();
  sink->Add({"1", "x,y"}, Success(2));
  sink->Add({"2", ""}, Failure(3));
  EXPECT_EQ(Read(path), "old");
  ASSERT_TRUE(sink->End(Summary(), {}).ok());
  EXPECT_EQ(Read(path),
            "a,b,status,deviceId,errorIdentifier,errorMessage\n"
            "1,\"x,y\",SINGLE_DEVICE_STATUS_SUCCESS,77,,\n"
            "2,,SINGLE_DEVICE_STATUS_OTHER_ERROR,,INVALID_OPERATION,\"no claim, sorry\"\n");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(CsvResultsTest, AddedCellsThatASpreadsheetWouldRun_AreMarked_InputStays) {
  const test::TempDir dir;
  const std::string path = dir / "results.csv";
  auto sink = OpenCsvResults(path, {"phonenumber"}).value();
  sink->Add({"+49 30 1234"},
            {.line = 2, .status = "OTHER", .error_identifier = "@x", .error_message = "=1+1"});
  ASSERT_TRUE(sink->End(Summary(), {}).ok());
  EXPECT_THAT(Read(path), HasSubstr("\n+49 30 1234,OTHER,,'@x,'=1+1\n"));
}

TEST(CsvResultsTest, FileThatIsNotEnded_LeavesNothing) {
  const test::TempDir dir;
  const std::string path = dir / "results.csv";
  std::ofstream(path) << "old";
  OpenCsvResults(path, {"a"}).value()->Add({"1"}, Success(2));
  EXPECT_EQ(Read(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(CsvResultsTest, UnwritablePath_IsRefusedBeforehand) {
  const auto sink = OpenCsvResults("/dev/null/results.csv", {});
  EXPECT_THAT(std::string(MessageOf(sink.status())), HasSubstr("--results"));
}

TEST(CsvResultsTest, FullDisk_IsTold) {
  auto sink = OpenCsvResults("/dev/full", {"a"}).value();
  for (int i = 0; i < 10'000; ++i) sink->Add({"1"}, Success(i));
  EXPECT_THAT(std::string(MessageOf(sink->End(Summary(), {}))), HasSubstr("/dev/full"));
}

TEST(SummaryTest, CountsByStatus_AndNamesTheFirstFailures) {
  Summary summary;
  for (int i = 0; i < 1234; ++i) summary.Add(Success(i));
  for (int i = 0; i < 9; ++i) summary.Add(Failure(2000 + i));
  EXPECT_EQ(summary.total(), 1243);
  EXPECT_EQ(summary.failed(), 9);
  const std::string table = summary.Table("line");
  EXPECT_THAT(table, HasSubstr("      1,234  SINGLE_DEVICE_STATUS_SUCCESS\n"));
  EXPECT_THAT(table, HasSubstr("          9  SINGLE_DEVICE_STATUS_OTHER_ERROR\n"));
  EXPECT_THAT(table, HasSubstr("line 2004: SINGLE_DEVICE_STATUS_OTHER_ERROR INVALID_OPERATION: "
                               "no claim, sorry\n"));
  EXPECT_THAT(table, Not(HasSubstr("line 2005")));
  EXPECT_THAT(table, HasSubstr("... and 4 more failures\n"));
}

TEST(SummaryTest, TextsOfTheServer_HaveNoControlCharacters) {
  Summary summary;
  summary.Add({.line = 2,
               .status = "A\x1b[2J",
               .error_identifier = "B\xc2\x9b",
               .error_message = "C\nD \u202e E"});
  const std::string table = summary.Table("line");
  EXPECT_THAT(table, HasSubstr("line 2: A\\x1b[2J B\\u009b: C\\nD \\u202e E\n"));
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
}

TEST(SummaryTest, RowsThatWereNotSent_AreFailures) {
  Summary summary;
  summary.Add({.line = 2, .status = kInvalidRow, .error_message = "why"});
  summary.Add({.line = 3, .status = kNotSent});
  EXPECT_EQ(summary.failed(), 2);
  EXPECT_THAT(summary.Table("line"), HasSubstr("line 2: INVALID_ROW: why\nline 3: NOT_SENT\n"));
}

TEST(ResultOfTest, StatusOfANewerServer_IsItsNumber) {
  api::PerDeviceStatusInBatch item;
  item.set_status(static_cast<api::SingleDeviceStatus>(99));
  EXPECT_EQ(ResultOf(1, item).status, "99");
}

}  // namespace
}  // namespace zerotouch::cli
