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
#include "sandbox/seam.h"
#include "wire/control_guard.h"
#include "wire/dispatch.h"
#include "wire/grpc/health.h"
#include "wire/grpc/reflection.h"
#include "wire/methods.h"

namespace zerotouch::wire::grpc {

// Answers gRPC calls ("gRPC over HTTP2"): the API's methods, from the same table as
// HTTP/JSON, the health service and server reflection. Passes all other requests to
// another handler. Thread-safe.
class Handler final : public http::Handler, private Calls {
 public:
  // `message_bytes` limits a request's message. `ready` returns OK if calls can be
  // answered. `guard` checks calls of methods that need no credentials. `others`
  // answers requests that are not gRPC. All must outlive it.
  Handler(const MethodTable& methods, const auth::Authenticator& authenticator,
          size_t message_bytes, std::function<absl::Status()> ready, const Clock& clock,
          Dispatch& dispatch, const ControlGuard& guard, http::Handler& others,
          const sandbox::CallSeam& seam = sandbox::NoSeam());

  std::optional<http::Response> RefuseEarly(http::Request& header) override;
  bool Blocks() const override { return others_.Blocks(); }
  void Serve(http::Request request, http::Executors& executors, http::Done done) override;
  using http::Handler::Handle;
  http::Response Handle(http::Request& request) override;
  bool IsHealthCheck(const http::Request& request) override;
  http::Response RenderFault(const http::Fault& fault, const http::Request& header) override;
  std::unique_ptr<http::StreamingCall> Open(const http::Request& header) override;
  absl::Duration TimeLimit(const http::Request& header) override;

 private:
  using Method = google::protobuf::MethodDescriptor;

  struct Head;  // what a call's head says, parsed once

  // Returns the head that RefuseEarly parsed, or parses it.
  std::shared_ptr<Head> HeadOf(const http::Request& request) const;
  std::shared_ptr<Head> ParseHead(const http::Request& header) const;
  // Authenticates the caller; or checks that the caller of a method that needs no
  // credentials is not a web page.
  absl::Status Admit(const http::Request& header, Head& head) const;

  // Returns the limit of a message.
  size_t BodyLimit(const Head& head) const;

  http::Response AnswerCall(http::Request& request, absl::Duration& may_wait) override;
  bool Authenticate(http::Request& request) override;
  http::Response RefuseCall(const absl::Status& status, const http::Request& request) override;
  absl::Duration TakeDelay(const http::Request& request) override;
  std::string ResourceOf(const http::Request& request) override;
  void LogCall(const http::Request& request, const http::Response& response,
               absl::Duration took) override;
  // Returns what the call is counted as.
  size_t CountedAs(const Head& head);
  // Counts a call that was answered with `code`, and writes its line of the log.
  void NoteCall(const http::Request& request, const Head& head, absl::StatusCode code,
                absl::Duration took);
  // Adds the call to the log of a sandbox.
  void Record(const http::Request& request, Head& head, absl::Duration took) const;
  // Decides what fault rules do with a call, once; `request` is its message, null if it
  // cannot be read.
  void PlanFaults(Head& head, const google::protobuf::Message* request) const;

  absl::StatusOr<http::Response> Call(http::Request& request, Head& head, absl::Duration& may_wait);
  absl::StatusOr<http::Response> CallApi(http::Request& request, Head& head,
                                         absl::Duration& may_wait);
  absl::StatusOr<http::Response> CheckHealth(http::Request& request);
  const MethodTable& methods_;
  const auth::Authenticator& authenticator_;
  const size_t message_bytes_;
  const Clock& clock_;
  Dispatch& dispatch_;
  const ControlGuard& guard_;
  http::Handler& others_;
  const sandbox::CallSeam& seam_;
  const std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::unordered_map<std::string, const Method*> by_path_;  // "/package.Service/Method"
  Health health_;
  const Reflection reflection_;
};

// Parses a grpc-timeout field such as `100m`. Returns nullopt if it is malformed.
std::optional<absl::Duration> ParseTimeout(std::string_view text);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_HANDLER_H_
