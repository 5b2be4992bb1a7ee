// SPDX-License-Identifier: Apache-2.0
// Two resellers with claims on one device: each has what it stated itself.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatementsTest : public SandboxTest {
 protected:
  // A claim of the second reseller.
  Answer TheirClaim(const std::string& fields) {
    return second_.Post(
        sandbox().second.Devices() + ":claim",
        fmt::format(R"({{{},"customerId":"{}"}})", fields, sandbox().second.customer));
  }
  std::string TheirSimLock(const std::string& device) {
    return device + "," + kSimLock + R"(,"simlockProfileId":"7")";
  }
  std::string TheirId(const Answer& claimed) {
    EXPECT_EQ(claimed.status, 200) << claimed.body;
    return Json(claimed.body)["/deviceId"];
  }
  Answer OurDevice(const std::string& id) {
    return first_.Get(sandbox().first.Devices() + "/" + id);
  }
  Answer TheirDevice(const std::string& id) {
    return second_.Get(sandbox().second.Devices() + "/" + id);
  }
  static std::string Phone(const std::string& imei, const std::string& serial) {
    return Identifier(fmt::format(
        R"("imei":"{}","serialNumber":"{}","manufacturer":"Maker","model":"Model")", imei, serial));
  }
};

TEST_F(StatementsTest, OneDevice_TwoResellers_EachHasItsOwn) {
  const std::string id = Claimed(Phone("490154203237518", "SECRET-1"));
  ASSERT_EQ(first_
                .Post(sandbox().first.Devices() + "/" + id + "/metadata",
                      R"({"deviceMetadata":{"entries":{"ordernumber":"ours"}}})")
                .status,
            200);
  const std::string theirs = TheirId(TheirClaim(TheirSimLock(Imei("490154203237518"))));
  EXPECT_EQ(theirs, id) << "the same device";
  EXPECT_THAT(TheirDevice(id).body, Not(HasSubstr("SECRET-1")));
  EXPECT_THAT(TheirDevice(id).body, Not(HasSubstr("ours")));

  // They write metadata and another IMEI, which is that of another of our phones.
  ASSERT_EQ(second_
                .Post(sandbox().second.Devices() + "/" + id + "/metadata",
                      R"({"deviceMetadata":{"entries":{"ordernumber":"theirs"}}})")
                .status,
            200);
  TheirId(TheirClaim(
      TheirSimLock(Identifier(R"("imei":"490154203237518","imei2":"490154203237526")"))));
  const std::string before = OurDevice(id).body;
  EXPECT_EQ(Json(before)["/deviceMetadata/entries/ordernumber"], "ours");
  EXPECT_THAT(before, Not(HasSubstr("490154203237526")));
  const std::string other = Claimed(Imei("490154203237526"));
  EXPECT_NE(other, id) << "our phone is a device of its own";
  EXPECT_EQ(Unclaim(Imei("490154203237526") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(OurDevice(id).body, before) << "and the first one is as it was";
}

TEST_F(StatementsTest, GuessedSerialNumber_RightOrWrong_HasTheSameAnswer) {
  const std::string ours = Claimed(Phone("490154203237534", "S-RIGHT"));
  const Answer refused = TheirClaim(Phone("490154203237534", "S-RIGHT") + "," + kZeroTouch);
  ExpectCustomError(refused, 400, "FAILED_PRECONDITION", "DEVICE_ALREADY_EXISTS");
  EXPECT_EQ(TheirClaim(Phone("490154203237534", "S-WRONG") + "," + kZeroTouch).body, refused.body);

  const std::string theirs = TheirId(TheirClaim(TheirSimLock(Phone("490154203237534", "S-WRONG"))));
  EXPECT_EQ(theirs, ours);
  EXPECT_EQ(Json(TheirDevice(theirs).body)["/deviceIdentifier/serialNumber"], "S-WRONG");
  EXPECT_EQ(Json(OurDevice(ours).body)["/deviceIdentifier/serialNumber"], "S-RIGHT");
  const auto find = [&](const char* serial) {
    const std::string device = Identifier(
        fmt::format(R"("serialNumber":"{}","manufacturer":"Maker","model":"Model")", serial));
    return second_.Post(sandbox().second.Devices() + ":findByIdentifier",
                        "{" + device + R"(,"limit":"10"})");
  };
  EXPECT_EQ(find("S-RIGHT").body, "{}\n");
  EXPECT_EQ(Json(find("S-WRONG").body)["/devices/0/deviceId"], theirs);
}

TEST_F(StatementsTest, SimLock_IsNotFoundByWhatAnotherStated) {
  const std::string phone = Imei("490154203237575");
  const std::string id = SimLocked(phone);
  const std::string meid = Identifier(R"("meid":"A0000000000075")");
  const auto state = [&](ApiCaller& caller, const Sandbox::Reseller& reseller) {
    return Json(caller.Post(reseller.Devices() + ":getSimLockState", "{" + meid + "}")
                    .body)["/simLockState"];
  };
  EXPECT_EQ(TheirId(TheirClaim(Identifier(R"("imei":"490154203237575","meid":"A0000000000075")") +
                               "," + kZeroTouch)),
            id);
  EXPECT_EQ(state(first_, sandbox().first), "UNLOCKED") << "we did not state that MEID";
  EXPECT_EQ(state(second_, sandbox().second), "LOCKED_TO_OTHER_PARTNER") << "it is their device";
}

TEST_F(StatementsTest, ClaimThatContradictsItsHoldersStatement_IsRefused_AndChangesNothing) {
  const std::string id = Claimed(Phone("490154203237542", "S-1"));
  const std::string before = OurDevice(id).body;
  const Answer refused = Claim(Phone("490154203237542", "S-2") + "," + kZeroTouch);
  ExpectCustomError(refused, 400, "FAILED_PRECONDITION", "INVALID_IDENTIFIER_SET");
  EXPECT_THAT(Json(refused.body)["/error/message"],
              testing::StartsWith("Precondition check failed."));
  EXPECT_THAT(refused.body, HasSubstr("serialNumber"));
  ExpectCustomError(Unclaim(Phone("490154203237542", "S-2") + "," + kZeroTouch), 400,
                    "FAILED_PRECONDITION", "INVALID_IDENTIFIER_SET");
  EXPECT_EQ(OurDevice(id).body, before);

  ASSERT_EQ(Unclaim(Imei("490154203237542") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(Claimed(Phone("490154203237542", "S-2")), id) << "a device that nobody holds";
  EXPECT_EQ(Json(OurDevice(id).body)["/deviceIdentifier/serialNumber"], "S-2");
  EXPECT_NE(Claimed(Phone("490154203237559", "S-1")), id) << "the old serial number is free";
}

TEST_F(StatementsTest, InvisibleCharacter_IsNamed_AloneAndInABatch) {
  const std::string wrong = Phone("490154203237567",
                                  "S-\xe2\x80\x8b"
                                  "3");
  const Answer refused = Claim(wrong + "," + kZeroTouch);
  ExpectCustomError(refused, 400, "INVALID_ARGUMENT", "INVALID_SERIAL");
  EXPECT_THAT(refused.body, HasSubstr("U+200B"));
  const std::string operation =
      RunBatch("unclaimAsync", fmt::format(R"({{"unclaims":[{{{},{}}}]}})", wrong, kZeroTouch));
  EXPECT_THAT(Json(operation)["/response/perDeviceStatus/0/result/errorMessage"],
              HasSubstr("U+200B"));
}

}  // namespace
}  // namespace zerotouch::test
