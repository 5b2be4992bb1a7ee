// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/error_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "absl/strings/str_replace.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

namespace api = google::android::device::provisioning::v1;

// An error and its answer. API: and RPC: in `json` are replaced by the packages.
struct Golden {
  const char* name;
  absl::Status status;
  int http;
  const char* json;
  const char* challenge = "";
  const char* retry_after = "";
};

void ExpectRendered(const Golden& golden) {
  const http::Response response = ErrorResponse(golden.status, /*pretty=*/false);
  EXPECT_EQ(response.status, golden.http) << golden.name;
  EXPECT_EQ(
      response.body,
      absl::StrReplaceAll(golden.json,
                          {{"API:", "type.googleapis.com/google.android.device.provisioning.v1."},
                           {"RPC:", "type.googleapis.com/google.rpc."}}))
      << golden.name;
  EXPECT_EQ(response.headers.Get("WWW-Authenticate"), golden.challenge) << golden.name;
  EXPECT_EQ(response.headers.Get("Retry-After"), golden.retry_after) << golden.name;
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json; charset=UTF-8");
}

TEST(ErrorResponse, BadArguments) {
  const Golden cases[] = {
      {"Custom",
       errors::Custom(absl::StatusCode::kFailedPrecondition, api::DEVICE_ALREADY_EXISTS, "Held."),
       400,
       R"({"error":{"code":400,"message":"Held.","status":"FAILED_PRECONDITION","details":[)"
       R"({"@type":"API:CustomError","code":"DEVICE_ALREADY_EXISTS","message":"Held."}]}})"},
      {"BadRequest", errors::BadRequest({{"a[0].b", "First."}, {"", "Second \"x\"."}}), 400,
       R"({"error":{"code":400,"message":"First.\nSecond \"x\".","status":"INVALID_ARGUMENT",)"
       R"("details":[{"@type":"RPC:BadRequest","fieldViolations":[)"
       R"({"field":"a[0].b","description":"First."},{"description":"Second \"x\"."}]}]}})"},
      {"InvalidParameter", errors::InvalidParameter("limit", "Too much."), 400,
       R"({"error":{"code":400,"message":"Invalid value at 'limit': Too much.",)"
       R"("status":"INVALID_ARGUMENT","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_PARAMETER","message":"Invalid value at 'limit': Too much."},)"
       R"({"@type":"RPC:BadRequest","fieldViolations":[)"
       R"({"field":"limit","description":"Too much."}]}]}})"},
      {"InvalidPageToken", errors::InvalidPageToken(), 400,
       R"({"error":{"code":400,"message":"Invalid pageToken: use the nextPageToken of a )"
       R"(response to the same call with the same )"
       R"(arguments.","status":"INVALID_ARGUMENT","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_PAGE_TOKEN","message":"Invalid pageToken: use the nextPageToken )"
       R"(of a response to the same call with the same arguments."}]}})"},
      {"UnknownCustomer", errors::UnknownCustomer(), 400,
       R"({"error":{"code":400,"message":"Invalid customerId: use a customer of this reseller )"
       R"((partners.customers.list).",)"
       R"("status":"INVALID_ARGUMENT","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_CUSTOMER_ID",)"
       R"("message":"Invalid customerId: use a customer of this reseller )"
       R"((partners.customers.list)."}]}})"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorResponse, TermsOfService_ValueIsThereToBeRead) {
  ExpectRendered(
      {"TermsNotAccepted", errors::TermsNotAccepted(), 403,
       R"({"error":{"code":403,"message":"The caller does not have permission: the latest )"
       R"(terms of service are not accepted for this customer. An owner of the account must )"
       R"(accept them first.",)"
       R"("status":"PERMISSION_DENIED","details":[{"@type":"API:TosError",)"
       R"("latestTosAccepted":false}]}})"});
}

TEST(ErrorResponse, SeveralParameters_AreAllNamed) {
  ExpectRendered({"InvalidParameters", errors::InvalidParameters({{"a", "First."}, {"b", "Last."}}),
                  400,
                  R"({"error":{"code":400,"message":"Invalid value at 'a': First.\nInvalid value )"
                  R"(at 'b': Last.","status":"INVALID_ARGUMENT","details":[)"
                  R"({"@type":"API:CustomError","code":"INVALID_PARAMETER",)"
                  R"("message":"Invalid value at 'a': First.\nInvalid value at 'b': Last."},)"
                  R"({"@type":"RPC:BadRequest","fieldViolations":[)"
                  R"({"field":"a","description":"First."},)"
                  R"({"field":"b","description":"Last."}]}]}})"});
}

