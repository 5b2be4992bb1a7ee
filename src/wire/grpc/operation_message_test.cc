// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/operation_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "google/longrunning/operations.pb.h"
#include "model/api.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire::grpc {
namespace {

using google::longrunning::Operation;

// Device ids have nothing in common, so that few items make a long compressed message.
api::OperationPerDevice Item(int index) {
  const auto id = static_cast<int64_t>((uint64_t{0x9E3779B97F4A7C15} * (index + 1)) >> 1);
  api::OperationPerDevice item;
  item.mutable_unclaim()->set_device_id(id);
  item.mutable_result()->set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
  item.mutable_result()->set_device_id(id);
  return item;
}

class MadeItems final : public service::OperationItems {
 public:
  // Fails at the end of pass number `fails`.
  MadeItems(int count, int fails) : count_(count), fails_(fails) {}
  absl::StatusOr<bool> Next(std::string& items) override {
    items.clear();
    if (at_ == count_ && way_ == fails_) return absl::UnavailableError("gone");
    api::DevicesLongRunningOperationResponse some;
    const int end = std::min(count_, at_ + 1'000);
    for (; at_ < end; ++at_) *some.add_per_device_status() = Item(at_);
    some.SerializeToString(&items);
    return !items.empty();
  }
  void Restart() override {
    at_ = 0;
    ++way_;
  }

 private:
  const int count_;
  const int fails_;
  int at_ = 0;
  int way_ = 1;
};

service::OperationAnswer Made(int items, int fails = 0) {
  service::OperationAnswer answer;
  answer.operation.set_name("operations/apibatchoperation/5");
  answer.operation.set_done(items >= 0);
  if (items < 0) return answer;
  answer.items = std::make_unique<MadeItems>(items, fails);
  answer.success_count = items;
  return answer;
}

std::string BodyOf(http::Response& response) {
  if (response.stream == nullptr) return response.body;
  std::string body;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = response.stream->Next(body);
  EXPECT_TRUE(more.ok()) << more.status();
  return body;
}

// Expects `body` to be the message of Made(items), in this grpc-encoding.
void ExpectMessage(const std::string& body, std::string_view encoding, int items) {
  std::string unpacked;
  const auto message = OnlyMessage(
      body, {.encoding = encoding, .limit = size_t{1} << 30, .hold = nullptr}, unpacked);
  ASSERT_TRUE(message.ok()) << message.status();
  Operation operation;
  ASSERT_TRUE(operation.ParseFromString(std::string(*message)));
  EXPECT_EQ(operation.name(), "operations/apibatchoperation/5");
  ASSERT_EQ(operation.has_response(), items >= 0);
  if (items < 0) return;
  api::DevicesLongRunningOperationResponse result;
  ASSERT_TRUE(operation.response().UnpackTo(&result));
  ASSERT_EQ(result.per_device_status_size(), items);
  EXPECT_EQ(result.success_count(), items);
  for (int i = 0; i < items; ++i) {
    ASSERT_EQ(result.per_device_status(i).SerializeAsString(), Item(i).SerializeAsString());
  }
}

TEST(OperationMessage, EqualsTheMessage) {
  for (const int items : {-1, 0, 1, 999, 1'000, 1'001, 50'000}) {
    auto response = OperationResponse(Made(items), /*accepts_gzip=*/false);
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->stream != nullptr, items == 50'000);
    EXPECT_FALSE(response->headers.Has("grpc-encoding"));
    ExpectMessage(BodyOf(*response), "", items);
  }
}

TEST(OperationMessage, Compressed_EqualsTheMessageAndIsShorter) {
  for (const int items : {-1, 0, 1, 999, 1'000, 1'001, 50'000}) {
    auto response = OperationResponse(Made(items), /*accepts_gzip=*/true);
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->stream != nullptr, items == 50'000);
    EXPECT_EQ(response->headers.Get("grpc-encoding"), items > 1 ? "gzip" : "");
    const std::string body = BodyOf(*response);
    EXPECT_EQ(body[0], items > 1 ? 1 : 0);
    if (items > 1) {
      EXPECT_LT(body.size(), Item(items).ByteSizeLong() * items);
    }
    ExpectMessage(body, response->headers.Get("grpc-encoding"), items);
  }
}

TEST(OperationMessage, ErrorWhileMeasured_IsReturned) {
  for (const bool gzip : {false, true}) {
    EXPECT_EQ(OperationResponse(Made(50'000, /*fails=*/1), gzip).status(),
              absl::UnavailableError("gone"));
  }
}

TEST(OperationMessage, ErrorWhileSent_CutsTheAnswer) {
  for (const bool gzip : {false, true}) {
    auto response = OperationResponse(Made(50'000, /*fails=*/2), gzip);
    ASSERT_TRUE(response.ok());
    std::string body;
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = response->stream->Next(body);
    EXPECT_EQ(more.status(), absl::UnavailableError("gone"));
  }
}

}  // namespace
}  // namespace zerotouch::wire::grpc
