// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/device_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CsvRecord Row(const std::string& text) {
  CsvRecord record;
  CsvReader(text).Next(record);
  return record;
}

constexpr char kPortal[] = "modemtype,modemid,serial,model,manufacturer,profiletype,owner";

absl::StatusOr<DeviceCsv> Columns(const std::string& header) {
  return DeviceCsv::Open(Row(header));
}

absl::StatusOr<api::PartnerClaim> Claim(const std::string& header, const std::string& row,
                                        int64_t customer = 0) {
  api::PartnerClaim defaults;
  defaults.set_customer_id(customer);
  return Columns(header).value().ClaimOf(Row(row), defaults);
}

std::string ProblemOf(const absl::Status& status) { return std::string(MessageOf(status)); }

TEST(DeviceCsvTest, PortalRow_IsAClaim) {
  const auto claim = Claim(kPortal, "IMEI,490154203237518,S1,Pixel 8,Google,ZERO_TOUCH,1520371398");
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_EQ(claim->ShortDebugString(),
            "device_identifier { imei: \"490154203237518\" serial_number: \"S1\" "
            "manufacturer: \"Google\" model: \"Pixel 8\" } "
            "section_type: SECTION_TYPE_ZERO_TOUCH customer_id: 1520371398");
}

TEST(DeviceCsvTest, Header_InAnyOrderCaseAndSpelling) {
  for (const char* header : {"Owner, MODEMID ,ModemType", "owner,modem id,modem-type",
                             "\xc2\xa0owner\xe2\x80\x8b,modem_id,\xef\xbb\xbfModem\xc2\xa0Type"}) {
    const auto claim = Claim(header, "5, 490154203237518\xc2\xa0,imei\xe2\x80\x8b");
    ASSERT_TRUE(claim.ok()) << claim.status();
    EXPECT_EQ(claim->device_identifier().imei(), "490154203237518");
    EXPECT_EQ(claim->customer_id(), 5);
  }
}

TEST(DeviceCsvTest, TwoModems_FillTheirSlots) {
  const auto csv = Columns("modemtype,modemid,modemtype2,modemid2");
  const auto identifier = [&](const char* row) {
    return csv->UnclaimOf(Row(row), {})->device_identifier().ShortDebugString();
  };
  EXPECT_EQ(identifier("IMEI,1,IMEI,2"), "imei: \"1\" imei2: \"2\"");
  EXPECT_EQ(identifier("IMEI,1,MEID,2"), "imei: \"1\" meid: \"2\"");
  EXPECT_EQ(identifier("MEID,1,MEID,2"), "meid: \"1\" meid2: \"2\"");
  EXPECT_EQ(identifier(",,IMEI,2"), "imei: \"2\"");
  EXPECT_EQ(identifier("IMEI,,,"), "") << "left to the server";
}

TEST(DeviceCsvTest, ColumnsOfOtherTools_AreUnderstood) {
  const auto claim =
      Claim("imei,IMEI 2,meid,Serial Number,model,manufacturer,owner", "1,2,3,S1,Pixel 8,Google,5");
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_EQ(claim->device_identifier().ShortDebugString(),
            "imei: \"1\" meid: \"3\" serial_number: \"S1\" manufacturer: \"Google\" "
            "model: \"Pixel 8\" imei2: \"2\"");
  EXPECT_EQ(Claim("imei,imei2,owner", ",2,5")->device_identifier().ShortDebugString(),
            "imei: \"2\"");
  const auto both = Claim("modemtype,modemid,imei,owner", "IMEI,1,1,5");
  EXPECT_EQ(both->device_identifier().ShortDebugString(), "imei: \"1\"");
  EXPECT_THAT(ProblemOf(Claim("modemtype,modemid,imei,imei2,owner", "IMEI,1,2,3,5").status()),
              HasSubstr("more than two IMEIs"));
}

