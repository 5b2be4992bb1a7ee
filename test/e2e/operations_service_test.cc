// SPDX-License-Identifier: Apache-2.0
// google.longrunning.Operations except get: list, cancel, delete, wait.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "e2e/sandbox_test_base.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

class OperationsServiceTest : public SandboxTest {
 protected:
  // Slow enough to observe a running operation.
  static void SetUpTestSuite() { StartSandbox({"--operation-items-per-second", "200"}); }

  // Starts an unclaim of `count` unknown devices. Returns the operation's path.
  static std::string Accepted(ApiCaller& caller, const Sandbox::Reseller& reseller, int count) {
    std::string items;
    for (int i = 0; i < count; ++i) items += (i == 0 ? "{" : ",{") + std::string(kZeroTouch) + "}";
    const Answer answer =
        caller.Post(reseller.Devices() + ":unclaimAsync", R"({"unclaims":[)" + items + "]}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return "/v1/" + FieldIn(answer.body, "name");
  }
  std::string Accepted(int count) { return Accepted(first_, sandbox().first, count); }
  static void AwaitDone(ApiCaller& caller, const std::string& path) {
    EXPECT_TRUE(
        WaitUntil([&] { return Json(caller.Post(path + ":wait", "{}").body)["/done"] == "true"; }));
  }
  // Starts an operation and waits until it is done.
  std::string Finished(int count) {
    std::string path = Accepted(count);
    AwaitDone(first_, path);
    return path;
  }
  // Returns the paths of the operations on a page.
  static std::vector<std::string> PathsIn(const std::string& body) {
    const Json json(body);
    std::vector<std::string> paths;
    for (size_t i = 0; i < json.Size("/operations"); ++i) {
      paths.push_back("/v1/" + json[fmt::format("/operations/{}/name", i)]);
    }
    return paths;
  }
};

TEST_F(OperationsServiceTest, Cancel_KeepsTheResults_AndStopsTheRest) {
  const std::string path = Accepted(5000);
  EXPECT_TRUE(
      WaitUntil([&] { return !Json(first_.Get(path).body)["/metadata/progress"].empty(); }));
  EXPECT_EQ(first_.Post(path + ":cancel", "{}").body, "{}\n");
  const Answer answer = first_.Get(path);
  const Json json(answer.body);
  EXPECT_EQ(json["/done"], "true") << "at once";
  EXPECT_FALSE(json.Has("/error")) << "each item says how it ended";
  ASSERT_EQ(json.Size("/response/perDeviceStatus"), 5000u);
  size_t done = 0;
  size_t cancelled = 0;
  for (size_t i = 0; i < 5000; ++i) {
    const std::string item = fmt::format("/response/perDeviceStatus/{}", i);
    const std::string identifier = json[item + "/result/errorIdentifier"];
    done += identifier == "INVALID_IDENTIFIER_SET" ? 1 : 0;
    cancelled += identifier == "OPERATION_CANCELLED" &&
                         json[item + "/result/status"] == "SINGLE_DEVICE_STATUS_OTHER_ERROR"
                     ? 1
                     : 0;
    ASSERT_EQ(json[item + "/unclaim/sectionType"], "SECTION_TYPE_ZERO_TOUCH");
  }
  EXPECT_GT(done, 0u);
  EXPECT_GT(cancelled, 0u);
  EXPECT_EQ(done + cancelled, 5000u);
  // The operation does not change any more: its worker has stopped.
  EXPECT_EQ(first_.Post(path + ":cancel", "").status, 200) << "again is fine";
  EXPECT_EQ(first_.Get(path).body, answer.body);
  Finished(1);  // the partner's next one runs
  EXPECT_EQ(first_.Get(path).body, answer.body);
}

TEST_F(OperationsServiceTest, Admin_ListsAndCancels) {
  const std::string path = Accepted(5000);
  const std::string name = path.substr(std::string("/v1/").size());
  const std::string account = ClaimsOf(sandbox().first.credentials, sandbox().endpoint).issuer;
  const auto row_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"operations", "list", "--format", "json"});
    const ProgramRun run = RunAdmin(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    const Json json(run.out);
    for (size_t i = 0; i < json.Size(""); ++i) {
      const std::string row = fmt::format("/{}", i);
      if (json[row + "/name"] != name) continue;
      EXPECT_EQ(json[row + "/partnerId"], sandbox().first.partner);
      EXPECT_EQ(json[row + "/kind"], "unclaim");
      EXPECT_EQ(json[row + "/devicesCount"], "5000");
      EXPECT_EQ(json[row + "/account"], account);
      return json[row + "/state"];
    }
    return std::string("not listed");
  };
  EXPECT_TRUE(WaitUntil([&] { return row_of({}) == "running"; }));
  EXPECT_EQ(row_of({"--partner", sandbox().first.partner}), "running");
  EXPECT_EQ(row_of({"--partner", sandbox().second.partner}), "not listed");
  EXPECT_NE(RunAdmin({"operations", "list"}).out.find(name), std::string::npos);

  EXPECT_EQ(RunAdmin({"operations", "cancel", name}).exit_code, 0);
  EXPECT_EQ(Json(first_.Get(path).body)["/done"], "true");
  EXPECT_EQ(row_of({}), "not listed");
  EXPECT_EQ(row_of({"--all"}), "cancelled");
  for (const char* wrong : {"5", "operations/apibatchoperation/5", name.c_str()}) {
    const ProgramRun refused = RunAdmin({"operations", "cancel", wrong});
    EXPECT_EQ(refused.exit_code, 1) << wrong;
    EXPECT_NE(refused.err, "");
  }
  EXPECT_EQ(RunAdmin({"operations", "list", "--partner", "5"}).exit_code, 1);
}