TEST(ErrorResponse, CustomersMethods) {
  const Golden cases[] = {
      {"UnknownVendor", errors::UnknownVendor(), 404,
       R"({"error":{"code":404,"message":"Vendor not found: use a vendor of this reseller )"
       R"((partners.vendors.list).",)"
       R"("status":"NOT_FOUND","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_RESELLER_ID",)"
       R"("message":"Vendor not found: use a vendor of this reseller )"
       R"((partners.vendors.list)."}]}})"},
      {"UnknownDeviceOfCustomer", errors::UnknownDeviceOfCustomer(), 404,
       R"({"error":{"code":404,"message":"Device not found: use a device of this customer )"
       R"((customers.devices.list).",)"
       R"("status":"NOT_FOUND","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_DEVICE_ID",)"
       R"("message":"Device not found: use a device of this customer )"
       R"((customers.devices.list)."}]}})"},
      {"UnknownConfiguration", errors::UnknownConfiguration(), 404,
       R"({"error":{"code":404,"message":"Configuration not found: use a configuration of this )"
       R"(customer )"
       R"((customers.configurations.list).",)"
       R"("status":"NOT_FOUND","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_PARAMETER",)"
       R"("message":"Configuration not found: use a configuration of this customer )"
       R"((customers.configurations.list)."}]}})"},
      {"InvalidOperation", errors::InvalidOperation("Not now."), 400,
       R"({"error":{"code":400,"message":"Not now.","status":"FAILED_PRECONDITION",)"
       R"("details":[{"@type":"API:CustomError","code":"INVALID_OPERATION",)"
       R"("message":"Not now."}]}})"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorResponse, NotFoundAndNotProvided) {
  const Golden cases[] = {
      {"UnknownDevice", errors::UnknownDevice(), 404,
       R"({"error":{"code":404,"message":"Device not found: check its identifiers. A reseller )"
       R"(finds only devices that it has )"
       R"(claimed.","status":"NOT_FOUND","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_DEVICE_ID","message":"Device not found: check its identifiers. A )"
       R"(reseller finds only devices that it has claimed."}]}})"},
      {"UnknownOperation", errors::UnknownOperation(), 404,
       R"({"error":{"code":404,"message":"Operation not found: check its name. A reseller finds )"
       R"(only its own operations.",)"
       R"("status":"NOT_FOUND","details":[{"@type":"API:CustomError",)"
       R"("code":"INVALID_OPERATION_ID",)"
       R"("message":"Operation not found: check its name. A reseller finds only its own )"
       R"(operations."}]}})"},
      {"NoSuchRoute", errors::NoSuchRoute(), 404,
       R"({"error":{"code":404,"message":"Method not found: check the HTTP method and the )"
       R"(path. GET /$discovery/rest lists all methods.",)"
       R"("status":"NOT_FOUND"}})"},
      {"Unimplemented", errors::Unimplemented("a.B.C"), 501,
       R"({"error":{"code":501,"message":"Method a.B.C is not implemented by this server.",)"
       R"("status":"UNIMPLEMENTED"}})"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorResponse, Credentials_ChallengeTheCaller) {
  const Golden cases[] = {
      {"MissingCredentials", errors::MissingCredentials(), 401,
       R"({"error":{"code":401,"message":"Request is missing required authentication credential. )"
       R"(Expected OAuth 2 access token, login cookie or other valid authentication credential. )"
       R"(See https://developers.google.com/identity/sign-in/web/devconsole-project.",)"
       R"("status":"UNAUTHENTICATED"}})",
       R"(Bearer realm="https://accounts.google.com/")"},
      {"InvalidCredentials", errors::InvalidCredentials(), 401,
       R"({"error":{"code":401,"message":"Request had invalid authentication credentials. )"
       R"(Expected OAuth 2 access token, login cookie or other valid authentication credential. )"
       R"(See https://developers.google.com/identity/sign-in/web/devconsole-project.",)"
       R"("status":"UNAUTHENTICATED"}})",
       R"(Bearer realm="https://accounts.google.com/", error="invalid_token")"},
      {"InsufficientScope", errors::InsufficientScope("https://x/y", "a.B.C"), 403,
       R"({"error":{"code":403,"message":"Request had insufficient authentication scopes.",)"
       R"("status":"PERMISSION_DENIED","details":[{"@type":"RPC:ErrorInfo",)"
       R"("reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT","domain":"googleapis.com","metadata":{)"
       R"("method":"a.B.C","service":"androiddeviceprovisioning.googleapis.com"}}]}})",
       R"(Bearer realm="https://accounts.google.com/", error="insufficient_scope", )"
       R"(scope="https://x/y")"},
      {"NotAllowed", errors::NotAllowed(), 403,
       R"({"error":{"code":403,"message":"The caller does not have permission",)"
       R"("status":"PERMISSION_DENIED","details":[{"@type":"API:CustomError",)"
       R"("code":"AUTHORIZATION_FAIL","message":"The caller does not have permission"}]}})"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorResponse, Overload_HasARetryDelay) {
  const Golden cases[] = {
      {"TooBusy", errors::TooBusy("the queue is full", absl::Milliseconds(2500)), 429,
       R"({"error":{"code":429,"message":"Resource has been exhausted (the queue is full). Retry )"
       R"(later.","status":"RESOURCE_EXHAUSTED","details":[)"
       R"({"@type":"RPC:RetryInfo","retryDelay":"2.500s"}]}})",
       "", "3"},
      {"TooBusy at once", errors::TooBusy("x", absl::ZeroDuration()), 429,
       R"({"error":{"code":429,"message":"Resource has been exhausted (x). Retry later.",)"
       R"("status":"RESOURCE_EXHAUSTED","details":[)"
       R"({"@type":"RPC:RetryInfo","retryDelay":"0s"}]}})",
       "", "1"},
      {"Unavailable", errors::Unavailable("it rains"), 503,
       R"({"error":{"code":503,"message":"The service is unavailable: it rains.",)"
       R"("status":"UNAVAILABLE","details":[)"
       R"({"@type":"RPC:RetryInfo","retryDelay":"1s"}]}})",
       "", "1"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorResponse, SizesAndInternal) {
  const Golden cases[] = {
      {"BodyTooLarge", errors::BodyTooLarge(10), 413,
       R"({"error":{"code":413,"message":"The request body is too large: the limit is 10 )"
       R"(bytes.","status":"RESOURCE_EXHAUSTED"}})"},
      {"HeaderTooLarge", errors::HeaderTooLarge(10), 431,
       R"({"error":{"code":431,"message":"The request header is too large: the limit is 10 )"
       R"(bytes.","status":"RESOURCE_EXHAUSTED"}})"},
      {"UrlTooLong", errors::UrlTooLong(10), 414,
       R"({"error":{"code":414,"message":"The request URL is too large: the limit is 10 )"
       R"(bytes.","status":"RESOURCE_EXHAUSTED"}})"},
      {"UnsupportedContentCoding", errors::UnsupportedContentCoding(), 415,
       R"({"error":{"code":415,"message":"Unsupported Content-Encoding: use gzip or identity.",)"
       R"("status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/)"
       R"(google.rpc.BadRequest","fieldViolations":[{"description":)"
       R"("Unsupported Content-Encoding: use gzip or identity."}]}]}})"},
      {"DeadlineExceeded", errors::DeadlineExceeded(), 504,
       R"({"error":{"code":504,"message":"The deadline of the call was exceeded.",)"
       R"("status":"DEADLINE_EXCEEDED"}})"},
      {"Internal", errors::Internal(), 500,
       R"({"error":{"code":500,"message":"Internal error encountered.","status":"INTERNAL"}})"},
  };
  for (const Golden& golden : cases) ExpectRendered(golden);
}

