// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_METHODS_H_
#define ZEROTOUCH_WIRE_METHODS_H_

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "service/operation_answer.h"

namespace zerotouch::wire {

// The answer of a method: a message, or an operation that may be streamed.
using Answer = std::variant<std::unique_ptr<google::protobuf::Message>, service::OperationAnswer>;

// Maps the methods of the API to the functions that serve them, for every
// transport. The type of a request identifies its method, because no two methods
// share one. The first argument of a function proves that the caller has the
// right that the function needs. Immutable, thus thread-safe, once filled.
class MethodTable {
 public:
  // Lets `function` of `service`, which must outlive the table, serve the method
  // that takes a Request.
  template <class Service, class Right, class Request, class Response>
  void Register(Service& service,
                absl::StatusOr<Response> (Service::*function)(const auth::Authorized<Right>&,
                                                              const Request&)) {
    Add(Request::descriptor(),
        [&service, function](const std::string& method, const auth::Principal& caller,
                             const google::protobuf::Message& message) -> absl::StatusOr<Answer> {
          const auto& request = static_cast<const Request&>(message);
          ZT_ASSIGN_OR_RETURN(const auth::Authorized<Right> authorized,
                              auth::Authorize<Right>(caller, request, method));
          ZT_ASSIGN_OR_RETURN(Response response, (service.*function)(authorized, request));
          if constexpr (std::is_same_v<Response, service::OperationAnswer>) {
            return Answer(std::move(response));
          } else {
            return Answer(std::make_unique<Response>(std::move(response)));
          }
        });
  }

  // Checks the caller's rights and runs the method. Returns its error,
  // errors::Unimplemented if no function serves it, or INTERNAL if `request` is
  // not of the method's input type.
  absl::StatusOr<Answer> Call(const google::protobuf::MethodDescriptor& method,
                              const auth::Principal& caller,
                              const google::protobuf::Message& request) const;

 private:
  // `method` is the full name of the method, for errors.
  using Function = std::function<absl::StatusOr<Answer>(
      const std::string& method, const auth::Principal&, const google::protobuf::Message&)>;

  void Add(const google::protobuf::Descriptor* request, Function function);

  std::unordered_map<const google::protobuf::Descriptor*, Function> functions_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHODS_H_
