// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/read_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "base/status_text.h"
#include "model/api.h"
#include "model/batch_size.h"
#include "wire/api_services.h"
#include "wire/grpc/message.h"
#include "wire/rest/read_request.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

constexpr size_t kBodyBytes = size_t{8} << 20;

std::string Filled(std::string_view begin, std::string_view item, size_t bytes) {
  std::string text(begin);
  while (text.size() < bytes) text += item;
  return text;
}

class ReadRequestTest : public ::testing::Test {
 protected:
  // Reads a body over HTTP. `held_` is then the most memory that was reserved.
  absl::Status ReadJson(std::string body, google::protobuf::Message& message,
                        std::string_view path = "/v1/partners/7/devices:unclaimAsync",
                        batch::PackedItems* items = nullptr) {
    http::Request request = RequestOf(std::move(body));
    const absl::StatusOr<RouteMatch> match = routes_.Find("POST", path);
    absl::Status status = ReadRequest(*match, Query(), request, message, items);
    EXPECT_TRUE(!status.ok() || request.body.size() < 16'384 || request.body.empty());
    return status;
  }

  absl::Status ReadGrpc(const std::string& bytes, google::protobuf::Message& message,
                        const absl::Status& right = absl::OkStatus(),
                        batch::PackedItems* items = nullptr) {
    std::string body;
    grpc::AppendFrameHead(static_cast<uint32_t>(bytes.size()), body);
    http::Request request = RequestOf(body + bytes);
    return grpc::ReadRequest(
        request, limits::kBodyBytes, [&](const google::protobuf::Message&) { return right; },
        message, items);
  }

  http::Request RequestOf(std::string body) {
    held_ = 0;
    http::Request request;
    request.body = std::move(body);
    request.hold = [this](uint64_t bytes) {
      if (bytes > limit_) return false;
      held_ = std::max(held_, bytes);
      return true;
    };
    return request;
  }

  const RouteTable routes_ = RouteTable::Build(ApiServices()).value();
  uint64_t limit_ = uint64_t{1} << 40;
  uint64_t held_ = 0;
  api::UnclaimDevicesRequest unclaims_;
};

TEST_F(ReadRequestTest, OneItemTooMany_IsRefusedBeforeTheOthersAreParsed) {
  const absl::Status too_many = CheckBatchSize("unclaims", limits::kBatchItems + 1);
  EXPECT_EQ(ReadJson(Filled(R"({"unclaims":[{})", ",{}", kBodyBytes) + "]}", unclaims_), too_many);
  EXPECT_EQ(
      ReadJson(Filled(R"({"partnerId":"7")", R"(,"unclaims":{})", kBodyBytes) + "}", unclaims_),
      too_many);
  EXPECT_EQ(ReadGrpc(Filled("", std::string_view("\x12\0", 2), kBodyBytes), unclaims_), too_many);
  EXPECT_EQ(held_, 0u);
  EXPECT_EQ(unclaims_.unclaims_size(), 0);
}

TEST_F(ReadRequestTest, LargestBatch_IsRead) {
  std::string text = R"({"unclaims":[{})";
  std::string bytes("\x12\0", 2);
  for (int i = 1; i < limits::kBatchItems; ++i) {
    text += ",{}";
    bytes += std::string_view("\x12\0", 2);
  }
  EXPECT_EQ(ReadJson(text + "]}", unclaims_), absl::OkStatus());
  EXPECT_EQ(unclaims_.unclaims_size(), limits::kBatchItems);
  EXPECT_GE(held_, text.size() + unclaims_.SpaceUsedLong());
  unclaims_.Clear();
  EXPECT_EQ(ReadGrpc(bytes, unclaims_), absl::OkStatus());
  EXPECT_EQ(unclaims_.unclaims_size(), limits::kBatchItems);
  EXPECT_GE(held_, bytes.size() + unclaims_.SpaceUsedLong());
}

TEST_F(ReadRequestTest, Items_ArePackedAsTheyAreRead) {
  const std::string path = "/v1/partners/7/devices:claimAsync";
  std::string text = R"({"claims":[)";
  for (int i = 0; i < 2'500; ++i) {
    text += i == 0 ? "" : ",";
    text += i % 3 == 0 ? "{}"
                       : R"({"deviceIdentifier":{"imei":"490154203237518"},"customerId":"5",)"
                         R"("deviceMetadata":{"entries":{"a":"b"}}})";
  }
  text += R"(],"claims":{"customerId":7}})";  // a list may be given twice, or as one element
  api::ClaimDevicesRequest whole;
  ASSERT_EQ(ReadJson(text, whole, path), absl::OkStatus());
  ASSERT_EQ(whole.claims_size(), 2'501);
  const uint64_t held_whole = held_;
  const batch::PackedItems expected(whole.claims());

  api::ClaimDevicesRequest rest;
  batch::PackedItems items;
  EXPECT_EQ(ReadJson(text, rest, path, &items), absl::OkStatus());
  EXPECT_EQ(items.chunks(), expected.chunks());
  EXPECT_EQ(items.size(), 2'501);
  EXPECT_EQ(rest.claims_size(), 0);
  EXPECT_EQ(rest.partner_id(), 7);
  EXPECT_LT(held_, held_whole / 2);

  whole.mutable_claims(0)
      ->GetReflection()
      ->MutableUnknownFields(whole.mutable_claims(0))
      ->AddVarint(9'999, 1);
  batch::PackedItems from_grpc;
  EXPECT_EQ(ReadGrpc(whole.SerializeAsString(), rest, absl::OkStatus(), &from_grpc),
            absl::OkStatus());
  EXPECT_EQ(from_grpc.chunks(), expected.chunks());
  EXPECT_EQ(rest.claims_size(), 0);
  EXPECT_EQ(rest.partner_id(), 7);
}

TEST_F(ReadRequestTest, WrongItems_HaveTheSameErrors) {
  for (const std::string item :
       {R"({"deviceId":"x"})", R"({"deviceIdentifier":{"imei":1,"nonsense":2}})", "7", "null", "[]",
        R"({"deviceId":"1","deviceIdentifier":{}})", "{", R"({"vacationModeDays":1e99})"}) {
    for (const int before : {1, 2'000}) {
      std::string text = R"({"unclaims":[)";
      for (int i = 0; i < before; ++i) text += R"({"deviceId":"1"},)";
      text += item + "," + item + R"(],"partnerId":"8"})";
      batch::PackedItems items;
      api::UnclaimDevicesRequest rest;
      const absl::Status status = ReadJson(text, unclaims_);
      EXPECT_FALSE(status.ok());
      EXPECT_EQ(ReadJson(text, rest, "/v1/partners/7/devices:unclaimAsync", &items), status);
      unclaims_.Clear();
    }
  }
  // An item that is no message, and a text that is no UTF-8.
  for (const std::string& bytes :
       {std::string("\x12\x02\x08\xFF", 4), std::string("\x12\x05\x12\x03\x12\x01\xFF", 7)}) {
    batch::PackedItems items;
    const absl::Status status = ReadGrpc(bytes, unclaims_);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(ReadGrpc(bytes, unclaims_, absl::OkStatus(), &items), status);
  }
}

TEST_F(ReadRequestTest, TooLittleMemory_IsRefusedBeforeParsing) {
  limit_ = kBodyBytes * 3 / 2;
  api::FindDevicesByOwnerRequest owners;
  EXPECT_THAT(MessageOf(ReadJson(Filled(R"({"customerId":[1)", ",1", kBodyBytes) + "]}", owners,
                                 "/v1/partners/7/devices:findByOwner")),
              HasSubstr("Resource has been exhausted (request bodies)"));
  EXPECT_EQ(owners.customer_id_size(), 0);
  EXPECT_THAT(MessageOf(ReadGrpc(Filled("", std::string_view("\x10\x01", 2), kBodyBytes), owners)),
              HasSubstr("Resource has been exhausted (request bodies)"));
  // Fields that the type does not know.
  EXPECT_THAT(MessageOf(ReadGrpc(Filled("", std::string_view("\x7A\0", 2), kBodyBytes), owners)),
              HasSubstr("Resource has been exhausted (request bodies)"));
  EXPECT_EQ(owners.customer_id_size(), 0);
}

TEST_F(ReadRequestTest, RightToABatch_IsCheckedBeforeItsItems) {
  const absl::Status no_right = absl::PermissionDeniedError("no");
  EXPECT_EQ(ReadGrpc(Filled("", std::string_view("\x12\0", 2), kBodyBytes), unclaims_, no_right),
            no_right);
  EXPECT_EQ(unclaims_.unclaims_size(), 0);
}

}  // namespace
}  // namespace zerotouch::wire
