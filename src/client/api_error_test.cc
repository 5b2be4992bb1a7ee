// SPDX-License-Identifier: Apache-2.0
#include "client/api_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::client {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kUnknownDevice[] = R"({
  "error": {
    "code": 404,
    "message": "There is no such device.",
    "status": "NOT_FOUND",
    "details": [
      {"@type": "type.googleapis.com/google.rpc.Help", "links": []},
      {"@type": "type.googleapis.com/google.android.device.provisioning.v1.CustomError",
       "code": "INVALID_DEVICE_ID", "message": "Nothing is claimed."}
    ]}})";

TEST(ApiErrorTest, Envelope_IsReadWhole) {
  const absl::Status status =
      ErrorStatus({.status = 404, .body = kUnknownDevice, .retry_after = absl::Seconds(3)});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status),
            "HTTP 404 NOT_FOUND INVALID_DEVICE_ID: There is no such device. (Nothing is claimed.)");
  const std::optional<ApiError> error = ApiErrorOf(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->http_status, 404);
  EXPECT_EQ(error->status, "NOT_FOUND");
  EXPECT_EQ(error->code, "INVALID_DEVICE_ID");
  EXPECT_EQ(error->custom_message, "Nothing is claimed.");
  EXPECT_EQ(error->retry_after, absl::Seconds(3));
  EXPECT_TRUE(error->is_envelope());
  EXPECT_FALSE(error->terms_not_accepted);
}

TEST(ApiErrorTest, StatusName_DecidesTheCode) {
  const absl::Status status = ErrorStatus(
      {.status = 400, .body = R"({"error":{"message":"no","status":"FAILED_PRECONDITION"}})"});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ApiErrorTest, TermsOfService_AreTold) {
  const ApiError error = ParseApiError(
      {.status = 403, .body = R"({"error":{"status":"PERMISSION_DENIED","details":[{"@type":
         "type.googleapis.com/google.android.device.provisioning.v1.TosError"}]}})"});
  EXPECT_TRUE(error.terms_not_accepted);
}

TEST(ApiErrorTest, OtherBodies_AreOneShortLine) {
  const std::string page = "<html>\n<b>Bad gateway</b>" + std::string(10'000, 'x');
  const absl::Status status = ErrorStatus({.status = 502, .body = page});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("HTTP 502: <html> <b>Bad gateway</b>"));
  EXPECT_LT(MessageOf(status).size(), 600u);
  EXPECT_THAT(std::string(MessageOf(status)), Not(HasSubstr("\n")));
  EXPECT_FALSE(ApiErrorOf(status)->is_envelope());
}

TEST(ApiErrorTest, OddBodies_DoNoHarm) {
  for (const char* body : {"", "[]", "5", "{\"error\":5}", "{\"error\":{\"details\":[5,{}]}}",
                           "{\"error\":\"invalid_grant\"}"}) {
    const absl::Status status = ErrorStatus({.status = 418, .body = body});
    EXPECT_EQ(status.code(), absl::StatusCode::kUnknown) << body;
    EXPECT_EQ(ApiErrorOf(status)->http_status, 418);
  }
}

TEST(ApiErrorTest, OtherStatuses_HaveNone) {
  EXPECT_FALSE(ApiErrorOf(absl::UnavailableError("refused")).has_value());
}

}  // namespace
}  // namespace zerotouch::client
