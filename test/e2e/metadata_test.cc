// SPDX-License-Identifier: Apache-2.0
// Device metadata, for single devices and in batches.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class MetadataTest : public SandboxTest {
 protected:
  Answer Update(const std::string& id, const std::string& entries) {
    return first_.Post(sandbox().first.Devices() + "/" + id + "/metadata",
                       R"({"deviceMetadata":{"entries":{)" + entries + "}}}");
  }
  static std::string Item(const std::string& device, const std::string& entries) {
    return device + R"(,"deviceMetadata":{"entries":{)" + entries + "}}";
  }
  static std::string Id(const std::string& id) { return fmt::format(R"("deviceId":"{}")", id); }
  std::string UpdateInBatch(const std::vector<std::string>& items) {
    return RunBatch("updateMetadataAsync",
                    fmt::format(R"({{"updates":[{{{}}}]}})", fmt::join(items, "},{")));
  }
  std::string MetadataOf(const std::string& id) {
    return Json(first_.Get(sandbox().first.Devices() + "/" + id).body)["/deviceMetadata/entries"];
  }
};

TEST_F(MetadataTest, Update_SetsReplacesAndDeletes) {
  const std::string id = Claimed(Imei("490154203237518"));
  Answer answer = Update(id, R"("ordernumber":"A-1","phonenumber":"+1 (800) 555-0100")");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json(answer.body)["/entries/ordernumber"], "A-1");
  answer = Update(id, R"("ordernumber":"A-2")");
  EXPECT_EQ(Json(answer.body)["/entries/ordernumber"], "A-2");
  EXPECT_EQ(Json(answer.body)["/entries/phonenumber"], "+1 (800) 555-0100") << "not named: stays";
  answer = Update(id, R"("phonenumber":"")");
  EXPECT_EQ(Json(answer.body)["/entries"], R"({"ordernumber":"A-2"})");
  EXPECT_EQ(MetadataOf(id), R"({"ordernumber":"A-2"})");
  EXPECT_EQ(Update(id, R"("ordernumber":"")").body, "{}\n");
  EXPECT_EQ(MetadataOf(id), "");
}

TEST_F(MetadataTest, Batch_ReturnsItemsInOrder_WithTheirRequests) {
  const std::string first = Claimed(Imei("490154203237526"));
  const std::string second = Claimed(Imei("490154203237534"));
  const std::string operation =
      UpdateInBatch({Item(Id(second), R"("ordernumber":"B")"),
                     Item(Imei("49-015420-323752-6"), R"("ordernumber":"A")"),
                     Item(Imei("490154203237526"), R"("phonenumber":"1","ordernumber":"A2")")});
  const Json json(operation);
  EXPECT_EQ(json["/response/successCount"], "3") << operation;
  EXPECT_EQ(json["/response/perDeviceStatus/0/result/deviceId"], second);
  EXPECT_EQ(json["/response/perDeviceStatus/1/result/deviceId"], first);
  EXPECT_EQ(json["/response/perDeviceStatus/1/updateMetadata/deviceIdentifier/imei"],
            "49-015420-323752-6")
      << "as received";
  EXPECT_EQ(json["/response/perDeviceStatus/0/updateMetadata/deviceMetadata/entries"],
            R"({"ordernumber":"B"})");
  EXPECT_EQ(MetadataOf(first), R"({"ordernumber":"A2","phonenumber":"1"})")
      << "items of one device in their order";
  EXPECT_EQ(MetadataOf(second), R"({"ordernumber":"B"})");
}

