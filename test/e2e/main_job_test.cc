// The main job over real sockets, against the program as users start it. Each
// row of decided behaviour is driven as a single call and as a batch item.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kZeroTouch[] = "SECTION_TYPE_ZERO_TOUCH";
constexpr char kSimLock[] = "SECTION_TYPE_SIM_LOCK";

std::string Imei(const std::string& imei) {
  return fmt::format(R"("deviceIdentifier":{{"imei":"{}"}})", imei);
}
std::string Section(const char* section) { return fmt::format(R"("sectionType":"{}")", section); }

// One sandbox for all tests of the program; each uses hardware of its own.
class MainJobTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    server_ = new ServerProcess({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", *dir_ / "data",
                                 "--log-level", "error"});
    sandbox_ = new Sandbox(ParseSandbox(server_->ready_line()));
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->Terminate(), 0) << "SIGTERM stops it cleanly";
    delete sandbox_;
    delete server_;
    delete dir_;
  }

  std::string Devices(const Sandbox::Reseller& reseller) {
    return "/v1/partners/" + reseller.partner + "/devices";
  }

  Answer Claim(const std::string& fields) {
    return first_.Post(
        Devices(sandbox_->first) + ":claim",
        fmt::format(R"({{"customerId":"{}",{}}})", sandbox_->first.customer, fields));
  }
  Answer Unclaim(const std::string& fields) {
    return first_.Post(Devices(sandbox_->first) + ":unclaim", "{" + fields + "}");
  }

  // Claims new hardware for zero touch; its device id.
  std::string Claimed(const std::string& imei) {
    const Answer answer = Claim(Imei(imei) + "," + Section(kZeroTouch));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return FieldIn(answer.body, "deviceId");
  }

  // Runs a batch to its end and returns the finished operation.
  std::string RunBatch(const std::string& method, const std::string& body) {
    const Answer accepted = first_.Post(Devices(sandbox_->first) + ":" + method, body);
    EXPECT_EQ(accepted.status, 200) << accepted.body;
    EXPECT_THAT(accepted.body, HasSubstr("BATCH_PROCESS_PENDING"));
    EXPECT_THAT(accepted.body, Not(HasSubstr("\"done\"")));
    const std::string path = "/v1/" + FieldIn(accepted.body, "name");
    std::string operation;
    EXPECT_TRUE(WaitUntil([&] {
      operation = first_.Get(path).body;
      return operation.find("\"done\": true") != std::string::npos;
    })) << operation;
    return operation;
  }
  std::string UnclaimInBatch(const std::string& fields) {
    return RunBatch("unclaimAsync", R"({"unclaims":[{)" + fields + "}]}");
  }
  std::string ClaimInBatch(const std::string& fields) {
    return RunBatch("claimAsync", fmt::format(R"({{"claims":[{{"customerId":"{}",{}}}]}})",
                                              sandbox_->first.customer, fields));
  }

  // Expects what a refused unclaim is, alone and in a batch.
  void ExpectUnclaimRefused(const std::string& fields, long status, const char* code,
                            const char* batch_status, const char* batch_code) {
    const Answer alone = Unclaim(fields);
    EXPECT_EQ(alone.status, status) << alone.body;
    EXPECT_THAT(alone.body, HasSubstr(fmt::format("\"code\": \"{}\"", code)));
    const std::string batch = UnclaimInBatch(fields);
    EXPECT_THAT(batch, HasSubstr(fmt::format("SINGLE_DEVICE_STATUS_{}\"", batch_status)));
    EXPECT_THAT(batch, HasSubstr(fmt::format("\"errorIdentifier\": \"{}\"", batch_code)));
    EXPECT_THAT(batch, Not(HasSubstr("successCount")));
  }
  void ExpectClaimRefused(const std::string& fields, const char* code, const char* batch_status) {
    const Answer alone = Claim(fields);
    EXPECT_EQ(alone.status, 400) << alone.body;
    EXPECT_THAT(alone.body, HasSubstr(fmt::format("\"code\": \"{}\"", code)));
    const std::string batch = ClaimInBatch(fields);
    EXPECT_THAT(batch, HasSubstr(fmt::format("SINGLE_DEVICE_STATUS_{}\"", batch_status)));
    EXPECT_THAT(batch, HasSubstr(fmt::format("\"errorIdentifier\": \"{}\"", code)));
  }

  static TempDir* dir_;
  static ServerProcess* server_;
  static Sandbox* sandbox_;
  ApiCaller first_{sandbox_->endpoint, sandbox_->first.credentials};
  ApiCaller second_{sandbox_->endpoint, sandbox_->second.credentials};
};