TEST(DeviceCsvTest, DeviceId_IsWhatTheRowIsSentBy_ButForClaims) {
  const auto csv = Columns("imei,deviceid,owner");
  EXPECT_EQ(csv->UnclaimOf(Row("1,77,5"), {})->ShortDebugString(),
            "device_id: 77 section_type: SECTION_TYPE_ZERO_TOUCH");
  EXPECT_EQ(csv->UnclaimOf(Row("1,,5"), {})->device_identifier().imei(), "1");
  EXPECT_EQ(csv->DeviceOf(Row("1,77"))->device_id(), 77);
  EXPECT_EQ(csv->ClaimOf(Row("1,77,5"), {})->device_identifier().imei(), "1");
  EXPECT_THAT(ProblemOf(csv->UnclaimOf(Row("1,x,5"), {}).status()), HasSubstr("invalid deviceid"));
  EXPECT_TRUE(Columns("deviceid").ok());
}

TEST(DeviceCsvTest, DeviceIdOfResults_IsRead) {
  const std::string results = ",status,deviceId,errorIdentifier,errorMessage";
  const auto csv = Columns("imei" + results);
  EXPECT_EQ(csv->UnclaimOf(Row("1,OK,77,,"), {})->device_id(), 77);
  EXPECT_EQ(csv->UnclaimOf(Row("1,BAD,,X,"), {})->device_identifier().imei(), "1");
  const auto own = Columns("deviceid" + results);
  EXPECT_EQ(own->UnclaimOf(Row("77,OK,77,,"), {})->device_id(), 77);
  EXPECT_EQ(own->UnclaimOf(Row("77,BAD,,,"), {})->device_id(), 77);
  EXPECT_THAT(ProblemOf(own->UnclaimOf(Row("77,OK,78,,"), {}).status()),
              HasSubstr("two different device ids"));
  EXPECT_THAT(own->names(), ElementsAre("deviceid"));
}

TEST(DeviceCsvTest, ProfileId_IsTheConfiguration) {
  const char* header = "imei,owner,profileid";
  EXPECT_EQ(Claim(header, "1,5,9")->configuration_id(), 9);
  EXPECT_EQ(Claim(header, "1,5,customers/5/configurations/9")->configuration_id(), 9);
  EXPECT_EQ(Claim(header, "1,5,")->configuration_id(), 0);
  EXPECT_EQ(*Columns(header)->ConfigurationOf(Row("1,5,9")), 9);
  EXPECT_THAT(ProblemOf(Claim(header, "1,5,kiosk").status()), HasSubstr("invalid profileid"));
}

TEST(DeviceCsvTest, Metadata_GoesWithClaims) {
  const auto claim = Claim("modemtype,modemid,owner,OrderNumber,phonenumber", "IMEI,1,5,GOOG#1,");
  EXPECT_EQ(claim->device_metadata().entries().at("ordernumber"), "GOOG#1");
  EXPECT_EQ(claim->device_metadata().entries().size(), 1u);
  const auto csv = Columns("deviceid,phonenumber");
  EXPECT_EQ(csv->MetadataOf(Row("7,+49"), {})->device_metadata().entries().at("phonenumber"),
            "+49");
  EXPECT_THAT(ProblemOf(csv->MetadataOf(Row("7,"), {}).status()), HasSubstr("no metadata"));
}

TEST(DeviceCsvTest, Defaults_StandInForWhatTheRowLeavesOut) {
  EXPECT_EQ(Claim("serial", "S1", 9)->customer_id(), 9);
  EXPECT_EQ(Claim("serial,owner", "S1,7", 9)->customer_id(), 7);
  api::PartnerUnclaim vacation;
  vacation.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  vacation.set_vacation_mode_days(3);
  EXPECT_EQ(Columns("imei,profiletype")->UnclaimOf(Row("1"), vacation)->ShortDebugString(),
            "device_identifier { imei: \"1\" } section_type: SECTION_TYPE_SIM_LOCK "
            "vacation_mode_days: 3");
  EXPECT_EQ(Columns("imei,profiletype")->UnclaimOf(Row("1,zero_touch"), vacation)->section_type(),
            api::SECTION_TYPE_ZERO_TOUCH);
}

