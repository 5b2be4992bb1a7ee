// SPDX-License-Identifier: Apache-2.0
#include "errors/errors.h"

#include <gtest/gtest.h>

#include "base/status_text.h"
#include "google/rpc/error_details.pb.h"

namespace zerotouch::errors {
namespace {

using absl::StatusCode;
namespace api = google::android::device::provisioning::v1;

template <class Detail>
Detail DetailOf(const absl::Status& status, const char* type) {
  Detail detail;
  const auto payload = status.GetPayload(type);
  EXPECT_TRUE(payload.has_value() && detail.ParseFromString(std::string(*payload))) << type;
  return detail;
}

TEST(Errors, EachIsPublic_WithItsCodes) {
  const struct {
    absl::Status status;
    StatusCode code;
    int http;
    ErrorCode custom;
  } rows[] = {
      {BadRequest({{"a", "b"}}), StatusCode::kInvalidArgument, 400, api::NO_ERROR},
      {InvalidParameter("a", "b"), StatusCode::kInvalidArgument, 400, api::INVALID_PARAMETER},
      {InvalidPageToken(), StatusCode::kInvalidArgument, 400, api::INVALID_PAGE_TOKEN},
      {UnknownDevice(), StatusCode::kNotFound, 404, api::INVALID_DEVICE_ID},
      {UnknownOperation(), StatusCode::kNotFound, 404, api::INVALID_OPERATION_ID},
      {UnknownVendor(), StatusCode::kNotFound, 404, api::INVALID_RESELLER_ID},
      {UnknownDeviceOfCustomer(), StatusCode::kNotFound, 404, api::INVALID_DEVICE_ID},
      {UnknownConfiguration(), StatusCode::kNotFound, 404, api::INVALID_PARAMETER},
      {UnknownWebhook(), StatusCode::kNotFound, 404, api::INVALID_PARAMETER},
      {UnknownDelivery(), StatusCode::kNotFound, 404, api::INVALID_PARAMETER},
      {InvalidOperation("why"), StatusCode::kFailedPrecondition, 400, api::INVALID_OPERATION},
      {MissingCredentials(), StatusCode::kUnauthenticated, 401, api::NO_ERROR},
      {InvalidCredentials(), StatusCode::kUnauthenticated, 401, api::NO_ERROR},
      {InsufficientScope("s", "m"), StatusCode::kPermissionDenied, 403, api::NO_ERROR},
      {NotAllowed(), StatusCode::kPermissionDenied, 403, api::AUTHORIZATION_FAIL},
      {NoSuchRoute(), StatusCode::kNotFound, 404, api::NO_ERROR},
      {Unimplemented("m"), StatusCode::kUnimplemented, 501, api::NO_ERROR},
      {TooBusy("x", absl::Seconds(1)), StatusCode::kResourceExhausted, 429, api::NO_ERROR},
      {BodyTooLarge(1), StatusCode::kResourceExhausted, 413, api::NO_ERROR},
      {HeaderTooLarge(1), StatusCode::kResourceExhausted, 431, api::NO_ERROR},
      {UrlTooLong(1), StatusCode::kResourceExhausted, 414, api::NO_ERROR},
      {Unavailable("x"), StatusCode::kUnavailable, 503, api::NO_ERROR},
      {ChangeUnknown(), StatusCode::kUnknown, 500, api::NO_ERROR},
      {Internal(), StatusCode::kInternal, 500, api::NO_ERROR},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.status.ToString());
    EXPECT_EQ(row.status.code(), row.code);
    EXPECT_EQ(HttpStatusOf(row.status), row.http);
    EXPECT_EQ(CodeOf(row.status), row.custom);
    EXPECT_TRUE(IsPublic(row.status));
  }
  EXPECT_FALSE(IsPublic(absl::InternalError("SQLite: disk I/O error")));
  EXPECT_EQ(CodeOf(absl::InternalError("x")), api::NO_ERROR);
}

TEST(Errors, BadRequest_ListsEveryViolation_InOrder) {
  const absl::Status status = BadRequest({{"claims[0].imei", "first"}, {"", "second"}});
  EXPECT_EQ(MessageOf(status), "first\nsecond");
  const auto detail = DetailOf<google::rpc::BadRequest>(status, kBadRequestType);
  ASSERT_EQ(detail.field_violations_size(), 2);
  EXPECT_EQ(detail.field_violations(0).field(), "claims[0].imei");
  EXPECT_EQ(detail.field_violations(1).description(), "second");
}

TEST(Errors, InvalidParameter_NamesFieldAndReason) {
  const absl::Status status = InvalidParameter("page_size", "use 0 or more");
  EXPECT_EQ(MessageOf(status), "Invalid value at 'page_size': use 0 or more");
  const auto custom = DetailOf<api::CustomError>(status, kCustomErrorType);
  EXPECT_EQ(custom.message(), MessageOf(status));
  const auto detail = DetailOf<google::rpc::BadRequest>(status, kBadRequestType);
  ASSERT_EQ(detail.field_violations_size(), 1);
  EXPECT_EQ(detail.field_violations(0).field(), "page_size");
}

TEST(Errors, Busy_TellsTheRetryDelay) {
  const auto retry = [](const absl::Status& status) {
    return DetailOf<google::rpc::RetryInfo>(status, kRetryInfoType).retry_delay();
  };
  EXPECT_EQ(retry(TooBusy("x", absl::Milliseconds(2500))).seconds(), 2);
  EXPECT_EQ(retry(TooBusy("x", absl::Milliseconds(2500))).nanos(), 500'000'000);
  EXPECT_EQ(retry(Unavailable("x")).seconds(), 1);
  EXPECT_FALSE(ChangeUnknown().GetPayload(kRetryInfoType).has_value())
      << "a retry may make the change twice";
}

TEST(Errors, HttpStatus_IsTheCanonicalOne) {
  const std::pair<StatusCode, int> rows[] = {{StatusCode::kOk, 200},
                                             {StatusCode::kCancelled, 499},
                                             {StatusCode::kUnknown, 500},
                                             {StatusCode::kInvalidArgument, 400},
                                             {StatusCode::kDeadlineExceeded, 504},
                                             {StatusCode::kNotFound, 404},
                                             {StatusCode::kAlreadyExists, 409},
                                             {StatusCode::kPermissionDenied, 403},
                                             {StatusCode::kResourceExhausted, 429},
                                             {StatusCode::kFailedPrecondition, 400},
                                             {StatusCode::kAborted, 409},
                                             {StatusCode::kOutOfRange, 400},
                                             {StatusCode::kUnimplemented, 501},
                                             {StatusCode::kInternal, 500},
                                             {StatusCode::kUnavailable, 503},
                                             {StatusCode::kDataLoss, 500},
                                             {StatusCode::kUnauthenticated, 401}};
  for (const auto& [code, http] : rows) {
    EXPECT_EQ(HttpStatusOf(absl::Status(code, "")), http) << static_cast<int>(code);
  }
}

}  // namespace
}  // namespace zerotouch::errors
