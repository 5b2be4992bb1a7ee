// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "client/api_error.h"
#include "client/http_call.h"
#include "google/android/device/provisioning/v1/service.pb.h"
#include "json/json.h"

namespace zerotouch::client {

using google::longrunning::Operation;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

namespace {

// Makes the linker keep service.pb.cc, to which no other symbol refers.
const void* volatile kServiceFile =
    &descriptor_table_google_2fandroid_2fdevice_2fprovisioning_2fv1_2fservice_2eproto;

constexpr const char* kServices[] = {"google.android.device.provisioning.v1.PartnerService",
                                     "google.longrunning.Operations"};

// Returns the method that takes this request: no two methods share one.
const MethodDescriptor& MethodOf(const google::protobuf::Descriptor& request) {
  static_cast<void>(kServiceFile);
  for (const char* name : kServices) {
    const auto* service = DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
      if (service->method(i)->input_type() == &request) return *service->method(i);
    }
  }
  FailCheck("a method takes the request", request.full_name(), __FILE__, __LINE__);
}

// Returns whether a call may be repeated: reads, and changes that have the same effect and
// the same answer the second time.
Repeat RepeatOf(const MethodDescriptor& method, std::string_view http_method) {
  constexpr std::string_view kSameTwice[] = {"FindDevices",        "GetDevice",     "ClaimDevice",
                                             "ApplyConfiguration", "WaitOperation", "Preview"};
  const bool is_same =
      std::any_of(std::begin(kSameTwice), std::end(kSameTwice), [&](std::string_view prefix) {
        return method.name().compare(0, prefix.size(), prefix) == 0;
      });
  return http_method == "GET" || is_same ? Repeat::kAlways : Repeat::kIfNotActedOn;
}

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Returns true if a new token may help (RFC 6750 section 3.1).
bool IsTokenRefused(const HttpResponse& answer) {
  return answer.status == 401 &&
         answer.challenge.find("error=\"invalid_token\"") != std::string::npos;
}

// Returns true for a transient failure: the server was unreachable or busy.
bool IsTransientFailure(const absl::Status& failure) {
  return absl::IsUnavailable(failure) || absl::IsAborted(failure) ||
         absl::IsDeadlineExceeded(failure) || absl::IsResourceExhausted(failure) ||
         absl::IsInternal(failure);
}

absl::Status ParseAnswer(HttpResponse& answer, Message& response) {
  if (answer.status < 200 || answer.status > 299) return ErrorStatus(answer);
  // A newer server may know fields that this client does not.
  const auto violations = json::Parse(answer.body, response, {.ignore_unknown_fields = true});
  if (violations.empty()) return absl::OkStatus();
  return absl::InternalError(fmt::format("the server's answer is not a valid {}: {}",
                                         response.GetDescriptor()->name(),
                                         violations.front().description));
}

}  // namespace

Client::Client(Credentials credentials, Transport& transport, ClientOptions options)
    : transport_(transport),
      pacer_(*options.pacer),
      options_(std::move(options)),
      endpoint_(WithoutSlash(options_.endpoint.empty() ? credentials.DefaultEndpoint()
                                                       : options_.endpoint)),
      tokens_(std::make_unique<AccessTokens>(std::move(credentials), options_.scope, transport,
                                             pacer_, options_.on_retry)) {}

Client::Client(Transport& transport, ClientOptions options)
    : transport_(transport),
      pacer_(*options.pacer),
      options_(std::move(options)),
      endpoint_(WithoutSlash(options_.endpoint)) {}

absl::StatusOr<HttpResponse> Client::SendSigned(Repeat repeat, const HttpCall& call,
                                                const RetryPolicy& policy) {
  for (bool first = true;; first = false) {
    HttpRequest http{.method = call.method,
                     .url = endpoint_ + call.path,
                     .body = call.body,
                     .timeout = options_.call_timeout};
    std::string token;
    if (tokens_ != nullptr) {
      ZT_ASSIGN_OR_RETURN(token, tokens_->Get(policy));
      http.headers.push_back("Authorization: Bearer " + token);
    }
    // Also without a body: the sandbox's controls ask every POST for it.
    if (call.method != "GET" && call.method != "DELETE") {
      http.headers.emplace_back("Content-Type: application/json");
    }
    ZT_ASSIGN_OR_RETURN(HttpResponse answer, SendWithRetries(transport_, pacer_, policy, repeat,
                                                             std::move(http), options_.on_retry));
    if (!first || tokens_ == nullptr || !IsTokenRefused(answer)) return answer;
    tokens_->Drop(token);
  }
}