// A queued batch and a running one; the results are those of operations.cancel.
TEST_F(OperationsServiceTest, RevokedKey_EndsTheBatchesOfItsAccount) {
  const std::string file = data_dir() + "/robot.json";
  const ProgramRun made =
      RunAdmin({"keys", "create", "--partner", sandbox().first.partner, "--email",
                "robot@example.com", "--out", file, "--token-uri", sandbox().endpoint + "/token"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  ApiCaller robot(sandbox().endpoint, file);
  const std::string running = Accepted(robot, sandbox().first, 5000);
  const std::string waiting = Accepted(robot, sandbox().first, 100);
  EXPECT_TRUE(
      WaitUntil([&] { return !Json(first_.Get(running).body)["/metadata/progress"].empty(); }));
  EXPECT_EQ(RunAdmin({"keys", "revoke", "--email", "robot@example.com", "--key-id",
                      Json(ReadFile(file))["/private_key_id"]})
                .exit_code,
            0);
  AwaitDone(first_, waiting);
  const auto identifier_of = [&](const std::string& path, size_t item) {
    return Json(first_.Get(path).body)[fmt::format(
        "/response/perDeviceStatus/{}/result/errorIdentifier", item)];
  };
  EXPECT_EQ(identifier_of(running, 4999), "OPERATION_CANCELLED");
  EXPECT_EQ(identifier_of(waiting, 0), "OPERATION_CANCELLED");
  Finished(1);  // other accounts of the partner go on
}

TEST_F(OperationsServiceTest, Wait_ReturnsWhenDone_OrAtItsTimeout) {
  const std::string path = Accepted(30);
  const Answer now = first_.Post(path + ":wait", R"({"timeout":"0s"})");
  EXPECT_EQ(now.status, 200) << now.body;
  EXPECT_FALSE(Json(now.body).Has("/done"));
  const Answer done = first_.Post(path + ":wait", R"({"timeout":"9s"})");
  EXPECT_EQ(Json(done.body)["/done"], "true") << done.body;
  EXPECT_EQ(Json(done.body).Size("/response/perDeviceStatus"), 30u);
  EXPECT_EQ(done.body, first_.Get(path).body);

  const std::string long_one = Accepted(5000);
  const auto start = std::chrono::steady_clock::now();
  const Answer waited = first_.Post(long_one + ":wait", R"({"timeout":"0.3s"})");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(250));
  EXPECT_EQ(waited.status, 200);
  EXPECT_FALSE(Json(waited.body).Has("/done"));
  ExpectCustomError(first_.Post(long_one + ":wait", R"({"timeout":"-1s"})"), 400,
                    "INVALID_ARGUMENT", "INVALID_PARAMETER");
  first_.Post(long_one + ":cancel", "{}");
}

TEST_F(OperationsServiceTest, Wait_ManyAtOnce_LeaveTheServerFree) {
  const std::string path = Accepted(5000);
  std::vector<std::thread> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.emplace_back([&] {
      ApiCaller caller(sandbox().endpoint, sandbox().first.credentials);
      EXPECT_EQ(caller.Post(path + ":wait", R"({"timeout":"10s"})").status, 200);
    });
  }
  EXPECT_EQ(first_.Get(path).status, 200);
  EXPECT_EQ(first_.Post(path + ":cancel", "{}").status, 200);
  for (std::thread& thread : waiting) thread.join();
}

