// SPDX-License-Identifier: Apache-2.0
// Long-running operations: first answer, progress, owners, sizes.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class OperationTest : public SandboxTest {
 protected:
  // Slow enough to observe the first answers.
  static void SetUpTestSuite() { StartSandbox({"--operation-items-per-second", "300"}); }

  Answer UnclaimAsync(const std::string& body) {
    return first_.Post(sandbox().first.Devices() + ":unclaimAsync", body);
  }
  static std::string Items(int count) {
    std::string body = R"({"unclaims":[{})";
    for (int i = 1; i < count; ++i) body += ",{}";
    return body + "]}";
  }
};

TEST_F(OperationTest, FirstAnswer_IsNameAndPendingMetadata) {
  const Answer answer = UnclaimAsync(Items(3));
  EXPECT_EQ(answer.status, 200);
  const Json json(answer.body);
  EXPECT_EQ(json.Size(""), 2u) << "no done, no response: " << answer.body;
  EXPECT_TRUE(json["/name"].starts_with("operations/apibatchoperation/")) << answer.body;
  EXPECT_EQ(json["/metadata/@type"],
            "type.googleapis.com/google.android.device.provisioning.v1."
            "DevicesLongRunningOperationMetadata");
  EXPECT_EQ(json["/metadata/processingStatus"], "BATCH_PROCESS_PENDING");
  EXPECT_EQ(json["/metadata/devicesCount"], "3");
  EXPECT_EQ(json.Size("/metadata"), 3u) << "progress 0 is left out: " << answer.body;
}

TEST_F(OperationTest, Progress_GrowsUntilTheOperationIsDone) {
  const std::string path = "/v1/" + FieldIn(UnclaimAsync(Items(200)).body, "name");
  int last = 0;
  bool was_on_its_way = false;
  while (true) {
    const Answer answer = first_.Get(path);
    const Json json(answer.body);
    const std::string text = json["/metadata/progress"];
    const int progress = text.empty() ? 0 : std::stoi(text);
    ASSERT_GE(progress, last);
    last = progress;
    if (json["/done"] == "true") {
      EXPECT_EQ(progress, 100);
      EXPECT_EQ(json["/metadata/processingStatus"], "BATCH_PROCESS_PROCESSED");
      EXPECT_EQ(json.Size("/response/perDeviceStatus"), 200u);
      break;
    }
    EXPECT_FALSE(json.Has("/response")) << answer.body.substr(0, 300);
    EXPECT_FALSE(json.Has("/done"));
    was_on_its_way |= json["/metadata/processingStatus"] == "BATCH_PROCESS_IN_PROGRESS";
  }
  EXPECT_TRUE(was_on_its_way);
}

TEST_F(OperationTest, BatchSizes_AreLimited) {
  for (const char* body : {"{}", R"({"unclaims":[]})", R"({"unclaims":null})", "", "  "}) {
    const Answer empty = UnclaimAsync(body);
    ExpectCustomError(empty, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_EQ(Json(empty.body)["/error/details/1/fieldViolations/0/field"], "unclaims");
  }
  const Answer large = UnclaimAsync(Items(100'001));
  ExpectCustomError(large, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  EXPECT_NE(Json(large.body)["/error/message"].find("100000"), std::string::npos) << large.body;
  const Answer claims = first_.Post(sandbox().first.Devices() + ":claimAsync", R"({"claims":[]})");
  ExpectCustomError(claims, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
}

TEST_F(OperationTest, OthersAndUnknownOnes_AreNotFound) {
  const std::string path = "/v1/" + FieldIn(UnclaimAsync(Items(1)).body, "name");
  const Answer theirs = second_.Get(path);
  ExpectCustomError(theirs, 404, "NOT_FOUND", "INVALID_OPERATION_ID");
  EXPECT_EQ(theirs.body, second_.Get("/v1/operations/apibatchoperation/12345").body);
  for (const char* name : {"operations/12345", "operations/apibatchoperation/x",
                           "operations/apibatchoperation/0", "operations/a/b/c"}) {
    ExpectCustomError(first_.Get(std::string("/v1/") + name), 404, "NOT_FOUND",
                      "INVALID_OPERATION_ID");
  }
}

}  // namespace
}  // namespace zerotouch::test