absl::Status Client::Call(Repeat repeat, Message& request, Message& response,
                          const RetryPolicy& policy) {
  ZT_ASSIGN_OR_RETURN(const HttpCall call, RenderCall(MethodOf(*request.GetDescriptor()), request));
  ZT_ASSIGN_OR_RETURN(HttpResponse answer, SendSigned(repeat, call, policy));
  return ParseAnswer(answer, response);
}

absl::Status Client::CallMethod(const MethodDescriptor& method, Message& request,
                                Message& response) {
  ZT_ASSIGN_OR_RETURN(const HttpCall call, RenderCall(method, request));
  ZT_ASSIGN_OR_RETURN(HttpResponse answer,
                      SendSigned(RepeatOf(method, call.method), call, options_.retry));
  return ParseAnswer(answer, response);
}

absl::Status Client::Stream(const std::string& path,
                            const std::function<bool(std::string_view piece)>& on_piece) {
  HttpRequest http{.method = "GET", .url = endpoint_ + path};
  if (tokens_ != nullptr) {
    ZT_ASSIGN_OR_RETURN(const std::string token, tokens_->Get(options_.retry));
    http.headers.push_back("Authorization: Bearer " + token);
  }
  bool is_enough = false;
  http.on_piece = [&](std::string_view piece) {
    is_enough = !on_piece(piece);
    return !is_enough;
  };
  http.timeout = options_.retry.deadline - pacer_.Now();
  const absl::StatusOr<HttpResponse> answer = transport_.Send(http);
  if (is_enough) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(answer.status());
  return answer->status < 200 || answer->status > 299 ? ErrorStatus(*answer) : absl::OkStatus();
}

absl::StatusOr<std::string> Client::Send(const std::string& http_method, const std::string& path,
                                         const std::string& body, Repeat repeat) {
  if (http_method == "GET") repeat = Repeat::kAlways;
  ZT_ASSIGN_OR_RETURN(
      HttpResponse answer,
      SendSigned(repeat, {.method = http_method, .path = path, .body = body}, options_.retry));
  if (answer.status < 200 || answer.status > 299) return ErrorStatus(answer);
  return std::move(answer.body);
}

template <class Response>
absl::StatusOr<Response> Client::CallWithRetries(Repeat repeat, Message& request) {
  Response response;
  ZT_RETURN_IF_ERROR(Call(repeat, request, response, options_.retry));
  return response;
}

absl::StatusOr<api::ClaimDeviceResponse> Client::ClaimDevice(api::ClaimDeviceRequest request) {
  return CallWithRetries<api::ClaimDeviceResponse>(Repeat::kAlways, request);
}

absl::StatusOr<google::protobuf::Empty> Client::UnclaimDevice(api::UnclaimDeviceRequest request) {
  return CallWithRetries<google::protobuf::Empty>(Repeat::kIfNotActedOn, request);
}

absl::StatusOr<api::Device> Client::GetDevice(api::GetDeviceRequest request) {
  return CallWithRetries<api::Device>(Repeat::kAlways, request);
}

absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> Client::FindDevicesByDeviceIdentifier(
    api::FindDevicesByDeviceIdentifierRequest request) {
  return CallWithRetries<api::FindDevicesByDeviceIdentifierResponse>(Repeat::kAlways, request);
}

absl::StatusOr<api::FindDevicesByOwnerResponse> Client::FindDevicesByOwner(
    api::FindDevicesByOwnerRequest request) {
  return CallWithRetries<api::FindDevicesByOwnerResponse>(Repeat::kAlways, request);
}

absl::StatusOr<Operation> Client::ClaimDevicesAsync(api::ClaimDevicesRequest request) {
  return CallWithRetries<Operation>(Repeat::kAlways, request);
}

absl::StatusOr<Operation> Client::UnclaimDevicesAsync(api::UnclaimDevicesRequest request) {
  return CallWithRetries<Operation>(Repeat::kIfNotActedOn, request);
}

absl::StatusOr<api::Company> Client::CreateCustomer(api::CreateCustomerRequest request) {
  return CallWithRetries<api::Company>(Repeat::kIfNotActedOn, request);
}

