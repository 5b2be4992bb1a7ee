// SPDX-License-Identifier: Apache-2.0
#include "model/unknown_fields.h"

#include <gtest/gtest.h>

#include "google/protobuf/unknown_field_set.h"
#include "model/api.h"

namespace zerotouch {
namespace {

constexpr int kUnknownNumber = 9'999;

void AddUnknown(google::protobuf::Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(kUnknownNumber, "x");
}

TEST(UnknownFields, AreFoundAndDroppedAtEveryDepth) {
  api::ClaimDevicesRequest request;
  api::PartnerClaim* const claim = request.add_claims();
  claim->mutable_device_identifier()->set_imei("1");
  (*claim->mutable_device_metadata()->mutable_entries())["ordernumber"] = "1";
  EXPECT_FALSE(HasUnknownFields(request));
  const std::string known = request.SerializeAsString();
  for (google::protobuf::Message* message :
       {static_cast<google::protobuf::Message*>(&request),
        static_cast<google::protobuf::Message*>(claim),
        static_cast<google::protobuf::Message*>(claim->mutable_device_identifier()),
        static_cast<google::protobuf::Message*>(claim->mutable_device_metadata())}) {
    AddUnknown(message);
    EXPECT_TRUE(HasUnknownFields(request)) << message->GetTypeName();
    DropUnknownFields(request);
    EXPECT_FALSE(HasUnknownFields(request)) << message->GetTypeName();
    EXPECT_EQ(request.SerializeAsString(), known) << message->GetTypeName();
  }
}

}  // namespace
}  // namespace zerotouch
