// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/transcode.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/status_text.h"
#include "errors/errors.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/rpc/error_details.pb.h"
#include "wire/api_services.h"
#include "wire/rest/method_override.h"

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
    absl::Status status = Transcode(*match, ParseQuery(parts.query), body, request);
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

// Returns the descriptions of the violations in `status`.
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

TEST_F(TranscodeTest, QueryParameter_OfTheBody_IsUnknown) {
  const auto of_whole = Run<api::UnclaimDeviceRequest>(
      "POST", "/v1/partners/7/devices:unclaim?deviceId=8&prettyPrint=false", "{}");
  EXPECT_THAT(Descriptions(of_whole.status()), ElementsAre(UnknownParameter("deviceId")));
  const auto of_field = Run<api::UpdateConfigurationRequest>(
      "PATCH", "/v1/customers/1/configurations/2?configuration.isDefault=true", "{}");
  EXPECT_THAT(Descriptions(of_field.status()),
              ElementsAre(UnknownParameter("configuration.isDefault")));
}

TEST_F(TranscodeTest, PathVariable_RepeatedInTheQuery_IsAccepted) {
  for (const char* query : {"partnerId=7", "partner_id=7", "partnerId=%37&partner_id=7",
                            "partnerId=7.0", "partnerId=7&pageSize=5"}) {
    const auto request = Run<api::ListPartnerCustomersRequest>(
        "GET", fmt::format("/v1/partners/7/customers?{}", query), "");
    ASSERT_TRUE(request.ok()) << query << request.status();
    EXPECT_EQ(request->partner_id(), 7);
  }
  for (const char* query : {"name=partners/7/devices/5", "name=partners%2F7%2Fdevices%2F5"}) {
    const auto request =
        Run<api::GetDeviceRequest>("GET", fmt::format("/v1/partners/7/devices/5?{}", query), "");
    ASSERT_TRUE(request.ok()) << query << request.status();
    EXPECT_EQ(request->name(), "partners/7/devices/5");
  }
  EXPECT_TRUE(
      Run<api::ListVendorsRequest>("GET", "/v1/partners/7/vendors?parent=partners/7", "").ok());
  EXPECT_TRUE(
      Run<api::UnclaimDeviceRequest>("POST", "/v1/partners/7/devices:unclaim?partnerId=7", "{}")
          .ok());
  EXPECT_TRUE(Run<google::longrunning::GetOperationRequest>(
                  "GET", "/v1/operations/a/5?name=operations/a/5", "")
                  .ok());
  const auto nested = Run<api::UpdateConfigurationRequest>(
      "PATCH", "/v1/customers/1/configurations/2?configuration.name=customers/1/configurations/2",
      "{}");
  ASSERT_TRUE(nested.ok()) << nested.status();
  EXPECT_EQ(nested->configuration().name(), "customers/1/configurations/2");
}

std::string Differs(const std::string& name) {
  return "Invalid value for the query parameter \"" + name +
         "\": it differs from the value in the path. Use the same value, or omit the parameter.";
}

TEST_F(TranscodeTest, PathVariable_WithAnotherValueInTheQuery_IsRefused) {
  for (const char* query :
       {"partnerId=8", "partnerId=", "partnerId=x", "partnerId=7&partnerId=8"}) {
    const auto request = Run<api::ListPartnerCustomersRequest>(
        "GET", fmt::format("/v1/partners/7/customers?{}", query), "");
    EXPECT_THAT(Descriptions(request.status()), ElementsAre(Differs("partnerId"))) << query;
  }
  const auto whole =
      Run<api::UnclaimDeviceRequest>("POST", "/v1/partners/7/devices:unclaim?partner_id=8", "{}");
  EXPECT_THAT(Descriptions(whole.status()), ElementsAre(Differs("partner_id")));
  const auto segments =
      Run<api::GetDeviceRequest>("GET", "/v1/partners/7/devices/5?name=partners/7/devices/6", "");
  EXPECT_THAT(Descriptions(segments.status()), ElementsAre(Differs("name")));
  const auto nested = Run<api::UpdateConfigurationRequest>(
      "PATCH", "/v1/customers/1/configurations/2?configuration.name=customers/1/configurations/3",
      "{}");
  EXPECT_THAT(Descriptions(nested.status()), ElementsAre(Differs("configuration.name")));
}

TEST_F(TranscodeTest, PathVariable_InAFormThatStandsForTheQuery_IsCompared) {
  for (const auto& [form, is_accepted] : {std::pair{"partnerId=7", true}, {"partnerId=8", false}}) {
    http::Request call;
    call.method = "POST";
    call.target = "/v1/partners/7/customers";
    call.headers.Add("X-HTTP-Method-Override", "GET");
    call.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    call.body = form;
    ASSERT_TRUE(ApplyMethodOverride(call).ok());
    EXPECT_EQ(Run<api::ListPartnerCustomersRequest>(call.method, call.target, call.body).ok(),
              is_accepted);
  }
}

TEST_F(TranscodeTest, InvalidPathVariable_RepeatedInTheQuery_IsReportedOnce) {
  const auto request =
      Run<api::ListPartnerCustomersRequest>("GET", "/v1/partners/x/customers?partnerId=x", "");
  EXPECT_THAT(Descriptions(request.status()), ElementsAre(HasSubstr("Invalid value at")));
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
