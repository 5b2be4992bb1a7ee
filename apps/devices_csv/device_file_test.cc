// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/device_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"
#include "devices_csv/cell.h"

namespace zerotouch::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Returns the IMEIs of a file's rows.
std::vector<std::string> ImeisIn(const std::string& bytes) {
  absl::StatusOr<DeviceFile> file = DeviceFile::Open(bytes);
  if (!file.ok()) return {std::string(MessageOf(file.status()))};
  std::vector<std::string> imeis;
  for (CsvRecord row; file->Next(row);) {
    const auto claim = file->columns().ClaimOf(row, {});
    imeis.push_back(claim.ok() ? claim->device_identifier().imei()
                               : std::string(MessageOf(claim.status())));
  }
  return imeis;
}

std::string OpenError(const std::string& bytes) {
  const absl::StatusOr<DeviceFile> file = DeviceFile::Open(bytes);
  EXPECT_TRUE(absl::IsInvalidArgument(file.status()));
  return std::string(MessageOf(file.status()));
}

std::string Utf16(const std::string& ascii, bool big_endian) {
  std::string bytes = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    if (big_endian) bytes += '\0';
    bytes += c;
    if (!big_endian) bytes += '\0';
  }
  return bytes;
}

TEST(DeviceFileTest, SeparatorsAndLineEndings_AreDetected) {
  for (const char separator : {',', ';', '\t'}) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
      std::string file = "imei,owner,note" + end + "1,5,a" + end + ",," + end + "2,5," + end;
      std::replace(file.begin(), file.end(), ',', separator);
      EXPECT_THAT(ImeisIn(file), ElementsAre("1", "2")) << file;
      EXPECT_THAT(ImeisIn("\xef\xbb\xbf" + file), ElementsAre("1", "2"));
      for (const bool big_endian : {false, true}) {
        EXPECT_THAT(ImeisIn(Utf16(file, big_endian)), ElementsAre("1", "2"));
      }
    }
  }
}

TEST(DeviceFileTest, Separator_IsThatOfTheKnownColumns) {
  EXPECT_THAT(ImeisIn("imei;owner;a, b, c, d\n1;5;x,y\n"), ElementsAre("1"));
  EXPECT_THAT(ImeisIn("\"imei\";\"owner\"\n\"1\";\"5\"\n"), ElementsAre("1"));
}

TEST(DeviceFileTest, SepLine_NamesTheSeparator) {
  for (const char* line : {"sep=;", "SEP=;", "\"sep=;\"", "sep=;;;"}) {
    EXPECT_THAT(ImeisIn(std::string(line) + "\r\nimei;owner\r\n1;5\r\n"), ElementsAre("1")) << line;
  }
  EXPECT_THAT(ImeisIn("sep=,\nimei,owner\n1,5\n"), ElementsAre("1"));
  EXPECT_THAT(ImeisIn("sep=\t\nimei\towner\n1\t5\n"), ElementsAre("1"));
  EXPECT_THAT(ImeisIn("sep=\\t\nimei\towner\n1\t5\n"), ElementsAre("1"));
  EXPECT_THAT(OpenError("sep=|\nimei|owner\n"), HasSubstr("sep=|"));
  EXPECT_THAT(OpenError("sep=\nimei,owner\n"), HasSubstr("sep="));
}

TEST(DeviceFileTest, LineNumbers_AreThoseOfTheFile) {
  DeviceFile file = DeviceFile::Open("sep=;\rimei;owner\r\r;;\r1;5\r").value();
  CsvRecord row;
  ASSERT_TRUE(file.Next(row));
  EXPECT_EQ(row.line, 5);
}

TEST(DeviceFileTest, InvisibleRows_AreSkipped) {
  EXPECT_THAT(ImeisIn("imei,owner\n\xc2\xa0,\xe2\x80\x8b\n1,5\n"), ElementsAre("1"));
}

TEST(DeviceFileTest, OtherFiles_AreNamed) {
  const struct {
    std::string bytes;
    const char* name;
  } kCases[] = {
      {std::string("PK\x03\x04") + std::string(26, '\0') + "[Content_Types].xml",
       "an Excel workbook (.xlsx)"},
      {std::string("PK\x03\x04") + std::string(26, '\0') +
           "mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
       "an OpenDocument spreadsheet"},
      {std::string("PK\x03\x04") + std::string(26, '\0') + "devices.csv", "a ZIP archive"},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "an Excel workbook (.xls)"},
      {"\x1f\x8b\x08", "compressed with gzip"},
      {"%PDF-1.7", "a PDF"},
      {"<!DOCTYPE html><table>", "an HTML page"},
      {"\n<html>", "an HTML page"},
      {" [{\"imei\": \"1\"}]", "JSON"},
      {"{\"devices\": []}", "JSON"},
      {"<?xml version=\"1.0\"?><Workbook>", "an XML document"},
      {std::string("\xff\xfe\0\0i\0\0\0", 8), "UTF-32"},
      {std::string("i\0m\0e\0i\0", 8), "UTF-16 text without a byte-order mark"},
      {std::string("imei,owner\n1\0,5", 15), "binary"},
  };
  for (const auto& [bytes, name] : kCases) {
    EXPECT_THAT(OpenError(bytes), HasSubstr(name));
    EXPECT_THAT(OpenError(bytes), HasSubstr("CSV UTF-8"));
  }
  EXPECT_THAT(OpenError(std::string("\xff\xfei\0m", 5)), HasSubstr("incomplete"));
  EXPECT_THAT(OpenError(""), HasSubstr("is empty"));
  EXPECT_THAT(OpenError("\xef\xbb\xbf\r\n,,\r\n"), HasSubstr("is empty"));
}

TEST(DeviceFileTest, Utf16_IsConverted_WhatIsWrongStaysWrong) {
  // é, 😀 as a pair, and a surrogate alone.
  const std::string bytes("\xff\xfes\0e\0r\0i\0a\0l\0\n\0\xe9\0\x3d\xd8\x00\xde\n\0\x3d\xd8x\0",
                          28);
  DeviceFile file = DeviceFile::Open(bytes).value();
  CsvRecord row;
  ASSERT_TRUE(file.Next(row));
  EXPECT_EQ(file.columns().DeviceOf(row)->device_identifier().serial_number(),
            "\xc3\xa9\xf0\x9f\x98\x80");
  ASSERT_TRUE(file.Next(row));
  EXPECT_THAT(std::string(MessageOf(file.columns().DeviceOf(row).status())),
              HasSubstr("not UTF-8"));
}

TEST(TrimCellTest, WhiteAndInvisible_AroundTheText) {
  EXPECT_EQ(TrimCell(" \xc2\xa0\xe2\x80\x8b x \xc3\xa9\xef\xbb\xbf\t"), "x \xc3\xa9");
  EXPECT_EQ(TrimCell("\xe2\x80\x8b\xc2\xa0"), "");
  EXPECT_EQ(TrimCell("\xff x \xbf"), "\xff x \xbf");
  EXPECT_EQ(TrimCell(""), "");
}

}  // namespace
}  // namespace zerotouch::csv