TempDir* MainJobTest::dir_ = nullptr;
ServerProcess* MainJobTest::server_ = nullptr;
Sandbox* MainJobTest::sandbox_ = nullptr;

TEST_F(MainJobTest, Unclaim_Success_KeepsTheRecordWithoutItsClaim) {
  const std::string id = Claimed("490154203237518");
  const std::string path = Devices(sandbox_->first) + "/" + id;
  EXPECT_THAT(first_.Get(path).body, HasSubstr("\"claims\""));
  EXPECT_EQ(Unclaim(Imei("490154203237518") + "," + Section(kZeroTouch)).body, "{}\n");
  const Answer after = first_.Get(path);
  EXPECT_EQ(after.status, 200);
  EXPECT_THAT(after.body, Not(HasSubstr("\"claims\"")));
  EXPECT_EQ(second_.Get(Devices(sandbox_->second) + "/" + id).status, 404);
  const Answer found = first_.Post(Devices(sandbox_->first) + ":findByIdentifier",
                                   "{" + Imei("490154203237518") + R"(,"limit":"10"})");
  EXPECT_EQ(found.body, "{}\n");
  EXPECT_EQ(Claimed("490154203237518"), id) << "the same record after a second claim";
}

TEST_F(MainJobTest, UnclaimAsync_AnswersEachItemInItsPlace) {
  Claimed("356938035643809");
  const std::string good = "{" + Imei("35 693803 564380 9") + "," + Section(kZeroTouch) + "}";
  const std::string batch =
      RunBatch("unclaimAsync", R"({"unclaims":[{"deviceIdentifier":{"imei":"1"},)" +
                                   Section(kZeroTouch) + "}," + good + "," + good + "]}");
  const size_t invalid = batch.find("INVALID_DEVICE_IDENTIFIER");
  const size_t success = batch.find("STATUS_SUCCESS");
  const size_t again = batch.find("\"INVALID_OPERATION\"");
  EXPECT_LT(invalid, success);
  EXPECT_LT(success, again);
  EXPECT_NE(again, std::string::npos) << batch;
  EXPECT_THAT(batch, HasSubstr("\"successCount\": 1"));
  EXPECT_THAT(batch, HasSubstr("\"imei\": \"35 693803 564380 9\"")) << "echoed as received";
}

TEST_F(MainJobTest, Unclaim_BadIdentifiers_AreRefused) {
  const std::string section = "," + std::string(Section(kZeroTouch));
  const auto expect = [&](const std::string& identifier, const char* code) {
    ExpectUnclaimRefused(R"("deviceIdentifier":{)" + identifier + "}" + section, 400, code,
                         "INVALID_DEVICE_IDENTIFIER", code);
  };
  expect(R"("imei":"490154203237519")", "INVALID_IMEI");
  expect(R"("imei":"49015420323751X")", "INVALID_IMEI");
  expect(R"("meid":"A000000")", "INVALID_MEID");
  expect(R"("serialNumber":"S1")", "INVALID_IDENTIFIER_SET");
  expect(R"("imei":"490154203237518","imei2":"49-015420-323751-8")", "INVALID_IDENTIFIER_SET");
  expect(fmt::format(R"("serialNumber":"{}","manufacturer":"M","model":"N")", std::string(65, 'x')),
         "INVALID_SERIAL");
  expect("", "INVALID_IDENTIFIER_SET");
}

