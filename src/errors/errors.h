// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ERRORS_ERRORS_H_
#define ZEROTOUCH_ERRORS_ERRORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/violation.h"
#include "google/android/device/provisioning/v1/errors.pb.h"

// One named function for every error that callers see. Each returns an
// absl::Status: its code is the google.rpc.Code, its message is written for the
// caller, and its payloads are the serialized `details`, keyed by type URL. Only
// src/wire renders them. A message says what is wrong, names the field and says
// what to do.
namespace zerotouch::errors {

using ErrorCode = google::android::device::provisioning::v1::CustomErrorCode;

// The type URLs of the details, in the order in which they are rendered.
inline constexpr char kCustomErrorType[] =
    "type.googleapis.com/google.android.device.provisioning.v1.CustomError";
inline constexpr char kTosErrorType[] =
    "type.googleapis.com/google.android.device.provisioning.v1.TosError";
inline constexpr char kErrorInfoType[] = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr char kBadRequestType[] = "type.googleapis.com/google.rpc.BadRequest";
inline constexpr char kRetryInfoType[] = "type.googleapis.com/google.rpc.RetryInfo";

// Payload that is not rendered as a detail: the `error` (and `scope`) part of the
// WWW-Authenticate challenge, e.g. `error="invalid_token"`.
inline constexpr char kChallengeType[] = "zerotouch.internal/challenge";

// Returns an error of this API, with `code` and `message` in a CustomError detail.
absl::Status Custom(absl::StatusCode status, ErrorCode code, std::string_view message);

// 400: the body or the URL does not match the request message. The details list
// all violations; the message has one line for each.
absl::Status BadRequest(const std::vector<Violation>& violations);

// 400 with CustomError INVALID_PARAMETER and a BadRequest that names `field`.
// `reason` says what to send instead.
absl::Status InvalidParameter(std::string_view field, std::string_view reason);

// The same for one or more fields.
absl::Status InvalidParameters(const std::vector<Violation>& violations);

// 400 with CustomError INVALID_OPERATION: the current state does not permit the call.
absl::Status InvalidOperation(std::string_view reason);

// 400: `path` in `fields`, the mask of a partial response, matches no field.
absl::Status InvalidFields(std::string_view fields, std::string_view path);

// 400 with CustomError INVALID_PAGE_TOKEN.
absl::Status InvalidPageToken();

// The message of UnknownDevice, which batches use for single items too.
inline constexpr char kDeviceNotFound[] =
    "Device not found: check its identifiers. A reseller finds only devices that it has claimed.";

// 404 with a CustomError (400 for a customer, whose id is in the body): the caller
// may not see a resource of this name. The error does not tell whether it exists.
absl::Status UnknownDevice();
absl::Status UnknownOperation();
absl::Status UnknownCustomer();
absl::Status UnknownVendor();
absl::Status UnknownWebhook();
absl::Status UnknownDelivery();
// For callers that are customers.
absl::Status UnknownDeviceOfCustomer();
absl::Status UnknownConfiguration();

// 401: no credential was sent.
absl::Status MissingCredentials();
// 401: the credential is malformed, forged, expired or revoked.
absl::Status InvalidCredentials();
// 403: the token lacks `scope`. `method` is the full RPC name.
absl::Status InsufficientScope(std::string_view scope, std::string_view method);
// 403 with CustomError AUTHORIZATION_FAIL: the caller may not act for this company.
absl::Status NotAllowed();
// 403 with CustomError AUTHORIZATION_FAIL: the person's role for the company is less than
// `needed`.
absl::Status RoleNotEnough(std::string_view role, std::string_view needed);
// 403 with TosError: the customer has not accepted the latest terms of service.
absl::Status TermsNotAccepted();

// 403: `host` is not a name of this server, so a web page may have sent the call.
absl::Status ForeignHost(std::string_view host);
// 403: a change of the portal was not sent by the portal's own page.
absl::Status ForeignPage();
// 415: the Content-Type of a POST to a control is not application/json.
absl::Status NotJson();

// 404: a control of a sandbox has no such resource. `what` begins with a capital, such as
// "Fault"; `list` is the call that lists them.
absl::Status UnknownResource(std::string_view what, std::string_view list);
// 409: a control of a sandbox has a resource of this name.
absl::Status ResourceExists(std::string_view name);

// An error that a fault rule of a sandbox makes.
struct MadeError {
  absl::StatusCode code = absl::StatusCode::kUnavailable;  // not kOk
  ErrorCode reason = {};       // of the CustomError; NO_ERROR: without one
  bool terms = false;          // with a TosError
  std::string message;         // empty: says that a fault rule made it
  absl::Duration retry_after;  // of the RetryInfo; zero: without one
};
absl::Status Made(const MadeError& error);

// 404: no such method or path.
absl::Status NoSuchRoute();
// 404: no such gRPC service, for the health service.
absl::Status NoSuchService();
// 501: the API has the method, but this server does not implement it.
absl::Status Unimplemented(std::string_view method);

// 429 with RetryInfo: the resource `what` is exhausted.
absl::Status TooBusy(std::string_view what, absl::Duration retry_after);
// 413 / 431 / 414.
absl::Status BodyTooLarge(size_t limit_bytes);
absl::Status HeaderTooLarge(size_t limit_bytes);
absl::Status UrlTooLong(size_t limit_bytes);
// 415: unsupported Content-Encoding.
absl::Status UnsupportedContentCoding();
// 503 with RetryInfo: the service cannot be used at the moment; `reason` says why.
absl::Status Unavailable(std::string_view reason);
// 500 with status UNKNOWN: the connection to the database was lost at the commit, so
// it is not known whether the change was made. Without RetryInfo, because a retry may
// make the change twice.
absl::Status ChangeUnknown();
// 501: unsupported compression of a gRPC message.
absl::Status UnsupportedMessageEncoding(std::string_view encoding);
// 504: the deadline that the caller set was exceeded.
absl::Status DeadlineExceeded();
// 500. The cause is logged and never sent to the caller.
absl::Status Internal();

// Returns true if a function of this header made `status`, so that its message is
// written for callers.
bool IsPublic(const absl::Status& status);

// Returns the CustomError code of `status`, or NO_ERROR if it has no CustomError.
ErrorCode CodeOf(const absl::Status& status);

// Returns the HTTP status of `status`: 413, 431, 414 or 415 for the errors above,
// otherwise the canonical mapping of google.rpc.Code.
int HttpStatusOf(const absl::Status& status);

}  // namespace zerotouch::errors

#endif  // ZEROTOUCH_ERRORS_ERRORS_H_