TEST_F(OperationsServiceTest, Delete_NeedsAFinishedOperation) {
  const std::string running = Accepted(5000);
  ExpectCustomError(first_.Delete(running), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  EXPECT_EQ(first_.Get(running).status, 200);
  first_.Post(running + ":cancel", "{}");
  EXPECT_EQ(first_.Delete(running).body, "{}\n");
  ExpectCustomError(first_.Get(running), 404, "NOT_FOUND", "INVALID_OPERATION_ID");
  ExpectCustomError(first_.Delete(running), 404, "NOT_FOUND", "INVALID_OPERATION_ID");
  const std::string finished = Finished(1);
  EXPECT_EQ(first_.Delete(finished).status, 200);
}

TEST_F(OperationsServiceTest, List_HasOnlyOwnOperations_InOrder_FilteredByDone) {
  // The other reseller, which has no other operations in this file.
  std::vector<std::string> all;
  for (int i = 0; i < 3; ++i) all.push_back(Accepted(second_, sandbox().second, 1));
  AwaitDone(second_, all.back());
  all.push_back(Accepted(second_, sandbox().second, 5000));
  EXPECT_EQ(PathsIn(second_.Get("/v1/operations").body), all);
  EXPECT_EQ(PathsIn(second_.Get("/v1/operations/").body), all);
  const std::vector<std::string> done(all.begin(), all.end() - 1);
  EXPECT_EQ(PathsIn(second_.Get("/v1/operations?filter=done%3Dtrue").body), done);
  EXPECT_EQ(PathsIn(second_.Get("/v1/operations?filter=done%20%3D%20false").body),
            std::vector<std::string>{all.back()});
  const Answer list = second_.Get("/v1/operations?filter=done=true&pageSize=1");
  const Json json(list.body);
  EXPECT_EQ(json["/operations/0/done"], "true") << list.body;
  EXPECT_EQ(json["/operations/0/metadata/devicesCount"], "1");
  EXPECT_EQ(json["/operations/0/response/@type"],
            "type.googleapis.com/google.android.device.provisioning.v1."
            "DevicesLongRunningOperationResponse");
  EXPECT_FALSE(json.Has("/operations/0/response/perDeviceStatus")) << "get has them";

  std::vector<std::string> seen;
  std::string token;
  do {
    const Answer page = second_.Get("/v1/operations?pageSize=3&pageToken=" + token);
    ASSERT_EQ(page.status, 200) << page.body;
    for (const std::string& path : PathsIn(page.body)) seen.push_back(path);
    token = Json(page.body)["/nextPageToken"];
    if (!token.empty()) {
      ExpectCustomError(second_.Get("/v1/operations?filter=done=true&pageToken=" + token), 400,
                        "INVALID_ARGUMENT", "INVALID_PAGE_TOKEN");
      ExpectCustomError(first_.Get("/v1/operations?pageToken=" + token), 400, "INVALID_ARGUMENT",
                        "INVALID_PAGE_TOKEN");
    }
  } while (!token.empty());
  EXPECT_EQ(seen, all);
  second_.Post(all.back() + ":cancel", "{}");
}

TEST_F(OperationsServiceTest, WrongCalls_AreRefused) {
  for (const char* filter : {"done=maybe", "name=x", "done", "done=true%20OR%20done=false"}) {
    ExpectCustomError(first_.Get(std::string("/v1/operations?filter=") + filter), 400,
                      "INVALID_ARGUMENT", "INVALID_PARAMETER");
  }
  ExpectCustomError(first_.Get("/v1/operations?pageSize=-1"), 400, "INVALID_ARGUMENT",
                    "INVALID_PARAMETER");
  const std::string theirs = Accepted(second_, sandbox().second, 1);
  for (const std::string& path : {theirs, std::string("/v1/operations/apibatchoperation/12345"),
                                  std::string("/v1/operations/x")}) {
    SCOPED_TRACE(path);
    ExpectCustomError(first_.Delete(path), 404, "NOT_FOUND", "INVALID_OPERATION_ID");
    ExpectCustomError(first_.Post(path + ":cancel", "{}"), 404, "NOT_FOUND",
                      "INVALID_OPERATION_ID");
    ExpectCustomError(first_.Post(path + ":wait", "{}"), 404, "NOT_FOUND", "INVALID_OPERATION_ID");
  }
  ApiCaller customer = CustomerCaller(sandbox().first.customer);
  for (const Answer& answer :
       {customer.Get("/v1/operations"), customer.Delete(theirs),
        customer.Post(theirs + ":cancel", "{}"), customer.Post(theirs + ":wait", "{}")}) {
    ExpectError(answer, 403, "PERMISSION_DENIED");
  }
}

TEST_F(OperationsServiceTest, Stop_EndsWaitingCalls) {
  const TempDir dir;
  ServerProcess server({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir / "data",
                        "--log-level", "error", "--operation-items-per-second", "10"});
  const Sandbox other = ParseSandbox(server.ready_line());
  ApiCaller caller(other.endpoint, other.first.credentials);
  const std::string path = Accepted(caller, other.first, 5000);
  std::thread waiting([&] { caller.Post(path + ":wait", R"({"timeout":"10s"})"); });
  ApiCaller looking(other.endpoint, other.first.credentials);
  EXPECT_TRUE(WaitUntil([&] {
    return Json(looking.Get(path).body)["/metadata/processingStatus"] != "BATCH_PROCESS_PENDING";
  }));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(server.Terminate(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
  waiting.join();
}

}  // namespace
}  // namespace zerotouch::test