TEST_F(MetadataTest, Refusals_AloneAndInABatch) {
  const std::string own = Claimed(Imei("490154203237542"));
  const std::string given_up = Claimed(Imei("490154203237559"));
  ASSERT_EQ(Unclaim(Id(given_up) + "," + kZeroTouch).status, 200);
  const std::string theirs = ClaimedByOther(Imei("490154203237567"));
  const std::string fine = R"("ordernumber":"A")";
  const struct {
    std::string id;  // empty: by hardware, in a batch alone
    std::string item;
    long http;
    const char* status;
    const char* code;
    const char* batch_status;
  } rows[] = {
      {"12345", Item(Id("12345"), fine), 404, "NOT_FOUND", "INVALID_DEVICE_ID",
       "INVALID_DEVICE_IDENTIFIER"},
      {theirs, Item(Id(theirs), fine), 404, "NOT_FOUND", "INVALID_DEVICE_ID",
       "INVALID_DEVICE_IDENTIFIER"},
      {given_up, Item(Id(given_up), fine), 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL",
       "SECTION_NOT_YOURS"},
      {own, Item(Id(own), R"("colour":"red")"), 400, "INVALID_ARGUMENT", "INVALID_PARAMETER",
       "OTHER_ERROR"},
      {own, Item(Id(own), R"("ordernumber":")" + std::string(1025, 'x') + "\""), 400,
       "INVALID_ARGUMENT", "INVALID_PARAMETER", "OTHER_ERROR"},
      {"", Item(Imei("490154203237567"), fine), 0, "", "AUTHORIZATION_FAIL", "SECTION_NOT_YOURS"},
      {"", Item(Imei("012345678901237"), fine), 0, "", "INVALID_DEVICE_ID",
       "INVALID_DEVICE_IDENTIFIER"},
      {"", Item(Imei("1"), fine), 0, "", "INVALID_IMEI", "INVALID_DEVICE_IDENTIFIER"},
      {"", R"("deviceMetadata":{})", 0, "", "INVALID_IDENTIFIER_SET", "INVALID_DEVICE_IDENTIFIER"},
      {"", Id(own), 0, "", "INVALID_PARAMETER", "OTHER_ERROR"},
  };
  std::vector<std::string> items;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.item);
    items.push_back(row.item);
    if (row.id.empty()) continue;
    const std::string body = "{" + row.item.substr(row.item.find(',') + 1) + "}";
    ExpectCustomError(first_.Post(sandbox().first.Devices() + "/" + row.id + "/metadata", body),
                      row.http, row.status, row.code);
  }
  const std::string operation = UpdateInBatch(items);
  const Json json(operation);
  EXPECT_FALSE(json.Has("/response/successCount")) << operation;
  for (size_t i = 0; i < std::size(rows); ++i) {
    SCOPED_TRACE(rows[i].item);
    const std::string result = fmt::format("/response/perDeviceStatus/{}/result", i);
    EXPECT_EQ(json[result + "/status"],
              std::string("SINGLE_DEVICE_STATUS_") + rows[i].batch_status);
    EXPECT_EQ(json[result + "/errorIdentifier"], rows[i].code);
    EXPECT_NE(json[result + "/errorMessage"], "");
  }
  EXPECT_EQ(MetadataOf(own), "") << "nothing was changed";
}

TEST_F(MetadataTest, WrongRequests_AreRefusedWhole) {
  const std::string id = Claimed(Imei("490154203237575"));
  ExpectCustomError(first_.Post(sandbox().first.Devices() + "/" + id + "/metadata", "{}"), 400,
                    "INVALID_ARGUMENT", "INVALID_PARAMETER");
  ExpectError(first_.Post(sandbox().first.Devices() + "/x/metadata", "{}"), 400,
              "INVALID_ARGUMENT");
  for (const char* body : {"{}", R"({"updates":[]})"}) {
    const Answer empty = first_.Post(sandbox().first.Devices() + ":updateMetadataAsync", body);
    ExpectCustomError(empty, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  }
  ExpectCustomError(second_.Post(sandbox().first.Devices() + "/" + id + "/metadata", "{}"), 403,
                    "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
  ExpectCustomError(second_.Post(sandbox().first.Devices() + ":updateMetadataAsync", "{}"), 403,
                    "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
}

TEST_F(MetadataTest, LargeBatch_Finishes) {
  // More than one stored chunk, and more than one transaction.
  std::string claims;
  std::string updates;
  for (int i = 0; i < 2500; ++i) {
    const std::string device =
        Identifier(fmt::format(R"("serialNumber":"L{}","manufacturer":"M","model":"N")", i));
    const char* comma = i == 0 ? "" : ",";
    claims += fmt::format(R"({}{{{},{},"customerId":"{}"}})", comma, device, kZeroTouch,
                          sandbox().first.customer);
    updates +=
        fmt::format("{}{{{}}}", comma, Item(device, fmt::format(R"("ordernumber":"{}")", i)));
  }
  EXPECT_EQ(
      Json(RunBatch("claimAsync", R"({"claims":[)" + claims + "]}"))["/response/successCount"],
      "2500");
  const Json done(RunBatch("updateMetadataAsync", R"({"updates":[)" + updates + "]}"));
  EXPECT_EQ(done["/response/successCount"], "2500");
  EXPECT_EQ(MetadataOf(done["/response/perDeviceStatus/2499/result/deviceId"]),
            R"({"ordernumber":"2499"})");
}

}  // namespace
}  // namespace zerotouch::test