TEST(DeviceCsvTest, CellsMarkedForSpreadsheets_AreReadWithoutTheMark) {
  const auto claim =
      Claim("serial,manufacturer,owner,phonenumber,ordernumber", "'-S1,'=Maker,7,+49 30 1234,'+5");
  ASSERT_TRUE(claim.ok()) << ProblemOf(claim.status());
  EXPECT_EQ(claim->device_identifier().serial_number(), "-S1");
  EXPECT_EQ(claim->device_identifier().manufacturer(), "=Maker");
  EXPECT_EQ(claim->device_metadata().entries().at("phonenumber"), "+49 30 1234");
  EXPECT_EQ(claim->device_metadata().entries().at("ordernumber"), "+5");
}

TEST(DeviceCsvTest, WrongHeaders_SayWhatToDo) {
  const struct {
    const char* header;
    const char* problem;
  } kCases[] = {
      {"name,owner", "the column modemid, imei, meid, serial or deviceid is missing"},
      {"modemid,owner", "modemtype and modemid"},
      {"serial,modemid2,owner", "modemtype2 and modemid2"},
      {"serial,owner,Serial", "serial appears twice"},
      {"serial,owner,serialNumber", "serial appears twice"},
      {"\"serial", "not closed"},
  };
  for (const auto& [header, problem] : kCases) {
    const auto csv = Columns(header);
    EXPECT_TRUE(absl::IsInvalidArgument(csv.status())) << header;
    EXPECT_THAT(ProblemOf(csv.status()), HasSubstr(problem));
    EXPECT_THAT(ProblemOf(csv.status()), HasSubstr(kPortal));
  }
  EXPECT_THAT(ProblemOf(Columns("serial")->CheckOwners(0)), HasSubstr("owner is missing"));
  EXPECT_TRUE(Columns("serial")->CheckOwners(5).ok());
  EXPECT_TRUE(Columns("serial,owner")->CheckOwners(0).ok());
}

TEST(DeviceCsvTest, WrongRows_SayWhy) {
  const struct {
    const char* row;
    const char* problem;
  } kCases[] = {
      {"IMEI,1,,,,ZERO_TOUCH,5,extra", "8 fields, the header has 7"},
      {"GSM,1,,,,ZERO_TOUCH,5", "invalid modemtype: use IMEI or MEID"},
      {",1,,,,ZERO_TOUCH,5", "invalid modemtype: use IMEI or MEID"},
      {"IMEI,1,,,,KNOX,5", "profiletype"},
      {"IMEI,1,,,,ZERO_TOUCH,", "owner is missing"},
      {"IMEI,1,,,,ZERO_TOUCH", "owner is missing"},
      {"IMEI,1,,,,ZERO_TOUCH,-5", "invalid owner"},
      {"IMEI,1,,,,ZERO_TOUCH,12x", "invalid owner"},
      {"IMEI,1,,,,ZERO_TOUCH,99999999999999999999", "invalid owner"},
      {"IMEI,1,,\xff,,ZERO_TOUCH,5", "model is not UTF-8"},
      {"\"IMEI,1,,,,ZERO_TOUCH,5", "not closed"},
      {"IMEI,4901\xe2\x80\x8b"
       "54,,,,ZERO_TOUCH,5",
       "modemid has the invisible character U+200B"},
  };
  for (const auto& [row, problem] : kCases) {
    const auto claim = Claim(kPortal, row);
    EXPECT_TRUE(absl::IsInvalidArgument(claim.status())) << row;
    EXPECT_THAT(ProblemOf(claim.status()), HasSubstr(problem)) << row;
  }
}

