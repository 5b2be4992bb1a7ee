// SPDX-License-Identifier: Apache-2.0
// Claims over real sockets, as single calls and as batch items.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kInvalidArgument[] = "INVALID_ARGUMENT";
constexpr char kParameter[] = "INVALID_PARAMETER";
constexpr char kOther[] = "OTHER_ERROR";

std::string Metadata(const std::string& entries) {
  return R"(,"deviceMetadata":{"entries":{)" + entries + "}}";
}
std::string ZeroTouch(const std::string& fields) { return fields + "," + kZeroTouch; }
std::string ChromeOs(const std::string& serial) {
  return Identifier(
      fmt::format(R"("serialNumber":"{}","model":"Chromebook","chromeOsAttestedDeviceId":"A-{}",)"
                  R"("deviceType":"DEVICE_TYPE_CHROME_OS")",
                  serial, serial));
}

class ClaimTest : public SandboxTest {
 protected:
  static std::string Device(const std::string& id) { return sandbox().first.Devices() + "/" + id; }
  static std::string For(const std::string& customer) {
    return fmt::format(R"(,"customerId":"{}")", customer);
  }
};

TEST_F(ClaimTest, WrongFields_AreRefused) {
  const std::string base = ZeroTouch(Imei("444444444444446"));
  const std::string chrome = ZeroTouch(ChromeOs("C-1"));
  const std::string workspace = R"(,"googleWorkspaceCustomerId":"C0123")";
  const auto parameter = [](const char* reason, const std::string& fields) {
    return Refusal{reason, fields, 400, kInvalidArgument, kParameter, kOther};
  };
  const auto customer = [](const char* reason, const std::string& fields) {
    return Refusal{reason, fields, 400, kInvalidArgument, "INVALID_CUSTOMER_ID", kOther};
  };
  const auto token = [](const char* reason, const std::string& fields) {
    return Refusal{reason, fields, 400, kInvalidArgument, kParameter, "INVALID_TOKEN"};
  };
  ExpectClaimsRefused({
      {"no section", Imei("444444444444446"), 400, kInvalidArgument, "INVALID_SECTION_TYPE",
       "INVALID_SECTION_TYPE"},
      {"no device", kZeroTouch, 400, kInvalidArgument, "INVALID_IDENTIFIER_SET",
       "INVALID_DEVICE_IDENTIFIER"},
      {"a malformed IMEI", ZeroTouch(Imei("1")), 400, kInvalidArgument, "INVALID_IMEI",
       "INVALID_DEVICE_IDENTIFIER"},
      {"a serial number that lacks a model beside an IMEI",
       ZeroTouch(Identifier(R"("imei":"444444444444446","serialNumber":"S")")), 400,
       kInvalidArgument, "INVALID_IDENTIFIER_SET", "INVALID_DEVICE_IDENTIFIER"},
      customer("a customer that is not there", base + For("1")),
      customer("another reseller's customer", base + For(sandbox().second.customer)),
      customer("a Workspace account for an Android device", base + workspace),
      customer("two owners", chrome + workspace + For(sandbox().first.customer) +
                                 R"(,"preProvisioningToken":"T")"),
      parameter("a configuration that is not there", base + R"(,"configurationId":"7")"),
      parameter("an unknown metadata key", base + Metadata(R"("colour":"red")")),
      parameter("a ChromeOS metadata key", base + Metadata(R"("annotateduser":"u")")),
      parameter("a metadata value of 1025 bytes",
                base + Metadata(fmt::format(R"("ordernumber":"{}")", std::string(1025, 'v')))),
      parameter("a metadata key of 129 bytes",
                base + Metadata(fmt::format(R"("{}":"v")", std::string(129, 'k')))),
      parameter("a SIM lock without profile", Imei("444444444444446") + "," + kSimLock),
      parameter("a SIM-lock profile on zero touch", base + R"(,"simlockProfileId":"7")"),
      token("ChromeOS without a token", chrome + workspace),
      token("a token for an Android device", base + R"(,"preProvisioningToken":"T")"),
  });
}

TEST_F(ClaimTest, RequestsAgainstTheRegistry_AreRefused) {
  const std::string own = Imei("333333333333337");
  const std::string theirs = Imei("222222222222228");
  Claimed(own);
  ClaimedByOther(theirs);
  Claimed(Imei("555555555555558"));
  Claimed(Imei("666666666666667"));
  const auto held = [](const char* reason, const std::string& fields) {
    return Refusal{
        reason, fields, 400, "FAILED_PRECONDITION", "DEVICE_ALREADY_EXISTS", "SECTION_NOT_YOURS"};
  };
  ExpectClaimsRefused({
      held("held for another customer", ZeroTouch(own) + For(sandbox().first.second_customer)),
      held("held by another reseller", ZeroTouch(theirs)),
      {"identifiers of two devices",
       ZeroTouch(Identifier(R"("imei":"555555555555558","imei2":"666666666666667")")), 400,
       kInvalidArgument, "INVALID_IDENTIFIER_SET", "INVALID_DEVICE_IDENTIFIER"},
  });
  EXPECT_THAT(Claim(ZeroTouch(theirs)).body, Not(HasSubstr(sandbox().second.partner)));
}

