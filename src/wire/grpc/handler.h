// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_HANDLER_H_
#define ZEROTOUCH_WIRE_GRPC_HANDLER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "google/protobuf/descriptor.h"
#include "http/http.h"
#include "wire/grpc/health.h"
#include "wire/grpc/reflection.h"
#include "wire/methods.h"

namespace zerotouch::wire::grpc {

// Answers gRPC calls ("gRPC over HTTP2"): the API's methods from the same table
// as HTTP/JSON, the health service and server reflection. Every other request
// goes to the handler behind it. Thread-safe.
class Handler final : public http::Handler {
 public:
  // Messages of a request may have `message_bytes`. `ready` says whether calls
  // can be answered. All must outlive it.
  Handler(const MethodTable& methods, const auth::Authenticator& authenticator,
          size_t message_bytes, std::function<absl::Status()> ready, const Clock& clock,
          http::Handler& others);

  std::optional<http::Response> RefuseEarly(const http::Request& header) override;
  http::Response Handle(http::Request request) override;
  http::Response RenderFault(const http::Fault& fault, const http::Request& header) override;
  std::unique_ptr<http::StreamingCall> Open(const http::Request& header) override;
  absl::Duration TimeLimit(const http::Request& header) override;

 private:
  using Method = google::protobuf::MethodDescriptor;

  // The method that is called; errors::Unimplemented if there is none.
  absl::StatusOr<const Method*> MethodOf(const http::Request& header) const;
  absl::Status CheckHeader(const http::Request& header) const;
  // `account` gets the caller's name, for the log, once it is known.
  absl::StatusOr<http::Response> Call(http::Request& request, std::string& account);
  absl::StatusOr<http::Response> CallApi(const Method& method, http::Request& request,
                                         std::string& account);
  absl::StatusOr<http::Response> CheckHealth(http::Request& request);
  // Parses the request's message and lets go of its bytes.
  absl::Status Parse(http::Request& request, google::protobuf::Message& message) const;

  const MethodTable& methods_;
  const auth::Authenticator& authenticator_;
  const size_t message_bytes_;
  const Clock& clock_;
  http::Handler& others_;
  const std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::unordered_map<std::string, const Method*> by_path_;  // "/package.Service/Method"
  Health health_;
  const Reflection reflection_;
};

// What a grpc-timeout field says, such as `100m`; nullopt if it is malformed.
std::optional<absl::Duration> ParseTimeout(std::string_view text);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_HANDLER_H_
