// SPDX-License-Identifier: Apache-2.0
// Tests the API over gRPC with Debian's grpc++.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "e2e/sandbox_test_base.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/android/device/provisioning/v1/errors.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"

// In libgrpc, without a header.
grpc_compression_algorithm grpc_call_test_only_get_compression_algorithm(grpc_call* call);

namespace grpc::testing {

// A friend of ClientContext.
class InteropClientContextInspector {
 public:
  // Returns the grpc-encoding of the answer.
  static grpc_compression_algorithm EncodingOf(const ClientContext& context) {
    return grpc_call_test_only_get_compression_algorithm(context.call_);
  }
};

}  // namespace grpc::testing

namespace zerotouch::test {
namespace {

namespace api = google::android::device::provisioning::v1;
using google::longrunning::Operation;
using google::protobuf::Empty;

constexpr char kPartnerService[] = "/google.android.device.provisioning.v1.PartnerService/";

// Returns a valid IMEI.
std::string MakeImei(int serial) {
  std::string digits = fmt::format("35000000{:06}", serial);
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    const int digit = (digits[i] - '0') * (i % 2 == 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

class GrpcTest : public SandboxTest {
 protected:
  GrpcTest() { Connect({}); }

  void Connect(grpc::ChannelArguments arguments) {
    arguments.SetMaxReceiveMessageSize(64 << 20);
    channel_ = grpc::CreateCustomChannel(sandbox().endpoint.substr(std::string("http://").size()),
                                         grpc::InsecureChannelCredentials(), arguments);
  }

  int64_t partner() const { return std::atoll(sandbox().first.partner.c_str()); }

  // `setup` may change the call before it is made.
  template <class Response, class Request>
  grpc::Status Call(const std::string& path, const Request& request, Response* response,
                    const std::function<void(grpc::ClientContext&)>& setup = nullptr) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + first_.token());
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (setup) setup(context);
    grpc::CompletionQueue queue;
    grpc::TemplatedGenericStub<Request, Response> stub(channel_);
    const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    grpc::Status status;
    call->StartCall();
    call->Finish(response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    encoding_ = grpc::testing::InteropClientContextInspector::EncodingOf(context);
    return status;
  }

  // Returns the response of the finished operation.
  api::DevicesLongRunningOperationResponse Finish(Operation operation) {
    while (!operation.done()) {
      google::longrunning::WaitOperationRequest wait;
      wait.set_name(operation.name());
      const grpc::Status status =
          Call("/google.longrunning.Operations/WaitOperation", wait, &operation);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) break;
    }
    api::DevicesLongRunningOperationResponse response;
    EXPECT_TRUE(operation.response().UnpackTo(&response));
    return response;
  }

  api::UnclaimDevicesRequest Unclaims(int first, int count) const {
    api::UnclaimDevicesRequest request;
    request.set_partner_id(partner());
    for (int i = first; i < first + count; ++i) {
      api::PartnerUnclaim* item = request.add_unclaims();
      item->set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      item->mutable_device_identifier()->set_imei(MakeImei(i));
    }
    return request;
  }

  std::shared_ptr<grpc::Channel> channel_;
  grpc_compression_algorithm encoding_ = GRPC_COMPRESS_NONE;  // of the last answer of Call
};

TEST_F(GrpcTest, Device_IsTheSameByBothTransports) {
  const std::string id = Claimed(Imei(MakeImei(1)));
  api::GetDeviceRequest request;
  request.set_name(fmt::format("partners/{}/devices/{}", sandbox().first.partner, id));
  api::Device device;
  const grpc::Status status = Call(std::string(kPartnerService) + "GetDevice", request, &device);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(std::to_string(device.device_id()), id);
  EXPECT_EQ(device.device_identifier().imei(), MakeImei(1));
  const Answer rest = first_.Get("/v1/" + request.name());
  EXPECT_EQ(FieldIn(rest.body, "deviceId"), id);
}

TEST_F(GrpcTest, Error_SaysTheSameAsRest) {
  api::UnclaimDeviceRequest request;
  request.set_partner_id(partner());
  request.set_device_id(12'345);
  request.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  Empty empty;
  const grpc::Status status = Call(std::string(kPartnerService) + "UnclaimDevice", request, &empty);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), status.error_code());
  EXPECT_EQ(details.message(), status.error_message());
  api::CustomError custom;
  ASSERT_TRUE(details.details(0).UnpackTo(&custom));
  EXPECT_EQ(custom.code(), api::INVALID_DEVICE_ID);
  const Answer rest = Unclaim(R"("deviceId":"12345",)" + std::string(kZeroTouch));
  EXPECT_EQ(rest.status, 404);
  EXPECT_THAT(rest.body, testing::HasSubstr(status.error_message()));
}

TEST_F(GrpcTest, WithoutCredentials_IsUnauthenticated) {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::TemplatedGenericStub<api::GetDeviceRequest, api::Device> stub(channel_);
  const auto call = stub.PrepareUnaryCall(&context, std::string(kPartnerService) + "GetDevice",
                                          api::GetDeviceRequest(), &queue);
  call->StartCall();
  api::Device device;
  grpc::Status status;
  call->Finish(&device, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcTest, LargeBatch_BothWaysAndCompressed) {
  const api::UnclaimDevicesRequest request = Unclaims(100'000, 100'000);
  Operation operation;
  const grpc::Status status = Call(
      std::string(kPartnerService) + "UnclaimDevicesAsync", request, &operation,
      [](grpc::ClientContext& context) { context.set_compression_algorithm(GRPC_COMPRESS_GZIP); });
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto response = Finish(operation);
  ASSERT_EQ(response.per_device_status_size(), 100'000);
  EXPECT_GT(response.ByteSizeLong(), size_t{4} << 20);
  EXPECT_EQ(response.per_device_status(99'999).unclaim().device_identifier().imei(),
            MakeImei(199'999));
}

// grpc++ accepts gzip unless it is told not to.
TEST_F(GrpcTest, LargeAnswer_IsCompressedIfAccepted) {
  Operation operation;
  ASSERT_TRUE(Call(std::string(kPartnerService) + "UnclaimDevicesAsync", Unclaims(500'000, 20'000),
                   &operation)
                  .ok());
  EXPECT_EQ(encoding_, GRPC_COMPRESS_NONE);  // it is short
  const std::string response = Finish(operation).SerializeAsString();
  EXPECT_EQ(encoding_, GRPC_COMPRESS_GZIP);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  Connect(arguments);
  operation.set_done(false);
  EXPECT_EQ(Finish(operation).SerializeAsString(), response);
  EXPECT_EQ(encoding_, GRPC_COMPRESS_NONE);
}

TEST_F(GrpcTest, Health_IsServing) {
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status =
      Call("/grpc.health.v1.Health/Check", grpc::health::v1::HealthCheckRequest(), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(GrpcTest, DeadlineInThePast_IsExceeded) {
  Operation operation;
  const grpc::Status status = Call(
      std::string(kPartnerService) + "UnclaimDevicesAsync", Unclaims(0, 1), &operation,
      [](grpc::ClientContext& context) { context.set_deadline(std::chrono::system_clock::now()); });
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace zerotouch::test
