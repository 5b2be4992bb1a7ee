// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_CALL_METER_H_
#define ZEROTOUCH_WIRE_CALL_METER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/metrics.h"
#include "google/protobuf/descriptor.h"
#include "http/http.h"

namespace zerotouch::wire {

// Counts finished calls: zerotouch_requests_total and zerotouch_request_seconds. What a
// call is counted as is one of the methods of the server, so no caller can make up
// another. Thread-safe.
class CallMeter {
 public:
  enum class Protocol { kHttp1, kHttp2, kGrpc, kBatch };
  // Calls that are no method of the API.
  enum class Beside { kToken, kHealth, kDocuments, kOther };

  // Counts the methods of these services apart.
  explicit CallMeter(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  // Returns what a call of the method is counted as; Beside::kOther for null and for
  // methods that the server does not have.
  size_t IndexOf(const google::protobuf::MethodDescriptor* method) const;
  size_t IndexOf(Beside beside) const { return methods_ + static_cast<size_t>(beside); }

  // Counts a call. `method` is of IndexOf.
  void Count(size_t method, absl::StatusCode code, Protocol protocol, absl::Duration took);

  // Makes a span of a finished call (base/spans.h), unless the caller says that its trace is
  // not recorded. The path has no query.
  void Trace(const http::Request& request, std::string_view path, size_t method,
             absl::StatusCode code, absl::Duration took) const;

 private:
  using Methods = std::vector<const google::protobuf::MethodDescriptor*>;

  CallMeter(const Methods& methods, const std::vector<std::string>& labels);

  const size_t methods_;  // how many have a name of their own
  const std::vector<std::string> names_;
  std::unordered_map<const google::protobuf::MethodDescriptor*, size_t> index_;
  metrics::Family<metrics::Counter> requests_;
  metrics::Family<metrics::Histogram> seconds_;
};

// Returns how requests of this protocol are counted, if they are not gRPC.
CallMeter::Protocol CountedProtocol(http::Protocol protocol);

// Returns true if the engine found the fault when a call was already made: the call is
// counted and logged itself.
bool IsOfCall(const http::Fault& fault);

// Counts a request that the engine refused with `fault`, for zerotouch_rejected_total.
void CountFault(const http::Fault& fault);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_CALL_METER_H_