TEST(ErrorJson, Pretty_IsIndentedAndEndsInANewline) {
  EXPECT_EQ(ErrorJson(errors::NoSuchRoute(), true), R"({
  "error": {
    "code": 404,
    "message": "Method not found: check the HTTP method and the path. GET )"
                                                    R"(/$discovery/rest lists all methods.",
    "status": "NOT_FOUND"
  }
}
)");
  EXPECT_EQ(ErrorJson(errors::InvalidParameter("limit", "No."), true), R"({
  "error": {
    "code": 400,
    "message": "Invalid value at 'limit': No.",
    "status": "INVALID_ARGUMENT",
    "details": [
      {
        "@type": "type.googleapis.com/google.android.device.provisioning.v1.CustomError",
        "code": "INVALID_PARAMETER",
        "message": "Invalid value at 'limit': No."
      },
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [
          {
            "field": "limit",
            "description": "No."
          }
        ]
      }
    ]
  }
}
)");
}

TEST(ErrorJson, PayloadsThatAreNoDetails_AreNotShown) {
  absl::Status status = errors::InvalidCredentials();
  status.SetPayload("zerotouch.internal/cause", absl::Cord("a secret"));
  EXPECT_EQ(ErrorJson(status, false), ErrorJson(errors::InvalidCredentials(), false));
}

}  // namespace
}  // namespace zerotouch::wire
