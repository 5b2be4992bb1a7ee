// SPDX-License-Identifier: Apache-2.0
// The history of a device for those who may see it, and the operator's log of everything.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class HistoryTest : public SandboxTest {
 protected:
  static std::string PathOf(const Sandbox::Reseller& reseller, const std::string& id) {
    return fmt::format("/openzerotouch{}/{}/history", reseller.Devices(), id);
  }
  Answer Ours(const std::string& id, const std::string& query = "") {
    return first_.Get(PathOf(sandbox().first, id) + query);
  }
  Answer OfCustomer(const std::string& customer, const std::string& id) {
    return CustomerCaller(customer).Get(
        fmt::format("/openzerotouch/v1/customers/{}/devices/{}/history", customer, id));
  }
  static std::string Done(const std::vector<std::string>& arguments) {
    const ProgramRun run = RunAdmin(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out;
  }
  static std::vector<std::string> Lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(HistoryTest, EachChange_IsThere_NewestFirst) {
  const std::string id = Claimed(Imei("350000000077004"));
  ASSERT_EQ(first_
                .Post(sandbox().first.Devices() + "/" + id + "/metadata",
                      R"({"deviceMetadata":{"entries":{"ordernumber":"A1"}}})")
                .status,
            200);
  UnclaimInBatch({Imei("350000000077004") + "," + kZeroTouch});
  const Answer history = Ours(id);
  ASSERT_EQ(history.status, 200) << history.body;
  const Json json(history.body);
  ASSERT_EQ(json.Size("/entries"), 3) << history.body;
  EXPECT_EQ(json["/entries/0/method"], "partners.devices.unclaimAsync");
  EXPECT_THAT(json["/entries/0/operation"], HasSubstr("operations/apibatchoperation/"));
  EXPECT_NE(json["/entries/0/requestId"], "");
  EXPECT_EQ(json["/entries/0/actor/kind"], "RESELLER");
  EXPECT_THAT(json["/entries/0/actor/account"], HasSubstr("@"));
  EXPECT_EQ(json["/entries/0/sectionType"], "SECTION_TYPE_ZERO_TOUCH");
  EXPECT_EQ(json["/entries/0/before/ownerCompanyId"], sandbox().first.customer);
  EXPECT_FALSE(json.Has("/entries/0/after"));
  EXPECT_EQ(json["/entries/1/metadataKeys/0"], "ordernumber");
  EXPECT_EQ(json["/entries/1/method"], "partners.devices.metadata");
  EXPECT_EQ(json["/entries/2/method"], "partners.devices.claim");
  EXPECT_FALSE(json.Has("/entries/2/before"));
  EXPECT_THAT(history.body, Not(HasSubstr("configurationId")));

  const Json first(Ours(id, "?pageSize=2").body);
  EXPECT_EQ(first.Size("/entries"), 2);
  const Json second(Ours(id, "?pageSize=2&pageToken=" + first["/nextPageToken"]).body);
  EXPECT_EQ(second.Size("/entries"), 1);
  EXPECT_FALSE(second.Has("/nextPageToken"));
  ExpectCustomError(Ours(id, "?pageToken=x"), 400, "INVALID_ARGUMENT", "INVALID_PAGE_TOKEN");
}

TEST_F(HistoryTest, DeviceClaimedAndGivenUpAgain_KeepsItsWholeHistory) {
  const std::string id = Claimed(Imei("350000000077202"));
  for (size_t changes = 2; changes <= 6; changes += 2) {
    EXPECT_EQ(Unclaim(Imei("350000000077202") + "," + kZeroTouch).status, 200);
    EXPECT_EQ(Json(Ours(id).body).Size("/entries"), changes);
    EXPECT_EQ(Claimed(Imei("350000000077202")), id);
    EXPECT_EQ(Json(Ours(id).body).Size("/entries"), changes + 1);
  }
}

TEST_F(HistoryTest, OthersChanges_AreNotShown) {
  const std::string id = Claimed(Imei("350000000077012"));
  EXPECT_EQ(second_.Get(PathOf(sandbox().second, id)).status, 404);
  EXPECT_EQ(Unclaim(Imei("350000000077012") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(ClaimedByOther(Imei("350000000077012")), id);
  // The last one to hold it is the other now.
  EXPECT_EQ(Ours(id).status, 404);
  const Answer theirs = second_.Get(PathOf(sandbox().second, id));
  EXPECT_EQ(Json(theirs.body).Size("/entries"), 1) << theirs.body;
  EXPECT_EQ(Ours("1").status, 404);
  EXPECT_EQ(first_.Get(PathOf(sandbox().second, id)).status, 403);
}

TEST_F(HistoryTest, Customer_SeesItsOwn_AndOfTheResellerTheSideOnly) {
  const std::string id = Claimed(Imei("350000000077020"));
  const Answer answer = OfCustomer(sandbox().first.customer, id);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json(answer.body);
  ASSERT_EQ(json.Size("/entries"), 1);
  EXPECT_EQ(json["/entries/0/actor/kind"], "RESELLER");
  EXPECT_FALSE(json.Has("/entries/0/actor/account"));
  EXPECT_EQ(Unclaim(Imei("350000000077020") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(OfCustomer(sandbox().first.customer, id).status, 404);
}

TEST_F(HistoryTest, OperatorsHand_IsInTheHistory) {
  const std::string id = Claimed(Imei("350000000077038"));
  const Json shown(Done({"devices", "get", "--imei", "350000000077038", "--format", "json"}));
  EXPECT_EQ(shown["/0/deviceId"], id);
  EXPECT_EQ(shown["/0/partnerId"], sandbox().first.partner);
  const Json result(Done({"devices", "unclaim", "--device-id", id, "--format", "json"}));
  EXPECT_EQ(result["/0/status"], "SINGLE_DEVICE_STATUS_SUCCESS");
  const ProgramRun again = RunAdmin({"devices", "unclaim", "--device-id", id});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("1 of 1 devices were not unclaimed"));
  const Json json(Ours(id).body);
  EXPECT_EQ(json["/entries/0/actor/kind"], "OPERATOR");
  EXPECT_FALSE(json.Has("/entries/0/actor/account"));
  EXPECT_EQ(json["/entries/0/method"], "admin");
}

TEST_F(HistoryTest, OperatorsFile_FailsOnlyTheRowsThatAreWrong) {
  const std::string first = Claimed(Imei("350000000077046"));
  const std::string second = Claimed(Imei("350000000077053"));
  const std::string file = data_dir() + "/devices.csv";
  std::ofstream(file) << "modemtype,modemid,owner\n"
                      << "IMEI,350000000077046," << sandbox().first.customer << "\n"
                      << "IMEI,350000000077053,1\n"
                      << "IMEI,350000000077087,\n";
  const ProgramRun run = RunAdmin({"devices", "unclaim", "--csv", file, "--format", "csv"});
  EXPECT_EQ(run.exit_code, 1);
  const std::vector<std::string> lines = Lines(run.out);
  ASSERT_EQ(lines.size(), 4) << run.out << run.err;
  EXPECT_THAT(lines[1], HasSubstr("SINGLE_DEVICE_STATUS_SUCCESS," + first));
  EXPECT_THAT(lines[2], HasSubstr("SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS"));
  EXPECT_THAT(lines[3], HasSubstr("INVALID_DEVICE_ID"));
  EXPECT_EQ(Json(Ours(second).body).Size("/entries"), 1);
}

TEST_F(HistoryTest, Audit_ListsChecksAndFindsARewrittenLog) {
  const std::string id = Claimed(Imei("350000000077061"));
  const std::vector<std::string> lines = Lines(Done({"audit", "list"}));
  ASSERT_GT(lines.size(), 3u);
  const Json last(lines.back());
  EXPECT_EQ(last["/resource"], fmt::format("partners/{}/devices/{}", sandbox().first.partner, id));
  EXPECT_EQ(last["/method"], "partners.devices.claim");
  EXPECT_EQ(last["/actor/kind"], "RESELLER");
  EXPECT_EQ(last["/hash"].size(), 64);
  EXPECT_EQ(last["/after/ownerCompanyId"], sandbox().first.customer);
  EXPECT_EQ(Lines(Done({"audit", "export", "--since", "2100-01-01"})).size(), 0);
  EXPECT_EQ(Lines(Done({"audit", "export", "--until", "2100-01-01"})), lines);

  const std::string checkpoint = Done({"audit", "checkpoint"});
  EXPECT_EQ(Json(checkpoint)["/height"], fmt::format("{}", lines.size()));
  const std::string file = data_dir() + "/checkpoint.json";
  std::ofstream(file) << checkpoint;
  EXPECT_THAT(Done({"audit", "verify", "--against", file}), HasSubstr("the log is whole"));
  Claimed(Imei("350000000077079"));
  EXPECT_THAT(Done({"audit", "verify", "--against", file}), HasSubstr("the log is whole"));
  std::ofstream(file) << R"({"height":3,"hash":")" << std::string(64, 'a') << R"(","time":""})";
  const ProgramRun run = RunAdmin({"audit", "verify", "--against", file});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("was rewritten since the checkpoint"));
  EXPECT_EQ(RunAdmin({"audit", "verify", "--against", data_dir() + "/none"}).exit_code, 1);
}

}  // namespace
}  // namespace zerotouch::test
