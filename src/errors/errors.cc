// SPDX-License-Identifier: Apache-2.0
#include "errors/errors.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "base/status_text.h"
#include "google/rpc/error_details.pb.h"

namespace zerotouch::errors {
namespace {

namespace api = google::android::device::provisioning::v1;

// Payload with the HTTP status where it is not the canonical one; never rendered.
constexpr char kHttpStatusType[] = "zerotouch.internal/http-status";

absl::Status Public(absl::StatusCode code, std::string_view message) {
  absl::Status status(code, std::string(message));
  status.SetPayload(kPublicStatusType, absl::Cord());
  return status;
}

// Serializes map entries in a fixed order, so that equal errors have equal bytes.
std::string Serialize(const google::protobuf::MessageLite& detail) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  detail.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

void AddDetail(absl::Status& status, const char* type,
               const google::protobuf::MessageLite& detail) {
  status.SetPayload(type, absl::Cord(Serialize(detail)));
}

void AddRetry(absl::Status& status, absl::Duration after) {
  google::rpc::RetryInfo info;
  const int64_t seconds = absl::IDivDuration(after, absl::Seconds(1), &after);
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(after)));
  AddDetail(status, kRetryInfoType, info);
}

void AddBadRequest(absl::Status& status, const std::vector<Violation>& violations) {
  google::rpc::BadRequest detail;
  for (const Violation& violation : violations) {
    auto* added = detail.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
  }
  AddDetail(status, kBadRequestType, detail);
}

absl::Status WithHttpStatus(absl::Status status, int http_status) {
  status.SetPayload(kHttpStatusType, absl::Cord(fmt::format("{}", http_status)));
  return status;
}

absl::Status TooLarge(std::string_view what, size_t limit_bytes, int http_status) {
  return WithHttpStatus(
      Public(absl::StatusCode::kResourceExhausted,
             fmt::format("The request {} is too large: the limit is {} bytes.", what, limit_bytes)),
      http_status);
}

}  // namespace

absl::Status Custom(absl::StatusCode code, ErrorCode error, std::string_view message) {
  absl::Status status = Public(code, message);
  api::CustomError detail;
  detail.set_code(error);
  detail.set_message(std::string(message));
  AddDetail(status, kCustomErrorType, detail);
  return status;
}

absl::Status BadRequest(const std::vector<Violation>& violations) {
  std::vector<std::string_view> descriptions;
  descriptions.reserve(violations.size());
  for (const Violation& violation : violations) descriptions.push_back(violation.description);
  absl::Status status =
      Public(absl::StatusCode::kInvalidArgument, fmt::format("{}", fmt::join(descriptions, "\n")));
  AddBadRequest(status, violations);
  return status;
}

absl::Status InvalidParameter(std::string_view field, std::string_view reason) {
  return InvalidParameters({{std::string(field), std::string(reason)}});
}

absl::Status InvalidParameters(const std::vector<Violation>& violations) {
  std::string message;
  for (const Violation& violation : violations) {
    message += fmt::format("{}Invalid value at '{}': {}", message.empty() ? "" : "\n",
                           violation.field, violation.description);
  }
  absl::Status status = Custom(absl::StatusCode::kInvalidArgument, api::INVALID_PARAMETER, message);
  AddBadRequest(status, violations);
  return status;
}

absl::Status InvalidOperation(std::string_view reason) {
  return Custom(absl::StatusCode::kFailedPrecondition, api::INVALID_OPERATION, reason);
}

absl::Status InvalidFields(std::string_view fields, std::string_view path) {
  absl::Status status =
      Public(absl::StatusCode::kInvalidArgument, "Request contains an invalid argument.");
  AddBadRequest(status, {{std::string(fields),
                          fmt::format("Error expanding 'fields' parameter. Cannot find matching "
                                      "fields for path '{}'.",
                                      path)}});
  return status;
}

absl::Status InvalidPageToken() {
  return Custom(absl::StatusCode::kInvalidArgument, api::INVALID_PAGE_TOKEN,
                "Invalid pageToken: use the nextPageToken of a response to the same call with the "
                "same arguments.");
}

