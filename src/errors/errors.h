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

// Every error that callers see, one named function each. An error is an
// absl::Status whose code is the google.rpc.Code, whose message is meant for
// the caller, and whose payloads are the `details`, keyed by type URL and
// holding the serialized detail message. Only src/wire renders them.
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

// Payload that is never rendered as a detail: the `error` (and `scope`) part
// of the WWW-Authenticate challenge, e.g. `error="invalid_token"`.
inline constexpr char kChallengeType[] = "zerotouch.internal/challenge";

// An error of this API: `code` and `message` in a CustomError detail.
absl::Status Custom(absl::StatusCode status, ErrorCode code, std::string_view message);

// 400: the body or the URL does not fit the request message. All violations
// are listed; the message is their descriptions, a line each.
absl::Status BadRequest(const std::vector<Violation>& violations);

// 400 with CustomError INVALID_PARAMETER and a BadRequest naming `field`.
absl::Status InvalidParameter(std::string_view field, std::string_view reason);

// The same for several fields, at least one; all are named.
absl::Status InvalidParameters(const std::vector<Violation>& violations);

// 400 with CustomError INVALID_OPERATION: what is asked for is not possible as
// things stand.
absl::Status InvalidOperation(std::string_view reason);

// 400: `fields`, the mask of a partial response, selects nothing by its `path`.
absl::Status InvalidFields(std::string_view fields, std::string_view path);

// 400 with CustomError INVALID_PAGE_TOKEN.
absl::Status InvalidPageToken();

// 404 with a CustomError (400 for a customer, whom a body names), for ids that
// name nothing the caller may see. Each is the same whether it exists or not.
absl::Status UnknownDevice();
absl::Status UnknownOperation();
absl::Status UnknownCustomer();
absl::Status UnknownVendor();
// To a customer.
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
// 403 with TosError: nobody has accepted the newest terms of service for the
// customer.
absl::Status TermsNotAccepted();

// 404: no such method or path.
absl::Status NoSuchRoute();
// 404: no such gRPC service, as the health service says it.
absl::Status NoSuchService();
// 501: the method exists but this server does not provide it.
absl::Status Unimplemented(std::string_view method);

// 429 with RetryInfo: something is full; `what` says what.
absl::Status TooBusy(std::string_view what, absl::Duration retry_after);
// 413 / 431 / 414.
absl::Status BodyTooLarge(size_t limit_bytes);
absl::Status HeaderTooLarge(size_t limit_bytes);
absl::Status UrlTooLong(size_t limit_bytes);
// 415: the body is compressed in a way that this server does not read.
absl::Status UnsupportedContentCoding();
// 503 with RetryInfo: the store cannot be used just now.
absl::Status Unavailable(std::string_view what);
// 501: a gRPC message is compressed in a way that this server does not read.
absl::Status UnsupportedMessageEncoding(std::string_view encoding);
// 504: the time that the caller gave is over.
absl::Status DeadlineExceeded();
// 500. The cause goes to the log, never to the caller.
absl::Status Internal();

// Whether `status` was made by a function of this header (so that its text is
// meant for callers) rather than by a failure inside.
bool IsPublic(const absl::Status& status);

// The CustomError code of `status`, NO_ERROR if it has none.
ErrorCode CodeOf(const absl::Status& status);

// The HTTP status of `status`: 413, 431, 414 and 415 for those above, else the
// canonical mapping of google.rpc.Code.
int HttpStatusOf(const absl::Status& status);

}  // namespace zerotouch::errors

#endif  // ZEROTOUCH_ERRORS_ERRORS_H_
