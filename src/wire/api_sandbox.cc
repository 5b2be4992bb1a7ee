// SPDX-License-Identifier: Apache-2.0
// Asks fault rules about calls over HTTP, and logs the calls.
#include <optional>
#include <string>
#include <utility>

#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "json/json.h"
#include "sandbox/call_seam.h"
#include "store/store.h"
#include "wire/api.h"
#include "wire/api_head.h"
#include "wire/fault_answers.h"
#include "wire/method_names.h"
#include "wire/rest/error_json.h"
#include "wire/rest/transcode.h"

namespace zerotouch::wire {
namespace {

// Returns the companies for which an account acts; nullopt if there is no such account.
std::optional<auth::Principal> CompaniesOf(store::Store& store, const std::string& email) {
  if (email.empty()) return std::nullopt;
  const auto snapshot = store.Read();
  if (!snapshot.ok()) return std::nullopt;
  const auto account = (*snapshot)->FindAccount(email);
  if (!account.ok() || !account->has_value()) return std::nullopt;
  auth::Principal caller;
  caller.email = email;
  caller.partner = (*account)->partner;
  caller.customers = (*account)->customers;
  return caller;
}

}  // namespace

std::string_view ProtocolName(http::Protocol protocol) {
  switch (protocol) {
    case http::Protocol::kHttp1:
      return "HTTP/1.1";
    case http::Protocol::kHttp2:
      return "HTTP/2";
    case http::Protocol::kBatchPart:
      return "batch";
  }
  return "";
}

absl::Duration Api::TakeDelay(const http::Request& request) {
  auto* const head = static_cast<Head*>(request.context.get());
  return head == nullptr ? absl::ZeroDuration() : std::exchange(head->delay, absl::ZeroDuration());
}

std::optional<http::Response> Api::FaultOf(const http::Request& request, Head& head) const {
  if (head.is_open || (head.plan == nullptr && !seam_.HasFaults())) return std::nullopt;
  if (head.plan == nullptr) {
    const google::protobuf::MethodDescriptor& method = *head.route->route->method;
    const google::protobuf::Message& type =
        *google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type());
    google::protobuf::Arena arena;
    google::protobuf::Message* path = nullptr;
    google::protobuf::Message* whole = nullptr;
    bool is_whole = false;
    const auto path_of = [&] {
      if (path != nullptr) return path;
      path = type.New(&arena);
      for (const UrlTemplate::Binding& binding : head.route->bindings) {
        json::BindText(binding.field, binding.value, *path);
      }
      return path;
    };
    const auto whole_of = [&]() -> google::protobuf::Message* {
      if (whole == nullptr) {
        whole = type.New(&arena);
        std::string body = request.body;
        is_whole = Transcode(*head.route, head.query, body, *whole).ok();
      }
      return is_whole ? whole : nullptr;
    };
    head.plan = std::make_unique<sandbox::FaultPlan>(seam_.Plan({.method = method.full_name(),
                                                                 .account = head.caller.email(),
                                                                 .caller = &head.caller.principal(),
                                                                 .path = path_of,
                                                                 .request = whole_of}));
    head.delay = head.plan->delay;
  }
  if (head.delay > absl::ZeroDuration()) return Dropped();
  using Kind = sandbox::FaultPlan::Kind;
  if (head.plan->kind == Kind::kError) {
    const absl::Status error = errors::Made(head.plan->error);
    head.answered = error.code();
    return ErrorResponse(error, head.query.pretty, head.query.error_format);
  }
  if (head.plan->kind == Kind::kRaw) return RawResponse(head.plan->raw);
  if (head.plan->kind == Kind::kDropBefore) return Dropped();
  return std::nullopt;
}

std::optional<http::Response> Api::FaultOfToken(const http::Request& request, Head& head) const {
  if (!IsToken(head)) return std::nullopt;
  if (head.plan == nullptr && !seam_.HasFaults()) return std::nullopt;
  if (head.plan == nullptr) {
    const std::string account = AccountInAssertion(head.parts.query, request.body);
    const std::optional<auth::Principal> caller = CompaniesOf(store_, account);
    head.plan = std::make_unique<sandbox::FaultPlan>(
        seam_.Plan({.method = sandbox::kTokenMethod,
                    .account = account,
                    .caller = caller.has_value() ? &*caller : nullptr}));
    head.delay = head.plan->delay;
  }
  if (head.delay > absl::ZeroDuration()) return Dropped();
  using Kind = sandbox::FaultPlan::Kind;
  if (head.plan->kind == Kind::kError) return TokenError(head.plan->error);
  if (head.plan->kind == Kind::kRaw) return RawResponse(head.plan->raw);
  if (head.plan->kind == Kind::kDropBefore) return Dropped();
  return std::nullopt;
}

void Api::Record(const http::Request& request, Head& head, const http::Response& response,
                 absl::Duration took) const {
  if (!IsForPages(head)) return;  // a control
  const auto call = LoggedCallOf(request, head.caller.email(), clock_.Now(), took, head.plan.get());
  call->protocol = ProtocolName(request.protocol);
  if (head.route.ok()) call->method = NameOfMethod(head.route->route->method->full_name());
  if (head.endpoint != nullptr) {
    const auto answer = head.endpoint->answer;
    call->method = answer == &Api::Token       ? "token"
                   : answer == &Api::Discovery ? "documents"
                   : answer == &Api::Batch     ? "batch"
                                               : "health";
  }
  // A call that is refused before its body is read has no bodies yet.
  if (head.bodies.answer().empty() && !response.headers.Has("Content-Encoding")) {
    head.bodies.NoteAnswer(response.text());
  }
  const bool is_lost = response.dropped && head.plan != nullptr &&
                       head.plan->kind == sandbox::FaultPlan::Kind::kDropBefore;
  if (!is_lost) {
    call->http_status = response.status;
    call->status = StatusNameOf(response.status, head.bodies.answer());
  }
  head.bodies.Log(seam_, call);
}

}  // namespace zerotouch::wire