absl::Status UnknownDevice() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_DEVICE_ID, kDeviceNotFound);
}

absl::Status UnknownOperation() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_OPERATION_ID,
                "Operation not found: check its name. A reseller finds only its own operations.");
}

absl::Status UnknownCustomer() {
  return Custom(absl::StatusCode::kInvalidArgument, api::INVALID_CUSTOMER_ID,
                "Invalid customerId: use a customer of this reseller (partners.customers.list).");
}

absl::Status UnknownVendor() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_RESELLER_ID,
                "Vendor not found: use a vendor of this reseller (partners.vendors.list).");
}

absl::Status UnknownDeviceOfCustomer() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_DEVICE_ID,
                "Device not found: use a device of this customer (customers.devices.list).");
}

absl::Status UnknownWebhook() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_PARAMETER,
                "Webhook not found: use a webhook of this company (GET .../webhooks).");
}

absl::Status UnknownDelivery() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_PARAMETER,
                "Delivery not found: use a delivery of this webhook that is younger than 30 days "
                "(GET .../deliveries).");
}

absl::Status UnknownConfiguration() {
  return Custom(absl::StatusCode::kNotFound, api::INVALID_PARAMETER,
                "Configuration not found: use a configuration of this customer "
                "(customers.configurations.list).");
}

absl::Status MissingCredentials() {
  return Public(absl::StatusCode::kUnauthenticated,
                "Request is missing required authentication credential. Expected OAuth 2 access "
                "token, login cookie or other valid authentication credential. See "
                "https://developers.google.com/identity/sign-in/web/devconsole-project.");
}

absl::Status InvalidCredentials() {
  absl::Status status =
      Public(absl::StatusCode::kUnauthenticated,
             "Request had invalid authentication credentials. Expected OAuth 2 access token, "
             "login cookie or other valid authentication credential. See "
             "https://developers.google.com/identity/sign-in/web/devconsole-project.");
  status.SetPayload(kChallengeType, absl::Cord("error=\"invalid_token\""));
  return status;
}

absl::Status InsufficientScope(std::string_view scope, std::string_view method) {
  absl::Status status = Public(absl::StatusCode::kPermissionDenied,
                               "Request had insufficient authentication scopes.");
  google::rpc::ErrorInfo info;
  info.set_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT");
  info.set_domain("googleapis.com");
  (*info.mutable_metadata())["service"] = "androiddeviceprovisioning.googleapis.com";
  (*info.mutable_metadata())["method"] = std::string(method);
  AddDetail(status, kErrorInfoType, info);
  status.SetPayload(kChallengeType,
                    absl::Cord(fmt::format("error=\"insufficient_scope\", scope=\"{}\"", scope)));
  return status;
}

absl::Status NotAllowed() {
  return Custom(absl::StatusCode::kPermissionDenied, api::AUTHORIZATION_FAIL,
                "The caller does not have permission");
}

absl::Status RoleNotEnough(std::string_view role, std::string_view needed) {
  return Custom(absl::StatusCode::kPermissionDenied, api::AUTHORIZATION_FAIL,
                fmt::format("The caller does not have permission: the role {} is not enough for "
                            "this, which needs {}. Ask an owner of the company.",
                            role, needed));
}

absl::Status TermsNotAccepted() {
  absl::Status status = Public(
      absl::StatusCode::kPermissionDenied,
      "The caller does not have permission: the latest terms of service are not accepted for this "
      "customer. An owner of the account must accept them first.");
  api::TosError detail;
  detail.set_latest_tos_accepted(false);
  AddDetail(status, kTosErrorType, detail);
  return status;
}

absl::Status ForeignHost(std::string_view host) {
  return Public(absl::StatusCode::kPermissionDenied,
                fmt::format("Host \"{}\" is not allowed: use localhost, an IP address, a name "
                            "without a dot, or the host of --public-url.",
                            host));
}

absl::Status ForeignPage() {
  return Custom(absl::StatusCode::kPermissionDenied, api::AUTHORIZATION_FAIL,
                "The caller does not have permission: the portal takes changes only from its own "
                "page. Send the session's csrf as X-CSRF-Token.");
}