TEST_F(MainJobTest, Unclaim_WithoutDevice_IsRefused) {
  ExpectUnclaimRefused(Section(kZeroTouch), 400, "INVALID_IDENTIFIER_SET",
                       "INVALID_DEVICE_IDENTIFIER", "INVALID_IDENTIFIER_SET");
}

TEST_F(MainJobTest, Unclaim_WithBothDeviceForms_IsRefusedWhole) {
  const std::string fields =
      R"("deviceId":"5",)" + Imei("490154203237518") + "," + Section(kZeroTouch);
  EXPECT_EQ(Unclaim(fields).status, 400);
  EXPECT_EQ(
      first_.Post(Devices(sandbox_->first) + ":unclaimAsync", R"({"unclaims":[{)" + fields + "}]}")
          .status,
      400);
}

TEST_F(MainJobTest, Unclaim_WithoutSection_IsRefused) {
  ExpectUnclaimRefused(Imei("490154203237518"), 400, "INVALID_SECTION_TYPE", "INVALID_SECTION_TYPE",
                       "INVALID_SECTION_TYPE");
}

TEST_F(MainJobTest, Unclaim_UnknownDevice_IsRefused) {
  ExpectUnclaimRefused(Imei("012345678901237") + "," + Section(kZeroTouch), 404,
                       "INVALID_DEVICE_ID", "INVALID_DEVICE_IDENTIFIER", "INVALID_DEVICE_ID");
  ExpectUnclaimRefused(R"("deviceId":"12345",)" + Section(kZeroTouch), 404, "INVALID_DEVICE_ID",
                       "INVALID_DEVICE_IDENTIFIER", "INVALID_DEVICE_ID");
}

TEST_F(MainJobTest, Unclaim_WhereTheSectionHasNoClaim_IsRefused) {
  Claimed("111111111111119");
  ExpectUnclaimRefused(Imei("111111111111119") + "," + Section(kSimLock), 400, "INVALID_OPERATION",
                       "OTHER_ERROR", "INVALID_OPERATION");
}

TEST_F(MainJobTest, OtherResellersDevice_IsNotTouched) {
  const std::string imei = Imei("222222222222228");
  const Answer theirs =
      second_.Post(Devices(sandbox_->second) + ":claim",
                   fmt::format(R"({{"customerId":"{}",{},{}}})", sandbox_->second.customer, imei,
                               Section(kZeroTouch)));
  ASSERT_EQ(theirs.status, 200) << theirs.body;
  const std::string id = FieldIn(theirs.body, "deviceId");
  ExpectUnclaimRefused(imei + "," + Section(kZeroTouch), 403, "AUTHORIZATION_FAIL",
                       "SECTION_NOT_YOURS", "AUTHORIZATION_FAIL");
  ExpectUnclaimRefused(R"("deviceId":")" + id + "\"," + Section(kZeroTouch), 404,
                       "INVALID_DEVICE_ID", "INVALID_DEVICE_IDENTIFIER", "INVALID_DEVICE_ID");
  ExpectClaimRefused(imei + "," + Section(kZeroTouch), "DEVICE_ALREADY_EXISTS",
                     "SECTION_NOT_YOURS");
  EXPECT_EQ(first_.Get(Devices(sandbox_->first) + "/" + id).status, 404);
}

TEST_F(MainJobTest, Claim_Again_IsTheSameDevice_ForAnotherCustomerRefused) {
  const std::string id = Claimed("333333333333337");
  EXPECT_EQ(Claimed("333333333333337"), id);
  const Answer other =
      first_.Post(Devices(sandbox_->first) + ":claim",
                  fmt::format(R"({{"customerId":"{}",{},{}}})", sandbox_->first.second_customer,
                              Imei("333333333333337"), Section(kZeroTouch)));
  EXPECT_EQ(other.status, 400);
  EXPECT_THAT(other.body, HasSubstr("DEVICE_ALREADY_EXISTS"));
  EXPECT_THAT(other.body, HasSubstr("FAILED_PRECONDITION"));
}

