// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/device_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CsvRecord Row(const std::string& text) {
  CsvRecord record;
  CsvReader(text).Next(record);
  return record;
}

constexpr char kPortal[] = "modemtype,modemid,serial,model,manufacturer,profiletype,owner";

absl::StatusOr<DeviceCsv> Open(const std::string& header, Action action = Action::kClaim,
                               int64_t customer = 0) {
  return DeviceCsv::Open(Row(header), action, customer);
}

std::string ProblemOf(const absl::Status& status) { return std::string(MessageOf(status)); }

TEST(DeviceCsvTest, PortalRow_IsAClaim) {
  const auto claim =
      Open(kPortal)->ClaimOf(Row("IMEI,490154203237518,S1,Pixel 8,Google,ZERO_TOUCH,1520371398"));
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_EQ(claim->ShortDebugString(),
            "device_identifier { imei: \"490154203237518\" serial_number: \"S1\" "
            "manufacturer: \"Google\" model: \"Pixel 8\" } "
            "section_type: SECTION_TYPE_ZERO_TOUCH customer_id: 1520371398");
}

TEST(DeviceCsvTest, Header_InAnyOrderAndCase) {
  const auto csv = Open("Owner, MODEMID ,ModemType");
  ASSERT_TRUE(csv.ok()) << csv.status();
  const auto claim = csv->ClaimOf(Row("5, 490154203237518 ,imei"));
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_EQ(claim->device_identifier().imei(), "490154203237518");
  EXPECT_EQ(claim->customer_id(), 5);
}

TEST(DeviceCsvTest, TwoModems_FillTheirSlots) {
  const auto csv = Open("modemtype,modemid,modemtype2,modemid2", Action::kUnclaim);
  const auto identifier = [&](const char* row) {
    return csv->UnclaimOf(Row(row))->device_identifier().ShortDebugString();
  };
  EXPECT_EQ(identifier("IMEI,1,IMEI,2"), "imei: \"1\" imei2: \"2\"");
  EXPECT_EQ(identifier("IMEI,1,MEID,2"), "imei: \"1\" meid: \"2\"");
  EXPECT_EQ(identifier("MEID,1,MEID,2"), "meid: \"1\" meid2: \"2\"");
  EXPECT_EQ(identifier(",,IMEI,2"), "imei: \"2\"");
  EXPECT_EQ(identifier("IMEI,,,"), "") << "left to the server";
}

TEST(DeviceCsvTest, Metadata_GoesWithClaims) {
  const auto claim =
      Open("modemtype,modemid,owner,OrderNumber,phonenumber")->ClaimOf(Row("IMEI,1,5,GOOG#1,"));
  EXPECT_EQ(claim->device_metadata().entries().at("ordernumber"), "GOOG#1");
  EXPECT_EQ(claim->device_metadata().entries().size(), 1u);
}

TEST(DeviceCsvTest, Customer_StandsInForAMissingOwner) {
  EXPECT_EQ(Open("serial", Action::kClaim, 9)->ClaimOf(Row("S1"))->customer_id(), 9);
  EXPECT_EQ(Open("serial,owner", Action::kClaim, 9)->ClaimOf(Row("S1,7"))->customer_id(), 7);
}

TEST(DeviceCsvTest, CellsMarkedForSpreadsheets_AreReadWithoutTheMark) {
  const auto csv = Open("serial,manufacturer,owner,phonenumber,ordernumber");
  const auto claim = csv->ClaimOf(Row("'-S1,'=Maker,7,+49 30 1234,'+5"));
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
      {"modemtype;modemid;owner", "semicolons"},
      {"imei,owner", "the column modemid or serial is missing"},
      {"modemid,owner", "modemtype and modemid"},
      {"serial,modemid2,owner", "modemtype2 and modemid2"},
      {"serial,owner,Serial", "serial appears twice"},
      {"serial", "owner is missing"},
      {"\"serial", "not closed"},
  };
  for (const auto& [header, problem] : kCases) {
    const auto csv = Open(header);
    EXPECT_TRUE(absl::IsInvalidArgument(csv.status())) << header;
    EXPECT_THAT(ProblemOf(csv.status()), HasSubstr(problem));
    EXPECT_THAT(ProblemOf(csv.status()), HasSubstr(kPortal));
  }
  EXPECT_TRUE(Open("serial", Action::kUnclaim).ok()) << "unclaims need no owner";
}

TEST(DeviceCsvTest, WrongRows_SayWhy) {
  const auto csv = Open(kPortal);
  const struct {
    const char* row;
    const char* problem;
  } kCases[] = {
      {"IMEI,1,,,,ZERO_TOUCH", "6 fields, the header has 7"},
      {"IMEI,1,,,,ZERO_TOUCH,5,extra", "8 fields"},
      {"GSM,1,,,,ZERO_TOUCH,5", "invalid modemtype: use IMEI or MEID"},
      {",1,,,,ZERO_TOUCH,5", "invalid modemtype: use IMEI or MEID"},
      {"IMEI,1,,,,KNOX,5", "profiletype"},
      {"IMEI,1,,,,ZERO_TOUCH,", "owner is missing"},
      {"IMEI,1,,,,ZERO_TOUCH,-5", "invalid owner"},
      {"IMEI,1,,,,ZERO_TOUCH,12x", "invalid owner"},
      {"IMEI,1,,,,ZERO_TOUCH,99999999999999999999", "invalid owner"},
      {"IMEI,1,,\xff,,ZERO_TOUCH,5", "not UTF-8"},
      {"\"IMEI,1,,,,ZERO_TOUCH,5", "not closed"},
  };
  for (const auto& [row, problem] : kCases) {
    const auto claim = csv->ClaimOf(Row(row));
    EXPECT_TRUE(absl::IsInvalidArgument(claim.status())) << row;
    EXPECT_THAT(ProblemOf(claim.status()), HasSubstr(problem)) << row;
  }
}

TEST(DeviceCsvTest, Results_AddToTheInputColumns_AndReplaceOldResults) {
  const auto csv =
      Open("Serial,status,note,deviceId,errorIdentifier,errorMessage", Action::kUnclaim);
  EXPECT_THAT(csv->names(), ElementsAre("Serial", "note"));
  EXPECT_THAT(csv->ignored(), ElementsAre("note"));
  EXPECT_THAT(csv->InputOf(Row("S1,OLD,hello,5,,")), ElementsAre("S1", "hello"));
  EXPECT_THAT(csv->InputOf(Row("S1")), ElementsAre("S1", "")) << "a short row keeps its shape";
}

}  // namespace
}  // namespace zerotouch::cli