absl::Status NotJson() {
  return WithHttpStatus(
      BadRequest({{"", "Unsupported Content-Type: use application/json, also without a body."}}),
      415);
}

absl::Status UnknownResource(std::string_view what, std::string_view list) {
  return Public(absl::StatusCode::kNotFound,
                fmt::format("{} not found: {} lists all of them.", what, list));
}

absl::Status ResourceExists(std::string_view name) {
  return Public(absl::StatusCode::kAlreadyExists,
                fmt::format("{} exists: delete it first, or use another name.", name));
}

absl::Status Made(const MadeError& error) {
  const std::string_view message =
      error.message.empty() ? std::string_view("A fault rule of the sandbox made this error.")
                            : error.message;
  absl::Status status = error.reason == api::NO_ERROR ? Public(error.code, message)
                                                      : Custom(error.code, error.reason, message);
  if (error.terms) {
    api::TosError detail;
    detail.set_latest_tos_accepted(false);
    AddDetail(status, kTosErrorType, detail);
  }
  if (error.retry_after > absl::ZeroDuration()) AddRetry(status, error.retry_after);
  return status;
}

absl::Status NoSuchRoute() {
  return Public(
      absl::StatusCode::kNotFound,
      "Method not found: check the HTTP method and the path. GET /$discovery/rest lists all "
      "methods.");
}

absl::Status NoSuchService() {
  return Public(
      absl::StatusCode::kNotFound,
      "Service not found: use a service that this server provides. Server reflection lists "
      "them.");
}

absl::Status Unimplemented(std::string_view method) {
  return Public(absl::StatusCode::kUnimplemented,
                fmt::format("Method {} is not implemented by this server.", method));
}

absl::Status TooBusy(std::string_view what, absl::Duration retry_after) {
  absl::Status status = Public(absl::StatusCode::kResourceExhausted,
                               fmt::format("Resource has been exhausted ({}). Retry later.", what));
  AddRetry(status, retry_after);
  return status;
}

absl::Status BodyTooLarge(size_t limit) { return TooLarge("body", limit, 413); }
absl::Status HeaderTooLarge(size_t limit) { return TooLarge("header", limit, 431); }
absl::Status UrlTooLong(size_t limit) { return TooLarge("URL", limit, 414); }

absl::Status UnsupportedContentCoding() {
  return WithHttpStatus(BadRequest({{"", "Unsupported Content-Encoding: use gzip or identity."}}),
                        415);
}

absl::Status Unavailable(std::string_view reason) {
  absl::Status status = Public(absl::StatusCode::kUnavailable,
                               fmt::format("The service is unavailable: {}.", reason));
  AddRetry(status, absl::Seconds(1));
  return status;
}

absl::Status ChangeUnknown() {
  return Public(absl::StatusCode::kUnknown,
                "It is not known whether the change was made: the connection to the database was "
                "lost. Before you send the call again, read the resource; for a batch, look for "
                "its operation with operations.list.");
}

absl::Status UnsupportedMessageEncoding(std::string_view encoding) {
  return Public(absl::StatusCode::kUnimplemented,
                fmt::format("Unsupported grpc-encoding \"{}\": use gzip or identity.", encoding));
}

absl::Status DeadlineExceeded() {
  return Public(absl::StatusCode::kDeadlineExceeded, "The deadline of the call was exceeded.");
}

absl::Status Internal() {
  return Public(absl::StatusCode::kInternal, "Internal error encountered.");
}

bool IsPublic(const absl::Status& status) {
  return status.GetPayload(kPublicStatusType).has_value();
}

ErrorCode CodeOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kCustomErrorType);
  api::CustomError detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return api::NO_ERROR;
  return detail.code();
}

int HttpStatusOf(const absl::Status& status) {
  if (const auto payload = status.GetPayload(kHttpStatusType)) {
    int http = 500;
    return absl::SimpleAtoi(std::string(*payload), &http) ? http : 500;
  }
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

}  // namespace zerotouch::errors
