// SPDX-License-Identifier: Apache-2.0
// Unclaims over real sockets, as single calls and as batch items.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kArgument[] = "INVALID_ARGUMENT";
constexpr char kSet[] = "INVALID_IDENTIFIER_SET";
constexpr char kIdentifier[] = "INVALID_DEVICE_IDENTIFIER";

class UnclaimTest : public SandboxTest {
 protected:
  static std::string ZeroTouch(const std::string& fields) { return fields + "," + kZeroTouch; }
  static std::string SimLock(const std::string& fields) { return fields + "," + kSimLock; }
  static std::string InAMonth() {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now() + absl::Hours(30 * 24),
                            absl::UTCTimeZone());
  }
  static std::string Id(const std::string& id) { return fmt::format(R"("deviceId":"{}")", id); }
};

TEST_F(UnclaimTest, MalformedIdentifiers_AreRefused) {
  const auto row = [](const char* reason, const std::string& members, const char* code) {
    return Refusal{reason, ZeroTouch(Identifier(members)), 400, kArgument, code, kIdentifier};
  };
  const std::string names = R"("manufacturer":"M","model":"N")";
  ExpectUnclaimsRefused({
      row("IMEI with a wrong check digit", R"("imei":"490154203237519")", "INVALID_IMEI"),
      row("IMEI with a letter", R"("imei":"49015420323751X")", "INVALID_IMEI"),
      row("IMEI of 13 digits", R"("imei":"4901542032375")", "INVALID_IMEI"),
      row("second IMEI malformed", R"("imei":"490154203237518","imei2":"1")", "INVALID_IMEI"),
      row("MEID of 7 digits", R"("meid":"A000000")", "INVALID_MEID"),
      row("decimal MEID out of range", R"("meid":"429496729600000000")", "INVALID_MEID"),
      row("second MEID malformed", R"("meid":"AF0123450ABCDE","meid2":"x")", "INVALID_MEID"),
      row("serial number of 65 characters",
          fmt::format(R"("serialNumber":"{}",{})", std::string(65, 'x'), names), "INVALID_SERIAL"),
      row("serial number with a control character", R"("serialNumber":"a\u0001",)" + names,
          "INVALID_SERIAL"),
      row("serial number alone", R"("serialNumber":"S1")", kSet),
      row("serial number without model", R"("serialNumber":"S1","manufacturer":"M")", kSet),
      row("serial number without manufacturer", R"("serialNumber":"S1","model":"N")", kSet),
      row("ChromeOS without attested id",
          R"("serialNumber":"S1","model":"N","deviceType":"DEVICE_TYPE_CHROME_OS")", kSet),
      row("IMEI twice", R"("imei":"490154203237518","imei2":"49-015420-323751-8")", kSet),
      row("MEID twice", R"("meid":"AF0123450ABCDE","meid2":"293608736500703710")", kSet),
      row("manufacturer too long",
          fmt::format(R"("serialNumber":"S","manufacturer":"{}","model":"N")",
                      std::string(257, 'm')),
          "INVALID_MANUFACTURER"),
      row("model too long",
          fmt::format(R"("serialNumber":"S","manufacturer":"M","model":"{}")",
                      std::string(257, 'm')),
          "INVALID_MODEL"),
      row("an empty identifier", "", kSet),
  });
}

TEST_F(UnclaimTest, IncompleteItems_AreRefused) {
  ExpectUnclaimsRefused({
      {"neither deviceId nor deviceIdentifier", kZeroTouch, 400, kArgument, kSet, kIdentifier},
      {"no section", Imei("490154203237518"), 400, kArgument, "INVALID_SECTION_TYPE",
       "INVALID_SECTION_TYPE"},
  });
  const std::string unspecified =
      Imei("490154203237518") + R"(,"sectionType":"SECTION_TYPE_UNSPECIFIED")";
  ExpectCustomError(Unclaim(unspecified), 400, kArgument, "INVALID_SECTION_TYPE");
  EXPECT_EQ(Json(UnclaimInBatch({unspecified}))["/response/perDeviceStatus/0/result/status"],
            "SINGLE_DEVICE_STATUS_INVALID_SECTION_TYPE");
}

TEST_F(UnclaimTest, BothDeviceForms_AreRefused_AndNothingIsChanged) {
  const std::string id = Claimed(Imei("350000000000105"));
  const std::string both = ZeroTouch(Id(id) + "," + Imei("350000000000105"));
  ExpectError(Unclaim(both), 400, kArgument);
  const Answer batch =
      first_.Post(sandbox().first.Devices() + ":unclaimAsync",
                  fmt::format(R"({{"unclaims":[{{{}}},{{{}}}]}})", ZeroTouch(Id(id)), both));
  ExpectError(batch, 400, kArgument);
  EXPECT_EQ(Json(batch.body)["/error/details/0/fieldViolations/0/field"], "unclaims[1]");
  EXPECT_THAT(first_.Get(sandbox().first.Devices() + "/" + id).body, HasSubstr("\"claims\""));
}

