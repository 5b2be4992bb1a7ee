// SPDX-License-Identifier: Apache-2.0
#include "client/http_call.h"

#include <gtest/gtest.h>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/service.pb.h"

namespace zerotouch::client {
namespace {

namespace api = google::android::device::provisioning::v1;

const google::protobuf::MethodDescriptor& Method(const char* name) {
  return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      std::string("google.android.device.provisioning.v1.") + name);
}

TEST(RenderCallTest, BodyOfOneField_LeavesTheOthersToTheQuery) {
  api::UpdateConfigurationRequest request;
  request.mutable_configuration()->set_name("customers/5/configurations/7");
  request.mutable_configuration()->set_is_default(true);
  request.mutable_update_mask()->add_paths("is_default");
  request.mutable_update_mask()->add_paths("contact_email");
  const auto call = RenderCall(Method("CustomerService.UpdateConfiguration"), request);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->method, "PATCH");
  EXPECT_EQ(call->path, "/v1/customers/5/configurations/7?updateMask=isDefault%2CcontactEmail");
  EXPECT_EQ(call->body, R"({"isDefault":true})");
}

TEST(RenderCallTest, NoBody_ForReadsAndDeletes) {
  api::DeleteConfigurationRequest request;
  request.set_name("customers/5/configurations/7");
  const auto call = RenderCall(Method("CustomerService.DeleteConfiguration"), request);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->method, "DELETE");
  EXPECT_EQ(call->path, "/v1/customers/5/configurations/7");
  EXPECT_EQ(call->body, "");
}

TEST(RenderCallTest, TextInAPath_StaysText) {
  api::GetConfigurationRequest request;
  request.set_name("customers/5/configurations/ä b?c#d%");
  EXPECT_EQ(RenderCall(Method("CustomerService.GetConfiguration"), request)->path,
            "/v1/customers/5/configurations/%C3%A4%20b%3Fc%23d%25");
}

TEST(RenderCallTest, MissingPathField_IsNamed) {
  api::CreateCustomerRequest request;
  const auto call = RenderCall(Method("PartnerService.CreateCustomer"), request);
  EXPECT_TRUE(absl::IsInvalidArgument(call.status()));
}

}  // namespace
}  // namespace zerotouch::client