TEST_F(MainJobTest, Claim_WithWrongFields_IsRefused) {
  const std::string base = Imei("444444444444446") + ",";
  ExpectClaimRefused(base + Section(kSimLock), "INVALID_PARAMETER", "OTHER_ERROR");
  ExpectClaimRefused(base + Section(kZeroTouch) + R"(,"simlockProfileId":"7")", "INVALID_PARAMETER",
                     "OTHER_ERROR");
  ExpectClaimRefused(base + Section(kZeroTouch) + R"(,"configurationId":"7")", "INVALID_PARAMETER",
                     "OTHER_ERROR");
  ExpectClaimRefused(
      base + Section(kZeroTouch) + R"(,"deviceMetadata":{"entries":{"colour":"red"}})",
      "INVALID_PARAMETER", "OTHER_ERROR");
  const Answer foreign =
      first_.Post(Devices(sandbox_->first) + ":claim",
                  fmt::format(R"({{"customerId":"{}",{}{}}})", sandbox_->second.customer, base,
                              Section(kZeroTouch)));
  EXPECT_EQ(foreign.status, 400);
  EXPECT_THAT(foreign.body, HasSubstr("INVALID_CUSTOMER_ID"));
}

TEST_F(MainJobTest, IdentifiersOfTwoDevices_AreRefused) {
  Claimed("555555555555558");
  Claimed("666666666666667");
  ExpectUnclaimRefused(
      R"("deviceIdentifier":{"imei":"555555555555558","imei2":"666666666666667"},)" +
          Section(kZeroTouch),
      400, "INVALID_IDENTIFIER_SET", "INVALID_DEVICE_IDENTIFIER", "INVALID_IDENTIFIER_SET");
}

TEST_F(MainJobTest, Imei_InEveryForm_IsTheSameDevice) {
  const std::string id = Claimed("49-015420-323752-6");
  EXPECT_EQ(Claimed("49015420323752"), id) << "14 digits";
  EXPECT_EQ(Claimed("4901542032375201"), id) << "16 digits, with a software version";
}

TEST_F(MainJobTest, Vacation_IsForSimLocksAlone) {
  const std::string claim =
      Imei("777777777777776") + "," + Section(kSimLock) + R"(,"simlockProfileId":"7")";
  ASSERT_EQ(Claim(claim).status, 200);
  const std::string device = Imei("777777777777776") + ",";
  ExpectUnclaimRefused(device + Section(kZeroTouch) + R"(,"vacationModeDays":3)", 400,
                       "INVALID_PARAMETER", "OTHER_ERROR", "INVALID_PARAMETER");
  ExpectUnclaimRefused(device + Section(kSimLock) + R"(,"vacationModeDays":3,)" +
                           R"("vacationModeExpireTime":"2090-01-01T00:00:00Z")",
                       400, "INVALID_PARAMETER", "OTHER_ERROR", "INVALID_PARAMETER");
  ExpectUnclaimRefused(
      device + Section(kSimLock) + R"(,"vacationModeExpireTime":"2001-01-01T00:00:00Z")", 400,
      "INVALID_PARAMETER", "OTHER_ERROR", "INVALID_PARAMETER");
  const Answer vacation = Unclaim(device + Section(kSimLock) + R"(,"vacationModeDays":3)");
  EXPECT_EQ(vacation.status, 200) << vacation.body;
  const Answer found = first_.Post(Devices(sandbox_->first) + ":findByIdentifier",
                                   "{" + Imei("777777777777776") + R"(,"limit":1})");
  EXPECT_THAT(found.body, HasSubstr("vacationModeExpireTime"));
}

