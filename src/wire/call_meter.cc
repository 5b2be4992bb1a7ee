// SPDX-License-Identifier: Apache-2.0
#include "wire/call_meter.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/rejections.h"
#include "base/spans.h"
#include "http/request_id.h"
#include "http/trace_id.h"
#include "wire/method_names.h"

namespace zerotouch::wire {
namespace {

using google::protobuf::MethodDescriptor;

constexpr int kLastCode = static_cast<int>(absl::StatusCode::kUnauthenticated);

using ServiceList = std::vector<const google::protobuf::ServiceDescriptor*>;

std::vector<const MethodDescriptor*> MethodsOf(const ServiceList& services) {
  std::vector<const MethodDescriptor*> methods;
  for (const google::protobuf::ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

std::vector<std::string> LabelsOf(const ServiceList& services) {
  std::vector<std::string> names;
  for (const MethodDescriptor* method : MethodsOf(services)) {
    names.emplace_back(NameOfMethod(method->full_name()));
  }
  // In the order of Beside.
  for (const char* beside : {"token", "health", "documents", "other"}) names.emplace_back(beside);
  return names;
}

std::vector<std::string> CodeNames() {
  std::vector<std::string> names;
  for (int code = 0; code <= kLastCode; ++code) {
    names.push_back(absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
  }
  return names;
}

// Returns true for the codes that OpenTelemetry takes for faults of a server.
bool IsServerFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

CallMeter::CallMeter(const ServiceList& services)
    : CallMeter(MethodsOf(services), LabelsOf(services)) {}

CallMeter::CallMeter(const Methods& methods, const std::vector<std::string>& labels)
    : methods_(methods.size()),
      names_(labels),
      requests_(
          {.name = "zerotouch_requests_total", .help = "Answered calls.", .skips_zeros = true},
          {{"method", labels},
           {"code", CodeNames()},
           {"protocol", {"http1", "http2", "grpc", "batch"}}}),
      seconds_({.name = "zerotouch_request_seconds",
                .help = "Time from the arrival of a call until its answer is ready.",
                .skips_zeros = true},
               {{"method", labels}}) {
  for (size_t i = 0; i < methods.size(); ++i) index_.emplace(methods[i], i);
}

size_t CallMeter::IndexOf(const MethodDescriptor* method) const {
  const auto found = index_.find(method);
  return found == index_.end() ? IndexOf(Beside::kOther) : found->second;
}

void CallMeter::Count(size_t method, absl::StatusCode code, Protocol protocol,
                      absl::Duration took) {
  const int number = static_cast<int>(code);
  const bool is_known = number >= 0 && number <= kLastCode;
  requests_.At(method, is_known ? code : absl::StatusCode::kUnknown, protocol).Add();
  seconds_.At(method).Observe(took);
}

void CallMeter::Trace(const http::Request& request, std::string_view path, size_t method,
                      absl::StatusCode code, absl::Duration took) const {
  if (!request.is_recorded) return;
  // The parts of a /batch have its request id.
  const bool is_part = request.protocol == http::Protocol::kBatchPart;
  const http::TraceParent parent = http::ReadTraceParent(request.headers.Get("traceparent"));
  const std::string part_id = is_part ? http::NewRequestId() : std::string();
  const std::string code_name = absl::StatusCodeToString(code);
  const spans::Attribute attributes[] = {{"http.request.method", request.method},
                                         {"url.path", path},
                                         {"zerotouch.code", code_name},
                                         {"zerotouch.request_id", request.request_id}};
  spans::Add({.trace_id = request.trace_id,
              .span_id = is_part ? part_id : request.request_id,
              .parent_id = is_part ? request.request_id : parent.parent_id,
              .name = names_[method],
              .start = absl::Now() - took,
              .took = took,
              .is_fault = IsServerFault(code),
              .attributes = attributes});
}

CallMeter::Protocol CountedProtocol(http::Protocol protocol) {
  switch (protocol) {
    case http::Protocol::kHttp1:
      return CallMeter::Protocol::kHttp1;
    case http::Protocol::kHttp2:
      return CallMeter::Protocol::kHttp2;
    case http::Protocol::kBatchPart:
      return CallMeter::Protocol::kBatch;
  }
  return CallMeter::Protocol::kHttp1;
}

bool IsOfCall(const http::Fault& fault) {
  return fault.kind == http::Fault::Kind::kDeadlineExceeded ||
         (fault.kind == http::Fault::Kind::kTooBusy && fault.text == http::kAnswers);
}

void CountFault(const http::Fault& fault) {
  using Kind = http::Fault::Kind;
  switch (fault.kind) {
    case Kind::kMalformed:
      return CountRejection(Rejection::kMalformed);
    case Kind::kUrlTooLong:
    case Kind::kHeaderTooLarge:
      return CountRejection(Rejection::kHeaderSize);
    case Kind::kBodyTooLarge:
      return CountRejection(Rejection::kBodySize);
    case Kind::kUnsupportedContentCoding:
      return CountRejection(Rejection::kContentCoding);
    case Kind::kTooBusy:
      return CountRejection(fault.text == http::kRequestsInFlight ? Rejection::kRequests
                                                                  : Rejection::kMemory);
    case Kind::kDeadlineExceeded:
    case Kind::kInternal:
      return;
  }
}

}  // namespace zerotouch::wire