TEST(DeviceCsvTest, WhatASpreadsheetDid_IsNamed) {
  const struct {
    const char* cell;
    const char* problem;
  } kCases[] = {
      {"3.56938E+14", "holds 3.56938E+14: a spreadsheet has shortened the number"},
      {"\"3,56938E+14\"", "a spreadsheet has shortened the number"},
      {"3.56938030000013E14", "a spreadsheet has shortened the number"},
      {"3E+14", "a spreadsheet has shortened the number"},
      {"=356938035643809", "a spreadsheet's formula"},
      {"#N/A", "an error of a spreadsheet"},
      {"####", "an error of a spreadsheet"},
      {"4e+14", "a spreadsheet has shortened the number"},
      {"356938035643809.0", "a decimal fraction"},
      {"\"356938035643809,00\"", "a decimal fraction"},
      {"'356938035643809", "a spreadsheet's mark for text"},
      {"\"=\"\"356938035643809\"\"\"", "a spreadsheet's formula for text"},
      {"\"356,938,035,643,809\"", "thousands separators"},
      {"356.938.035.643.809", "thousands separators"},
  };
  for (const auto& [cell, problem] : kCases) {
    for (const char* header : {"imei,owner", "meid,owner"}) {
      EXPECT_THAT(ProblemOf(Claim(header, std::string(cell) + ",5").status()), HasSubstr(problem));
    }
    EXPECT_THAT(ProblemOf(Claim("serial,owner", std::string("S1,") + cell).status()),
                HasSubstr(problem));
  }
  EXPECT_THAT(ProblemOf(Claim("serial,owner", "1.2E+11,5").status()), HasSubstr("shortened"));
  for (const char* cell : {"99000012E45678", "A0000012345678", "49-015420-323751-8"}) {
    EXPECT_TRUE(Claim("meid,owner", std::string(cell) + ",5").ok()) << cell;
  }
  for (const char* serial : {"1E10", "R9.12", "O'Neil", "E+14", "#7", "=A"}) {
    EXPECT_TRUE(Claim("serial,owner", std::string(serial) + ",5").ok()) << serial;
  }
}

TEST(DeviceCsvTest, ShortRowsAndEmptyColumns_AreFilledUpAndIgnored) {
  EXPECT_TRUE(Claim("serial,model,manufacturer,owner,note", "S1,M,G,5").ok());
  EXPECT_TRUE(Claim("serial,owner", "S1,5,, ,").ok());
  const auto csv = Columns("serial,owner,,");
  ASSERT_TRUE(csv.ok());
  EXPECT_THAT(csv->names(), ElementsAre("serial", "owner"));
  EXPECT_TRUE(csv->ClaimOf(Row("S1,5,,,"), {}).ok());
  EXPECT_THAT(ProblemOf(csv->ClaimOf(Row("S1,5,,x"), {}).status()), HasSubstr("4 fields"));
}

TEST(DeviceCsvTest, BytesOfIgnoredColumns_DoNotMatter) {
  const auto csv = Columns("serial,K\xe4ufer,owner");
  ASSERT_TRUE(csv.ok());
  const CsvRecord row = Row("S1,M\xfcller,5");
  EXPECT_TRUE(csv->ClaimOf(row, {}).ok());
  EXPECT_THAT(csv->InputOf(row), ElementsAre("S1", "M\xfcller", "5"));
}

TEST(DeviceCsvTest, Results_AddToTheInputColumns_AndReplaceOldResults) {
  const auto csv = Columns("Serial,status,note,status,deviceId,errorIdentifier,errorMessage");
  EXPECT_THAT(csv->names(), ElementsAre("Serial", "status", "note"));
  EXPECT_THAT(csv->ignored(), ElementsAre("status", "note"));
  EXPECT_THAT(csv->InputOf(Row("S1,in stock,hello,OLD,5,,")),
              ElementsAre("S1", "in stock", "hello"));
  EXPECT_THAT(csv->InputOf(Row("S1")), ElementsAre("S1", "", "")) << "a short row is filled up";
}

}  // namespace
}  // namespace zerotouch::csv
