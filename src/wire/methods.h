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

// A method's answer: a message, or an operation that may be streamed.
using Answer = std::variant<std::unique_ptr<google::protobuf::Message>, service::OperationAnswer>;

// Maps methods to the functions that serve them, for every transport. A function's
// first argument has a type that proves the caller's right, so no function can be
// registered without its check. Immutable once filled, so thread-safe.
class MethodTable {
 public:
  // Makes `function` of `service` serve the method with this full name
  // (`package.Service.Method`). The service must outlive the table.
  template <class Service, class Right, class Request, class Response>
  void Register(const std::string& full_name, Service& service,
                absl::StatusOr<Response> (Service::*function)(const auth::Authorized<Right>&,
                                                              const Request&)) {
    methods_[full_name] = {
        Request::descriptor(),
        [full_name, &service, function](
            const auth::Principal& caller,
            const google::protobuf::Message& message) -> absl::StatusOr<Answer> {
          const auto& request = static_cast<const Request&>(message);
          ZT_ASSIGN_OR_RETURN(const auth::Authorized<Right> authorized,
                              auth::Authorize<Right>(caller, request, full_name));
          ZT_ASSIGN_OR_RETURN(Response response, (service.*function)(authorized, request));
          if constexpr (std::is_same_v<Response, service::OperationAnswer>) {
            return Answer(std::move(response));
          } else {
            return Answer(std::make_unique<Response>(std::move(response)));
          }
        }};
  }

  // Checks the caller's rights and runs the method. Returns its error,
  // errors::Unimplemented if no function serves it, or INTERNAL if `request` has
  // another type than the function takes.
  absl::StatusOr<Answer> Call(const google::protobuf::MethodDescriptor& method,
                              const auth::Principal& caller,
                              const google::protobuf::Message& request) const;

 private:
  struct Method {
    const google::protobuf::Descriptor* request = nullptr;
    std::function<absl::StatusOr<Answer>(const auth::Principal&, const google::protobuf::Message&)>
        run;
  };

  std::unordered_map<std::string, Method> methods_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHODS_H_