absl::StatusOr<api::ListCustomersResponse> Client::ListCustomers(
    api::ListPartnerCustomersRequest request) {
  return CallWithRetries<api::ListCustomersResponse>(Repeat::kAlways, request);
}

absl::StatusOr<Operation> Client::Poll(const std::string& name, const RetryPolicy& policy) {
  google::longrunning::GetOperationRequest request;
  request.set_name(name);
  Operation operation;
  ZT_RETURN_IF_ERROR(Call(Repeat::kAlways, request, operation, policy));
  return operation;
}

absl::StatusOr<Operation> Client::GetOperation(const std::string& name) {
  return Poll(name, options_.retry);
}

absl::StatusOr<Operation> Client::PollOnServer(const std::string& name, const std::string& fields,
                                               absl::Duration pause, const RetryPolicy& policy) {
  google::longrunning::WaitOperationRequest request;
  request.set_name(name);
  const int64_t pause_ns = absl::ToInt64Nanoseconds(pause);
  constexpr int64_t kSecond = 1'000'000'000;
  request.mutable_timeout()->set_seconds(pause_ns / kSecond);
  request.mutable_timeout()->set_nanos(static_cast<int32_t>(pause_ns % kSecond));
  ZT_ASSIGN_OR_RETURN(HttpCall call, RenderCall(MethodOf(*request.GetDescriptor()), request));
  if (!fields.empty()) call.path += "?fields=" + fields;
  const absl::Time begin = pacer_.Now();
  ZT_ASSIGN_OR_RETURN(HttpResponse answer, SendSigned(Repeat::kAlways, call, policy));
  Operation operation;
  ZT_RETURN_IF_ERROR(ParseAnswer(answer, operation));
  // A server may answer earlier than it was asked to.
  const absl::Duration left = pause - (pacer_.Now() - begin);
  if (!operation.done() && left > absl::ZeroDuration()) pacer_.Sleep(left);
  return operation;
}

absl::StatusOr<Operation> Client::Wait(const std::string& name, const WaitOptions& options) {
  const RetryPolicy policy{.attempts = std::numeric_limits<int>::max(),
                           .total = options.longest_outage,
                           .deadline = options.deadline,
                           .first_pause = options_.retry.first_pause,
                           .longest_pause = options.longest_pause};
  absl::Duration pause = options.first_pause;
  bool on_server = options.uses_wait_method;
  for (;;) {
    const absl::Time begin = pacer_.Now();
    absl::StatusOr<Operation> operation =
        on_server ? PollOnServer(name, options.fields, pause, policy) : Poll(name, policy);
    if (on_server && !operation.ok() && !IsTransientFailure(operation.status())) {
      on_server = false;  // lacks the method, or has an answer that does not depend on it
      continue;
    }
    if (operation.ok() && options.on_poll) options.on_poll(*operation);
    if (operation.ok() && operation->done()) return operation;
    // The deadline may have cut the outage short.
    const bool out_of_time = operation.ok()
                                 ? pacer_.Now() + pause >= options.deadline
                                 : IsTransientFailure(operation.status()) &&
                                       begin + options.longest_outage >= options.deadline;
    if (out_of_time) {
      return absl::DeadlineExceededError(fmt::format("{} is not done yet", name));
    }
    if (!operation.ok()) return operation;
    if (!on_server) pacer_.Sleep(pause);
    pause = std::min(pause * 1.2, options.longest_pause);
  }
}

absl::StatusOr<api::DevicesLongRunningOperationResponse> ResultsOf(const Operation& operation) {
  if (operation.has_error()) {
    return absl::Status(
        static_cast<absl::StatusCode>(operation.error().code()),
        fmt::format("{} failed: {}", operation.name(), operation.error().message()));
  }
  api::DevicesLongRunningOperationResponse results;
  if (!operation.response().UnpackTo(&results)) {
    return absl::FailedPreconditionError(
        fmt::format("{} has no results of devices", operation.name()));
  }
  return results;
}

api::DevicesLongRunningOperationMetadata ProgressOf(const Operation& operation) {
  api::DevicesLongRunningOperationMetadata metadata;
  if (!operation.metadata().UnpackTo(&metadata)) metadata.Clear();
  return metadata;
}

}  // namespace zerotouch::client
