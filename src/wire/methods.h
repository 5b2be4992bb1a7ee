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
#include <vector>

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "batch/stored_request.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "service/bytes_answer.h"
#include "service/event_answer.h"
#include "service/list_answer.h"
#include "service/operation_answer.h"
#include "service/wanted_fields.h"
#include "wire/method_names.h"

namespace zerotouch::wire {

// The answer of a method: a message, an operation or a list that may be streamed, or bytes
// or events that are.
using Answer = std::variant<std::unique_ptr<google::protobuf::Message>, service::OperationAnswer,
                            service::ListAnswer, service::BytesAnswer, service::EventAnswer>;

// The arguments that some functions get beside their request.
struct MoreArguments {
  batch::PackedItems items;      // those of a batch, in their stored form; if it TakesItems
  service::WantedFields wanted;  // what is not wanted may be missing in the answer
};

// The kind of a method decides where it runs.
enum class MethodKind {
  kShortRead,   // reads little from the store
  kShortWrite,  // changes one device or company
  kLong,        // may take long: reads or changes much
  kWait,        // waits for an operation
  kOther,       // does not use the store, and is short
};

// Maps the methods of the API to the functions that serve them, for every
// transport. The type of a request identifies its method, because no two methods
// share one. The first argument of a function proves that the caller has the
// right that the function needs. A server has the services of its table: their
// routes, their RPCs and their documents. Immutable, thus thread-safe, once filled.
class MethodTable {
 public:
  // Has the services of ApiServices, without functions.
  MethodTable();

  // Lets `function` of `service`, which must outlive the table, serve the method
  // that takes a Request. Adds the services that are defined in the file of Request,
  // so a package of our own defines its services beside their requests.
  template <class Service, class Right, class Request, class Response>
  void Register(MethodKind kind, Service& service,
                absl::StatusOr<Response> (Service::*function)(const auth::Authorized<Right>&,
                                                              const Request&)) {
    Add<Right, Request, Response>(
        kind, /*takes_items=*/false,
        [&service, function](const auth::Authorized<Right>& caller, const Request& request,
                             const MoreArguments&) {
          return (service.*function)(caller, request);
        });
  }

  // The same for a batch. The function gets the items of the request beside it, in their stored
  // form.
  template <class Service, class Right, class Request, class Response>
  void Register(MethodKind kind, Service& service,
                absl::StatusOr<Response> (Service::*function)(const auth::Authorized<Right>&,
                                                              const Request&,
                                                              const batch::PackedItems&)) {
    Add<Right, Request, Response>(
        kind, /*takes_items=*/true,
        [&service, function](const auth::Authorized<Right>& caller, const Request& request,
                             const MoreArguments& more) {
          return (service.*function)(caller, request, more.items);
        });
  }

  // The same for a list. The function gets what of the answer the caller wants.
  template <class Service, class Right, class Request, class Response>
  void Register(MethodKind kind, Service& service,
                absl::StatusOr<Response> (Service::*function)(const auth::Authorized<Right>&,
                                                              const Request&,
                                                              const service::WantedFields&)) {
    Add<Right, Request, Response>(
        kind, /*takes_items=*/false,
        [&service, function](const auth::Authorized<Right>& caller, const Request& request,
                             const MoreArguments& more) {
          return (service.*function)(caller, request, more.wanted);
        });
  }

  // Returns the services, in the order in which they were added.
  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const {
    return services_;
  }

  // Returns false if everyone may call the method, without credentials.
  bool NeedsCredentials(const google::protobuf::MethodDescriptor& method) const;
  // Returns true if the table has methods that need no credentials.
  bool HasOpenMethods() const { return has_open_methods_; }

  // Returns the kind of the method; kOther if no function serves it.
  MethodKind KindOf(const google::protobuf::MethodDescriptor& method) const;

  // Returns true if the method's function gets the items of a batch beside the request.
  bool TakesItems(const google::protobuf::MethodDescriptor& method) const;

  // Checks the caller's right to a request of which `request` has the resource:
  // enough before the body is read. Returns the error that Call would return.
  absl::Status CheckRight(const google::protobuf::MethodDescriptor& method,
                          const auth::Principal& caller,
                          const google::protobuf::Message& request) const;

  // Checks that the caller may call the method for some resource.
  absl::Status CheckAccount(const google::protobuf::MethodDescriptor& method,
                            const auth::Principal& caller) const;

  // Checks the caller's rights and runs the method. Returns its error,
  // errors::Unimplemented if no function serves it, or INTERNAL if `request` is
  // not of the method's input type.
  absl::StatusOr<Answer> Call(const google::protobuf::MethodDescriptor& method,
                              const auth::Principal& caller,
                              const google::protobuf::Message& request,
                              const MoreArguments& more = {}) const;

 private:
  // `method` is the full name of the method, for errors.
  struct Functions {
    MethodKind kind = MethodKind::kLong;
    bool needs_credentials = true;
    bool takes_items = false;
    std::function<absl::StatusOr<Answer>(const std::string& method, const auth::Principal&,
                                         const google::protobuf::Message&,
                                         const MoreArguments&)>
        call;
    std::function<absl::Status(const std::string& method, const auth::Principal&,
                               const google::protobuf::Message&)>
        check_right;
    std::function<absl::Status(const auth::Principal&, const std::string& method)> check_account;
  };

  template <class Right, class Request, class Response, class Function>
  void Add(MethodKind kind, bool takes_items, const Function& function) {
    Functions functions;
    functions.kind = kind;
    functions.takes_items = takes_items;
    functions.call = [function](const std::string& method, const auth::Principal& caller,
                                const google::protobuf::Message& message,
                                const MoreArguments& more) -> absl::StatusOr<Answer> {
      const auto& request = static_cast<const Request&>(message);
      ZT_ASSIGN_OR_RETURN(auth::Authorized<Right> authorized,
                          auth::Authorize<Right>(caller, request, method));
      authorized.SetCall(std::string(NameOfMethod(method)), log::RequestId());
      ZT_ASSIGN_OR_RETURN(Response response, function(authorized, request, more));
      if constexpr (std::is_constructible_v<Answer, Response>) {
        return Answer(std::move(response));
      } else {
        return Answer(std::make_unique<Response>(std::move(response)));
      }
    };
    functions.check_right = [](const std::string& method, const auth::Principal& caller,
                               const google::protobuf::Message& message) {
      return auth::Authorize<Right>(caller, static_cast<const Request&>(message), method).status();
    };
    functions.check_account = &auth::CheckAccount<Right>;
    functions.needs_credentials = auth::kNeedsCredentials<Right>;
    Add(Request::descriptor(), std::move(functions));
  }
  void Add(const google::protobuf::Descriptor* request, Functions functions);
  // Returns the functions of the method. Returns errors::Unimplemented, or INTERNAL
  // if `request` (unless null) is not of the method's input type.
  absl::StatusOr<const Functions*> Find(const google::protobuf::MethodDescriptor& method,
                                        const google::protobuf::Message* request) const;

  std::unordered_map<const google::protobuf::Descriptor*, Functions> functions_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  bool has_open_methods_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHODS_H_