TEST_F(UnclaimTest, RequestsAgainstTheRegistry_AreRefused) {
  const std::string own = Imei("350000000000204");
  const std::string given_up = Imei("350000000000212");
  const std::string theirs = Imei("350000000000220");
  Claimed(own);
  const std::string given_up_id = Claimed(given_up);
  EXPECT_EQ(Unclaim(ZeroTouch(given_up)).status, 200);
  const std::string their_id = ClaimedByOther(theirs);
  Claimed(Imei("350000000000238"));
  const std::string two = Identifier(R"("imei":"350000000000204","imei2":"350000000000238")");
  ExpectUnclaimsRefused({
      {"unknown hardware", ZeroTouch(Imei("012345678901237")), 404, "NOT_FOUND",
       "INVALID_DEVICE_ID", kIdentifier},
      {"an id that names nothing", ZeroTouch(Id("12345")), 404, "NOT_FOUND", "INVALID_DEVICE_ID",
       kIdentifier},
      {"another reseller's device by a guessed id", ZeroTouch(Id(their_id)), 404, "NOT_FOUND",
       "INVALID_DEVICE_ID", kIdentifier},
      {"another reseller's claim", ZeroTouch(theirs), 403, "PERMISSION_DENIED",
       "AUTHORIZATION_FAIL", "SECTION_NOT_YOURS"},
      {"another section than the claim's", SimLock(own), 400, "FAILED_PRECONDITION",
       "INVALID_OPERATION", "OTHER_ERROR"},
      {"given up already", ZeroTouch(given_up), 400, "FAILED_PRECONDITION", "INVALID_OPERATION",
       "OTHER_ERROR"},
      {"given up already, by id", ZeroTouch(Id(given_up_id)), 400, "FAILED_PRECONDITION",
       "INVALID_OPERATION", "OTHER_ERROR"},
      {"identifiers of two devices", ZeroTouch(two), 400, kArgument, kSet, kIdentifier},
  });
}