TEST_F(MainJobTest, BatchSizes_AreLimited) {
  const std::string path = Devices(sandbox_->first) + ":unclaimAsync";
  for (const char* body : {"{}", R"({"unclaims":[]})", ""}) {
    const Answer empty = first_.Post(path, body);
    EXPECT_EQ(empty.status, 400);
    EXPECT_THAT(empty.body, HasSubstr("INVALID_PARAMETER"));
  }
  std::string body = R"({"unclaims":[{})";
  for (int i = 0; i < 100'000; ++i) body += ",{}";
  const Answer large = first_.Post(path, body + "]}");
  EXPECT_EQ(large.status, 400);
  EXPECT_THAT(large.body, HasSubstr("100000"));
}

TEST_F(MainJobTest, BadBodies_AreRefusedWhole) {
  const std::string path = Devices(sandbox_->first) + ":unclaimAsync";
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"unclaims":[)";
  const std::string bodies[] = {R"({"unclaims":[)",
                                R"({"unclaims":[{}]} x)",
                                "not json",
                                R"({"unclaim":[]})",
                                R"({"unclaims":[{"deviceId":"x"}]})",
                                R"({"unclaims":[{"sectionType":"NOPE"}]})",
                                "{\"unclaims\":[{\"deviceIdentifier\":{\"imei\":\"\xff\"}}]}",
                                deep};
  for (const std::string& body : bodies) {
    const Answer answer = first_.Post(path, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 80);
    EXPECT_THAT(answer.body, HasSubstr("BadRequest")) << body.substr(0, 80);
  }
  const Answer both = first_.Post(path, R"({"a":1,"b":2})");
  EXPECT_THAT(both.body, HasSubstr("\\\"a\\\""));
  EXPECT_THAT(both.body, HasSubstr("\\\"b\\\""));
}

TEST_F(MainJobTest, OversizeRequests_AreRefused) {
  const Answer body = first_.Post(Devices(sandbox_->first) + ":unclaimAsync",
                                  std::string((size_t{64} << 20) + 1, ' '));
  EXPECT_EQ(body.status, 413) << body.body;
  EXPECT_EQ(first_.Get("/v1/" + std::string(9'000, 'x')).status, 414);
  EXPECT_EQ(first_.Call("GET", "/healthz", "", std::string(20'000, 'x')).status, 431);
}

TEST_F(MainJobTest, Operations_AreTheirPartnersAlone) {
  Claimed("888888888888885");
  const Answer accepted = first_.Post(
      Devices(sandbox_->first) + ":unclaimAsync",
      R"({"unclaims":[{)" + Imei("888888888888885") + "," + Section(kZeroTouch) + "}]}");
  const Answer other = second_.Get("/v1/" + FieldIn(accepted.body, "name"));
  EXPECT_EQ(other.status, 404);
  EXPECT_THAT(other.body, HasSubstr("INVALID_OPERATION_ID"));
}

TEST_F(MainJobTest, Credentials_AreNeeded_AndRightsCheckedBeforeExistence) {
  const std::string path = Devices(sandbox_->first) + "/5";
  const Answer nobody = first_.Call("GET", path, "", "");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_THAT(nobody.headers, HasSubstr("WWW-Authenticate: Bearer"));
  EXPECT_EQ(first_.Call("GET", path, "", "forged").status, 401);
  EXPECT_EQ(second_.Get(path).status, 403);
  EXPECT_EQ(second_.Get("/v1/partners/1/devices/5").status, 403);
}

TEST_F(MainJobTest, UnprovidedMethods_Answer501) {
  const Answer answer = first_.Post(Devices(sandbox_->first) + ":updateMetadataAsync", "{}");
  EXPECT_EQ(answer.status, 501);
  EXPECT_THAT(answer.body, HasSubstr("UNIMPLEMENTED"));
}

TEST_F(MainJobTest, Customers_AreCreatedAndListed) {
  const std::string path = "/v1/partners/" + sandbox_->first.partner + "/customers";
  const Answer created = first_.Post(
      path, R"({"customer":{"companyName":"New Company","ownerEmails":["owner@example.com"]}})");
  ASSERT_EQ(created.status, 200) << created.body;
  const Answer list = first_.Get(path + "?pageSize=1");
  EXPECT_THAT(list.body, HasSubstr("nextPageToken"));
  EXPECT_THAT(first_.Get(path).body, HasSubstr(FieldIn(created.body, "companyId")));
  EXPECT_EQ(first_.Get(path + "?pageToken=AAAA").status, 400);
  EXPECT_EQ(first_.Post(path, R"({"customer":{"companyName":"No Owner"}})").status, 400);
}

}  // namespace
}  // namespace zerotouch::test
