// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/transcode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"
#include "errors/errors.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/rpc/error_details.pb.h"

namespace zerotouch::wire {
namespace {

namespace api = google::android::device::provisioning::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TranscodeTest : public ::testing::Test {
 protected:
  // Transcodes a call into a Request.
  template <class Request>
  absl::StatusOr<Request> Run(std::string_view method, std::string_view target, std::string body) {
    const Target parts = SplitTarget(target);
    const auto match = routes_.Find(method, parts.path);
    if (!match.ok()) return match.status();
    EXPECT_EQ(match->route->method->input_type(), Request::descriptor());
    Request request;
    const absl::Status status = Transcode(*match, ParseQuery(parts.query), body, request);
    if (!status.ok()) return status;
    return request;
  }

  const RouteTable routes_ = RouteTable::Build(ApiServices()).value();
};

std::string UnknownParameter(const std::string& name) {
  return "Invalid JSON payload received. Unknown name \"" + name +
         "\": Cannot bind query parameter. Field '" + name +
         "' could not be found in request message.";
}

// The descriptions of the violations of `status`.
std::vector<std::string> Descriptions(const absl::Status& status) {
  google::rpc::BadRequest detail;
  const auto payload = status.GetPayload(errors::kBadRequestType);
  EXPECT_TRUE(payload && detail.ParseFromString(std::string(*payload))) << status;
  std::vector<std::string> out;
  for (const auto& violation : detail.field_violations()) out.push_back(violation.description());
  return out;
}

TEST_F(TranscodeTest, WholeBody_AndPathVariable) {
  const auto request = Run<api::UnclaimDevicesRequest>(
      "POST", "/v1/partners/7/devices:unclaimAsync",
      R"({"unclaims":[{"deviceId":"5","sectionType":"SECTION_TYPE_ZERO_TOUCH"}]})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->partner_id(), 7);
  ASSERT_EQ(request->unclaims_size(), 1);
  EXPECT_EQ(request->unclaims(0).device_id(), 5);
}

TEST_F(TranscodeTest, PathWinsOverBody) {
  const auto request = Run<api::UnclaimDevicesRequest>(
      "POST", "/v1/partners/7/devices:unclaimAsync", R"({"partnerId":"8"})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->partner_id(), 7);
}

TEST_F(TranscodeTest, BlankBody_CountsAsAnEmptyObject) {
  for (const char* body : {"", " \r\n", "{}", "{}\n"}) {
    const auto request =
        Run<api::UnclaimDeviceRequest>("POST", "/v1/partners/7/devices:unclaim", body);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->partner_id(), 7);
  }
}

TEST_F(TranscodeTest, BodyField_NestedVariableAndQuery) {
  const auto request = Run<api::UpdateConfigurationRequest>(
      "PATCH", "/v1/customers/1/configurations/2?updateMask=isDefault,dpcExtras",
      R"({"isDefault":true,"name":"other"})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->configuration().name(), "customers/1/configurations/2");
  EXPECT_TRUE(request->configuration().is_default());
  EXPECT_THAT(request->update_mask().paths(), ElementsAre("is_default", "dpc_extras"));
}

TEST_F(TranscodeTest, QueryParameters_InEitherCase) {
  for (const char* query :
       {"?pageSize=5&pageToken=a%20b", "?page_size=5&page_token=a+b&alt=json"}) {
    const auto request = Run<api::ListPartnerCustomersRequest>(
        "GET", std::string("/v1/partners/7/customers") + query, "");
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->partner_id(), 7);
    EXPECT_EQ(request->page_size(), 5);
    EXPECT_EQ(request->page_token(), "a b");
  }
}

TEST_F(TranscodeTest, QueryParameter_ThatBodyOrPathSay_IsUnknown) {
  const auto of_path =
      Run<api::ListPartnerCustomersRequest>("GET", "/v1/partners/7/customers?partnerId=8", "");
  EXPECT_THAT(Descriptions(of_path.status()), ElementsAre(UnknownParameter("partnerId")));
  const auto of_whole = Run<api::UnclaimDeviceRequest>(
      "POST", "/v1/partners/7/devices:unclaim?deviceId=8&prettyPrint=false", "{}");
  EXPECT_THAT(Descriptions(of_whole.status()), ElementsAre(UnknownParameter("deviceId")));
  const auto of_field = Run<api::UpdateConfigurationRequest>(
      "PATCH", "/v1/customers/1/configurations/2?configuration.isDefault=true", "{}");
  EXPECT_THAT(Descriptions(of_field.status()),
              ElementsAre(UnknownParameter("configuration.isDefault")));
}

TEST_F(TranscodeTest, Violations_OfPathQueryAndBody_AreReportedTogether) {
  const auto request = Run<api::UnclaimDeviceRequest>(
      "POST", "/v1/partners/abc/devices:unclaim?nope=1&bad=%zz", R"({"foo":1,"bar":2})");
  EXPECT_EQ(errors::HttpStatusOf(request.status()), 400);
  EXPECT_THAT(Descriptions(request.status()),
              ElementsAre(AllOf(HasSubstr("partner_id"), HasSubstr("abc")),
                          "Malformed percent-encoding in the query parameter \"bad\".",
                          UnknownParameter("nope"), HasSubstr("Unknown name \"foo\""),
                          HasSubstr("Unknown name \"bar\"")));
}

TEST_F(TranscodeTest, Violations_AreAtMostTheLimit) {
  std::string target = "/v1/customers?";
  for (int i = 0; i < 200; ++i) target += "x" + std::to_string(i) + "=1&";
  const auto request = Run<api::CustomerListCustomersRequest>("GET", target, "");
  EXPECT_EQ(Descriptions(request.status()).size(), 50u);
}

TEST_F(TranscodeTest, BodyOfAMethodWithoutOne_IsRefused) {
  const auto request =
      Run<api::ListPartnerCustomersRequest>("GET", "/v1/partners/7/customers", "{\"pageSize\":1}");
  EXPECT_THAT(Descriptions(request.status()), ElementsAre(HasSubstr("takes no body")));
}

}  // namespace
}  // namespace zerotouch::wire
