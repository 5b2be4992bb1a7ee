// SPDX-License-Identifier: Apache-2.0
// openzerotouch.v1.BatchService: previews, and taking batches back.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"
#include "model/identity.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

std::string BatchImei(int number) {
  const std::string digits = fmt::format("35912{:09}", number);
  return digits + LuhnDigit(digits);
}

class BatchServiceTest : public SandboxTest {
 protected:
  // Starts an operation, waits until it is done, and returns it.
  std::string Run(const std::string& path, const std::string& body) {
    const Answer answer = first_.Post(path, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string name = FieldIn(answer.body, "name");
    EXPECT_EQ(Json(answer.body)["/metadata/processingStatus"], "BATCH_PROCESS_PENDING");
    std::string operation;
    EXPECT_TRUE(WaitUntil([&] {
      operation = first_.Get("/v1/" + name).body;
      return Json(operation)["/done"] == "true";
    }));
    return operation;
  }
  std::string Preview(const std::string& method, const std::string& body) {
    return Run("/openzerotouch" + sandbox().first.Devices() + ":" + method, body);
  }
  static std::string UndoOf(const std::string& operation) {
    return "/openzerotouch/v1/" + Json(operation)["/name"] + ":undo";
  }
  std::string Undo(const std::string& operation) { return Run(UndoOf(operation), "{}"); }

  static std::string ItemAt(const std::string& operation, int i, const std::string& member) {
    return Json(operation)[fmt::format("/response/perDeviceStatus/{}/{}", i, member)];
  }
  std::string DeviceOf(const std::string& id) {
    return first_.Get(sandbox().first.Devices() + "/" + id).body;
  }
  static std::string ClaimOf(const std::string& imei) {
    return fmt::format(R"({{{},{},"customerId":"{}"}})", Imei(imei), kZeroTouch,
                       sandbox().first.customer);
  }
  static std::string UnclaimOf(const std::string& imei) {
    return fmt::format("{{{},{}}}", Imei(imei), kZeroTouch);
  }
};

TEST_F(BatchServiceTest, Preview_SaysWhatTheBatchWouldDo_AndChangesNothing) {
  const std::string id = Claimed(Imei(BatchImei(1)));
  ClaimedByOther(Imei(BatchImei(2)));
  const std::string claims =
      fmt::format(R"({{"claims":[{},{},{},{}]}})", ClaimOf(BatchImei(1)), ClaimOf(BatchImei(2)),
                  ClaimOf(BatchImei(3)), ClaimOf("35"));
  const std::string preview = Preview("previewClaim", claims);
  EXPECT_EQ(ItemAt(preview, 0, "result/status"), "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(ItemAt(preview, 0, "result/deviceId"), id);
  EXPECT_EQ(ItemAt(preview, 1, "result/status"), "SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS");
  EXPECT_EQ(ItemAt(preview, 2, "result/status"), "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_FALSE(Json(preview).Has("/response/perDeviceStatus/2/result/deviceId")) << "it is new";
  EXPECT_EQ(ItemAt(preview, 3, "result/errorIdentifier"), "INVALID_IMEI");
  EXPECT_EQ(ItemAt(preview, 2, "claim/deviceIdentifier/imei"), BatchImei(3));
  EXPECT_EQ(Json(preview)["/response/successCount"], "2");

  const std::string unclaims =
      Preview("previewUnclaim", fmt::format(R"({{"unclaims":[{0},{0},{1}]}})",
                                            UnclaimOf(BatchImei(1)), UnclaimOf(BatchImei(3))));
  EXPECT_EQ(ItemAt(unclaims, 0, "result/deviceId"), id);
  EXPECT_EQ(ItemAt(unclaims, 1, "result/errorIdentifier"), "INVALID_OPERATION") << "the second";
  EXPECT_EQ(ItemAt(unclaims, 2, "result/errorIdentifier"), "INVALID_DEVICE_ID") << "still unknown";
  EXPECT_EQ(Json(DeviceOf(id)).Size("/claims"), 1u);
  EXPECT_NE(first_.Get("/v1/operations?pageSize=1000").body.find(Json(preview)["/name"]),
            std::string::npos)
      << "it is listed";
}

TEST_F(BatchServiceTest, Preview_NeedsTheRightsAndTheBodyOfTheRealCall) {
  const std::string path = "/openzerotouch" + sandbox().first.Devices() + ":previewUnclaim";
  ExpectCustomError(first_.Post(path, "{}"), 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  ExpectError(first_.Post(path, R"({"claims":[]})"), 400, "INVALID_ARGUMENT");
  ExpectCustomError(second_.Post(path, R"({"unclaims":[{}]})"), 403, "PERMISSION_DENIED",
                    "AUTHORIZATION_FAIL");
  EXPECT_EQ(first_.Call("POST", path, "{}", "").status, 401);
}

TEST_F(BatchServiceTest, Undo_TakesAnUnclaimBack) {
  const std::string id = Claimed(Imei(BatchImei(4)));
  const std::string before = DeviceOf(id);
  const std::string operation =
      Run(sandbox().first.Devices() + ":unclaimAsync",
          fmt::format(R"({{"unclaims":[{0},{0}]}})", UnclaimOf(BatchImei(4))));
  EXPECT_EQ(Json(DeviceOf(id)).Size("/claims"), 0u);
  const std::string undo = Undo(operation);
  EXPECT_EQ(ItemAt(undo, 0, "result/status"), "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(ItemAt(undo, 0, "result/deviceId"), id);
  EXPECT_EQ(ItemAt(undo, 0, "unclaim/deviceIdentifier/imei"), BatchImei(4));
  EXPECT_EQ(ItemAt(undo, 1, "result/status"), "SINGLE_DEVICE_STATUS_OTHER_ERROR");
  EXPECT_EQ(ItemAt(undo, 1, "result/errorIdentifier"), "NOTHING_TO_UNDO");
  EXPECT_EQ(DeviceOf(id), before);
  EXPECT_EQ(Json(undo)["/metadata/devicesCount"], "2");
}

TEST_F(BatchServiceTest, Undo_TakesClaimsBack_ButNotWhatChangedSince) {
  const std::string operation =
      Run(sandbox().first.Devices() + ":claimAsync",
          fmt::format(R"({{"claims":[{},{}]}})", ClaimOf(BatchImei(5)), ClaimOf(BatchImei(6))));
  const std::string first = ItemAt(operation, 0, "result/deviceId");
  EXPECT_EQ(Unclaim(Imei(BatchImei(6)) + "," + kZeroTouch).status, 200);
  const std::string undo = Undo(operation);
  EXPECT_EQ(ItemAt(undo, 0, "result/deviceId"), first);
  EXPECT_EQ(ItemAt(undo, 1, "result/errorIdentifier"), "CHANGED_SINCE");
  EXPECT_EQ(Json(DeviceOf(first)).Size("/claims"), 0u);
}

TEST_F(BatchServiceTest, Undo_OfWhatCannotBeUndone_IsRefused) {
  const std::string operation = Run(sandbox().first.Devices() + ":claimAsync",
                                    fmt::format(R"({{"claims":[{}]}})", ClaimOf(BatchImei(7))));
  ExpectCustomError(second_.Post(UndoOf(operation), "{}"), 404, "NOT_FOUND",
                    "INVALID_OPERATION_ID");
  ExpectCustomError(first_.Post("/openzerotouch/v1/operations/apibatchoperation/12345:undo", "{}"),
                    404, "NOT_FOUND", "INVALID_OPERATION_ID");
  ExpectCustomError(first_.Post("/openzerotouch/v1/operations/12345:undo", "{}"), 404, "NOT_FOUND",
                    "INVALID_OPERATION_ID");
  const std::string undo = Undo(operation);
  const auto refused = [&](const std::string& name) {
    ExpectCustomError(first_.Post(UndoOf(name), "{}"), 400, "FAILED_PRECONDITION",
                      "INVALID_OPERATION");
  };
  refused(operation);
  refused(undo);
  refused(Run(sandbox().first.Devices() + ":updateMetadataAsync", R"({"updates":[{}]})"));
  refused(Preview("previewUnclaim", R"({"unclaims":[{}]})"));
}

TEST_F(BatchServiceTest, Batches_SayWhatAnOperationIs_AndWhetherItCanBeUndone) {
  const std::string operation = Run(sandbox().first.Devices() + ":claimAsync",
                                    fmt::format(R"({{"claims":[{}]}})", ClaimOf(BatchImei(8))));
  const std::string claim = Json(operation)["/name"];
  const auto batch = [&](const std::string& name) {
    const Answer answer = first_.Get("/openzerotouch/v1/" + name);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  };
  const std::string before = batch(claim);
  EXPECT_EQ(Json(before)["/kind"], "CLAIM");
  EXPECT_EQ(Json(before)["/operation/name"], claim);
  EXPECT_EQ(Json(before)["/operation/response/successCount"], "1");
  EXPECT_FALSE(Json(before).Has("/operation/response/perDeviceStatus"));
  EXPECT_TRUE(Json(before).Has("/createTime"));
  EXPECT_TRUE(Json(before).Has("/finishTime"));
  EXPECT_GT(Json(before)["/undoExpireTime"], Json(before)["/finishTime"]);

  const std::string undo = Json(Undo(operation))["/name"];
  EXPECT_EQ(Json(batch(claim))["/undoneBy"], undo);
  EXPECT_FALSE(Json(batch(claim)).Has("/undoExpireTime")) << "it is undone";
  EXPECT_EQ(Json(batch(undo))["/kind"], "UNDO_CLAIM");
  EXPECT_EQ(Json(batch(undo))["/undoes"], claim);
  EXPECT_FALSE(Json(batch(undo)).Has("/undoExpireTime"));
  const std::string preview = Json(Preview("previewUnclaim", R"({"unclaims":[{}]})"))["/name"];
  EXPECT_EQ(Json(batch(preview))["/kind"], "PREVIEW_UNCLAIM");
  EXPECT_FALSE(Json(batch(preview)).Has("/undoExpireTime")) << "it changed nothing";

  const Answer all = first_.Get("/openzerotouch/v1/operations?pageSize=1000");
  EXPECT_NE(all.body.find(undo), std::string::npos) << all.body;
  const Json page(first_.Get("/openzerotouch/v1/operations?pageSize=1&filter=done=true").body);
  EXPECT_EQ(page.Size("/batches"), 1u);
  EXPECT_TRUE(page.Has("/nextPageToken"));
  ExpectError(first_.Get("/openzerotouch/v1/operations?filter=all"), 400, "INVALID_ARGUMENT");
  ExpectCustomError(second_.Get("/openzerotouch/v1/" + claim), 404, "NOT_FOUND",
                    "INVALID_OPERATION_ID");
  EXPECT_EQ(Json(second_.Get("/openzerotouch/v1/operations").body).Size("/batches"), 0u);
}

TEST_F(BatchServiceTest, Undo_CannotBeDeleted_BeforeTheOperationThatItUndid) {
  const std::string operation = Run(sandbox().first.Devices() + ":claimAsync",
                                    fmt::format(R"({{"claims":[{}]}})", ClaimOf(BatchImei(18))));
  const std::string undo = Undo(operation);
  const auto remove = [&](const std::string& name) {
    return first_.Delete("/v1/" + Json(name)["/name"]);
  };
  ExpectCustomError(remove(undo), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  ExpectCustomError(first_.Post(UndoOf(operation), "{}"), 400, "FAILED_PRECONDITION",
                    "INVALID_OPERATION");
  EXPECT_EQ(remove(operation).status, 200);
  EXPECT_EQ(remove(undo).status, 200);
}

}  // namespace
}  // namespace zerotouch::test
