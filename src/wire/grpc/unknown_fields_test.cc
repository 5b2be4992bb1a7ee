// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "google/protobuf/unknown_field_set.h"
#include "wire/api_test_base.h"
#include "wire/grpc/handler.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire::grpc {
namespace {

constexpr char kUnclaimDevice[] =
    "/google.android.device.provisioning.v1.PartnerService/UnclaimDevice";

class GrpcUnknownFields : public ApiTest {
 protected:
  http::Response Call(const google::protobuf::Message& message) {
    http::Request request = Authorized("POST", kUnclaimDevice);
    request.protocol = http::Protocol::kHttp2;
    request.headers.Add("content-type", "application/grpc");
    AppendFrameHead(static_cast<uint32_t>(message.ByteSizeLong()), request.body);
    message.AppendToString(&request.body);
    return handler_.Handle(std::move(request));
  }

  Handler handler_{methods_, authenticator_,  1'000,        [] { return absl::OkStatus(); },
                   clock_,   api_.dispatch(), api_.guard(), api_};
};

TEST_F(GrpcUnknownFields, OfACall_DoNotReachTheMethod) {
  api::UnclaimDeviceRequest known;
  known.set_partner_id(kPartner);
  known.mutable_device_identifier()->set_imei("490154203237518");
  api::UnclaimDeviceRequest sent = known;
  for (google::protobuf::Message* message :
       {static_cast<google::protobuf::Message*>(&sent),
        static_cast<google::protobuf::Message*>(sent.mutable_device_identifier())}) {
    message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(99, "secret");
  }
  EXPECT_EQ(Call(sent).trailers.Get("grpc-status"), "0");
  EXPECT_EQ(services_.calls, 1);
  EXPECT_EQ(services_.unclaim.SerializeAsString(), known.SerializeAsString());
}

}  // namespace
}  // namespace zerotouch::wire::grpc