TEST_F(UnclaimTest, OtherResellers_AreNeverRevealed_ByGuessedIds) {
  const std::string theirs = Imei("350000000000303");
  const std::string id = ClaimedByOther(theirs);
  const Answer refused = Unclaim(ZeroTouch(theirs));
  for (const std::string& secret :
       {sandbox().second.partner, sandbox().second.customer, id, std::string("Reseller 2")}) {
    EXPECT_THAT(refused.body, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(Unclaim(ZeroTouch(Id(id))).body, Unclaim(ZeroTouch(Id("12345"))).body);
  const std::string devices = sandbox().first.Devices();
  EXPECT_EQ(first_.Get(devices + "/" + id).body, first_.Get(devices + "/12345").body);
  ExpectCustomError(first_.Get(devices + "/" + id), 404, "NOT_FOUND", "INVALID_DEVICE_ID");
  const Answer found =
      first_.Post(devices + ":findByIdentifier", "{" + theirs + R"(,"limit":"10"})");
  EXPECT_EQ(found.body, "{}\n");
}

TEST_F(UnclaimTest, Success_KeepsTheRecordWithoutItsClaim) {
  const std::string imei = Imei("350000000000402");
  const std::string id = Claimed(imei);
  const std::string path = sandbox().first.Devices() + "/" + id;
  EXPECT_TRUE(Json(first_.Get(path).body).Has("/claims/0"));
  const Answer answer = Unclaim(ZeroTouch(imei));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{}\n");
  const Answer after = first_.Get(path);
  EXPECT_EQ(after.status, 200) << "who held it last still gets it";
  EXPECT_EQ(Json(after.body)["/deviceIdentifier/imei"], "350000000000402");
  EXPECT_FALSE(Json(after.body).Has("/claims"));
  EXPECT_EQ(
      first_.Post(sandbox().first.Devices() + ":findByIdentifier", "{" + imei + R"(,"limit":"10"})")
          .body,
      "{}\n");
  EXPECT_EQ(Claimed(imei), id) << "the same record after a second claim";
}

TEST_F(UnclaimTest, ByDeviceId_InABatch_FindsTheDevice) {
  const std::string id = Claimed(Imei("350000000000501"));
  const Json batch(UnclaimInBatch({ZeroTouch(Id(id))}));
  EXPECT_EQ(batch["/response/perDeviceStatus/0/result/status"], "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(batch["/response/perDeviceStatus/0/result/deviceId"], id);
  EXPECT_EQ(batch["/response/perDeviceStatus/0/unclaim/deviceId"], id);
  EXPECT_EQ(batch["/response/successCount"], "1");
}

TEST_F(UnclaimTest, OneSection_LeavesTheOther) {
  const std::string imei = Imei("350000000000600");
  const std::string id = Claimed(imei);
  EXPECT_EQ(SimLocked(imei), id);
  EXPECT_EQ(Unclaim(ZeroTouch(imei)).status, 200);
  const Json device(first_.Get(sandbox().first.Devices() + "/" + id).body);
  EXPECT_EQ(device.Size("/claims"), 1u);
  EXPECT_EQ(device["/claims/0/sectionType"], "SECTION_TYPE_SIM_LOCK");
  EXPECT_EQ(Unclaim(SimLock(imei)).status, 200);
}

TEST_F(UnclaimTest, Batch_ReturnsItemsInOrder_AlsoForTheSameDeviceTwice) {
  const std::string id = Claimed(Imei("356938035643809"));
  const std::string good = ZeroTouch(Imei("35 693803 564380 9"));
  const Json batch(UnclaimInBatch({ZeroTouch(Imei("1")), good, good, ZeroTouch(Id(id))}));
  const auto result = [&](int i, const char* field) {
    return batch[fmt::format("/response/perDeviceStatus/{}/result/{}", i, field)];
  };
  EXPECT_EQ(result(0, "errorIdentifier"), "INVALID_IMEI");
  EXPECT_EQ(result(1, "status"), "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(result(1, "deviceId"), id);
  EXPECT_EQ(result(2, "errorIdentifier"), "INVALID_OPERATION") << "the second finds no claim";
  EXPECT_EQ(result(3, "errorIdentifier"), "INVALID_OPERATION");
  EXPECT_EQ(batch["/response/successCount"], "1");
  EXPECT_EQ(batch["/response/perDeviceStatus/1/unclaim/deviceIdentifier/imei"],
            "35 693803 564380 9")
      << "echoed as received";
  EXPECT_EQ(batch["/metadata/processingStatus"], "BATCH_PROCESS_PROCESSED");
  EXPECT_EQ(batch["/metadata/progress"], "100");
}

TEST_F(UnclaimTest, EveryFormOfAnIdentifier_FindsTheDevice) {
  const std::string all =
      Identifier(R"("imei":"350000000000808","meid2":"AF0123450ABCDE","serialNumber":"S-804",)"
                 R"("manufacturer":"Maker","model":"Model")");
  const std::string id = Claimed(all);
  const std::string forms[] = {
      R"("imei":"35-000000-000080-8")",
      R"("imei":"35000000000080")",
      R"("imei":"3500000000008099")",
      R"("imei2":"350000000000808")",
      R"("meid":"af0123450abcde")",
      R"("meid2":"AF0123450ABCDEC")",
      R"("meid":"293608736500703710")",
      R"("serialNumber":"S-804","manufacturer":"MAKER","model":"model")",
      R"("imei":"350000000000808","serialNumber":"S-804")",
      R"("imei":"350000000000808","manufacturer":" MAKER ")",
  };
  for (const std::string& form : forms) {
    EXPECT_EQ(Unclaim(ZeroTouch(Identifier(form))).status, 200) << form;
    EXPECT_EQ(Claimed(all), id);
  }
  // The serial number must match exactly.
  const std::string other_case =
      Identifier(R"("serialNumber":"s-804","manufacturer":"Maker","model":"Model")");
  ExpectCustomError(Unclaim(ZeroTouch(other_case)), 404, "NOT_FOUND", "INVALID_DEVICE_ID");
}

TEST_F(UnclaimTest, Vacation_IsOnlyForSimLocks) {
  const std::string device = Imei("350000000000907");
  SimLocked(device);
  Claimed(device);
  const std::string past = R"(,"vacationModeExpireTime":"2001-01-01T00:00:00Z")";
  const std::string ahead = fmt::format(R"(,"vacationModeExpireTime":"{}")", InAMonth());
  const auto row = [](const char* reason, const std::string& fields) {
    return Refusal{reason, fields, 400, kArgument, "INVALID_PARAMETER", "OTHER_ERROR"};
  };
  ExpectUnclaimsRefused({
      row("days on zero touch", ZeroTouch(device) + R"(,"vacationModeDays":3)"),
      row("a time on zero touch", ZeroTouch(device) + ahead),
      row("both", SimLock(device) + R"(,"vacationModeDays":3)" + ahead),
      row("a time that has passed", SimLock(device) + past),
      row("negative days", SimLock(device) + R"(,"vacationModeDays":-1)"),
      row("too many days", SimLock(device) + R"(,"vacationModeDays":3651)"),
  });
}

TEST_F(UnclaimTest, Vacation_KeepsTheClaimUntilItEnds) {
  const std::string device = Imei("350000000001004");
  const std::string path = sandbox().first.Devices() + "/" + SimLocked(device);
  EXPECT_FALSE(Json(first_.Get(path).body).Has("/claims/0/vacationModeExpireTime"));
  EXPECT_EQ(Unclaim(SimLock(device) + R"(,"vacationModeDays":3)").status, 200);
  EXPECT_TRUE(Json(first_.Get(path).body).Has("/claims/0/vacationModeStartTime"));
  const std::string end = InAMonth();
  const Json batch(
      UnclaimInBatch({SimLock(device) + fmt::format(R"(,"vacationModeExpireTime":"{}")", end)}));
  EXPECT_EQ(batch["/response/perDeviceStatus/0/result/status"], "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(Json(first_.Get(path).body)["/claims/0/vacationModeExpireTime"], end);
  EXPECT_EQ(Unclaim(SimLock(device)).status, 200) << "for good";
  EXPECT_FALSE(Json(first_.Get(path).body).Has("/claims"));
}

}  // namespace
}  // namespace zerotouch::test