TEST_F(ClaimTest, Success_ReturnsTheDevice_AndTheSameOneWhenRepeated) {
  const std::string fields = ZeroTouch(Imei("111111111111119"));
  const Json first(Claim(fields).body);
  const std::string id = first["/deviceId"];
  EXPECT_EQ(first["/deviceName"],
            fmt::format("partners/{}/devices/{}", sandbox().first.partner, id));
  EXPECT_EQ(Json(Claim(fields).body)["/deviceId"], id);
  const Json batch(ClaimInBatch({fields, fields}));
  for (int i = 0; i < 2; ++i) {
    const std::string result = fmt::format("/response/perDeviceStatus/{}/result", i);
    EXPECT_EQ(batch[result + "/status"], "SINGLE_DEVICE_STATUS_SUCCESS");
    EXPECT_EQ(batch[result + "/deviceId"], id);
  }
  EXPECT_EQ(batch["/response/successCount"], "2");
}

TEST_F(ClaimTest, Metadata_IsMerged_AndAnEmptyValueDeletes) {
  const std::string fields = ZeroTouch(Imei("888888888888885"));
  const std::string id =
      Json(Claim(fields + Metadata(R"("phonenumber":"1","ordernumber":"2")")).body)["/deviceId"];
  ClaimInBatch({fields + Metadata(R"("phonenumber":"","ordernumber":"3")")});
  const Json device(first_.Get(Device(id)).body);
  EXPECT_EQ(device["/deviceMetadata/entries/ordernumber"], "3");
  EXPECT_FALSE(device.Has("/deviceMetadata/entries/phonenumber"));
}

TEST_F(ClaimTest, ChromeOs_IsClaimedForAWorkspaceAccount) {
  const std::string fields = ZeroTouch(ChromeOs("C-2")) +
                             R"(,"googleWorkspaceCustomerId":"C0123","preProvisioningToken":"T")" +
                             Metadata(R"("annotatedassetid":"7")");
  const Answer claimed = Claim(fields);
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  const Json device(first_.Get(Device(FieldIn(claimed.body, "deviceId"))).body);
  EXPECT_EQ(device["/claims/0/googleWorkspaceCustomerId"], "C0123");
  EXPECT_EQ(device["/deviceIdentifier/deviceType"], "DEVICE_TYPE_CHROME_OS");
  EXPECT_EQ(device["/deviceMetadata/entries/annotatedassetid"], "7");
  EXPECT_EQ(Unclaim(ZeroTouch(ChromeOs("C-2"))).status, 200);
}

TEST_F(ClaimTest, Identifiers_AreStoredInTheirCanonicalForm_AndAdded) {
  const std::string id = Claimed(Imei("49-015420-323752-6"));
  EXPECT_EQ(Claimed(Imei("49015420323752")), id) << "14 digits";
  EXPECT_EQ(Claimed(Imei("4901542032375201")), id) << "16 digits, with a software version";
  EXPECT_EQ(Claimed(Identifier(R"("imei2":"490154203237526","meid":"293608736500703710")")), id);
  const Json device(first_.Get(Device(id)).body);
  EXPECT_EQ(device["/deviceIdentifier/imei"], "490154203237526");
  EXPECT_EQ(device["/deviceIdentifier/meid"], "AF0123450ABCDE");
}

TEST_F(ClaimTest, GivenUpDevice_IsClaimedByAnotherReseller_ThatSeesNothingOfTheFirst) {
  const std::string fields = ZeroTouch(Imei("999999999999994"));
  const std::string id =
      Json(Claim(fields + Metadata(R"("ordernumber":"secret")")).body)["/deviceId"];
  EXPECT_EQ(Unclaim(fields).status, 200);
  EXPECT_EQ(ClaimedByOther(Imei("999999999999994")), id);
  const Answer theirs = second_.Get(sandbox().second.Devices() + "/" + id);
  EXPECT_EQ(theirs.status, 200);
  EXPECT_THAT(theirs.body, Not(HasSubstr("secret")));
  ExpectCustomError(first_.Get(Device(id)), 404, "NOT_FOUND", "INVALID_DEVICE_ID");
}

// A sandbox with its own settings.
class SettingsTest : public ClaimTest {
 protected:
  static void SetUpTestSuite() {
    StartSandbox({"--lenient-identifiers", "--metadata-keys", "asset,colour"});
  }
};

TEST_F(SettingsTest, LenientIdentifiers_AcceptWrongCheckDigits) {
  const std::string id = Claimed(Imei("490154203237519"));
  EXPECT_NE(Claimed(Imei("490154203237518")), id) << "as they are: another device";
  EXPECT_EQ(Unclaim(ZeroTouch(Imei("490154203237519"))).status, 200);
  ExpectCustomError(Unclaim(ZeroTouch(Imei("4901542032375"))), 400, kInvalidArgument,
                    "INVALID_IMEI");
}

TEST_F(SettingsTest, MetadataKeys_AreAddedToThoseOfTheApi) {
  const std::string fields = ZeroTouch(Imei("356938035643809"));
  EXPECT_EQ(Claim(fields + Metadata(R"("asset":"1","colour":"red","ordernumber":"2")")).status,
            200);
  ExpectCustomError(Claim(fields + Metadata(R"("size":"3")")), 400, kInvalidArgument, kParameter);
}

}  // namespace
}  // namespace zerotouch::test
