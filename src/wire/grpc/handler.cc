// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/handler.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/spans.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "http/content_coding.h"
#include "model/api.h"
#include "sandbox/call_seam.h"
#include "wire/call_meter.h"
#include "wire/caller.h"
#include "wire/fault_answers.h"
#include "wire/grpc/bytes_messages.h"
#include "wire/grpc/event_messages.h"
#include "wire/grpc/list_message.h"
#include "wire/grpc/message_parts.h"
#include "wire/grpc/operation_message.h"
#include "wire/grpc/read_request.h"
#include "wire/grpc/status.h"
#include "wire/grpc/streaming.h"
#include "wire/http_fault.h"
#include "wire/logged_bodies.h"
#include "wire/method_names.h"
#include "wire/public_error.h"
#include "wire/target.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::Message;
using google::protobuf::ServiceDescriptor;
using FaultKind = sandbox::FaultPlan::Kind;

constexpr std::string_view kContentType = "application/grpc";

constexpr std::string_view kCheckPath = "/grpc.health.v1.Health/Check";
constexpr std::string_view kWatch = "grpc.health.v1.Health.Watch";
constexpr std::string_view kHealth = "grpc.health.v1.";
constexpr std::string_view kInfo = "ServerReflectionInfo";

// Returns true for `application/grpc` with any suffix (`+proto`) and parameters.
bool IsGrpc(const http::Request& header) {
  const std::string_view type = header.headers.Get("content-type");
  return header.protocol == http::Protocol::kHttp2 &&
         type.substr(0, kContentType.size()) == kContentType;
}

bool IsProtobuf(const http::Request& header) {
  const std::string_view type = header.headers.Get("content-type");
  const std::string_view rest = type.substr(kContentType.size());
  return rest.empty() || rest.front() == ';' || rest == "+proto" || rest.starts_with("+proto;");
}

std::vector<const ServiceDescriptor*> AllServices(const MethodTable& methods) {
  std::vector<const ServiceDescriptor*> services = methods.services();
  for (const ServiceDescriptor* own : OwnServices()) services.push_back(own);
  return services;
}

// Returns false for health and reflection, the services of OwnServices.
bool IsOfTheApi(const google::protobuf::MethodDescriptor& method) {
  return !std::string_view(method.full_name()).starts_with("grpc.");
}

std::set<std::string> NamesOf(const std::vector<const ServiceDescriptor*>& services) {
  std::set<std::string> names;
  for (const ServiceDescriptor* service : services) names.insert(service->full_name());
  return names;
}

// Returns true if the messages of the answer may be compressed.
bool AcceptsGzip(const http::Request& header) {
  return http::AcceptsGzip(header.headers.Get("grpc-accept-encoding"));
}

}  // namespace

Handler::Handler(const MethodTable& methods, const auth::Authenticator& authenticator,
                 size_t message_bytes, std::function<absl::Status()> ready, const Clock& clock,
                 Dispatch& dispatch, const ControlGuard& guard, http::Handler& others,
                 const sandbox::CallSeam& seam)
    : methods_(methods),
      authenticator_(authenticator),
      message_bytes_(message_bytes),
      clock_(clock),
      dispatch_(dispatch),
      guard_(guard),
      others_(others),
      seam_(seam),
      services_(AllServices(methods)),
      health_(NamesOf(services_), std::move(ready), clock),
      reflection_(services_) {
  for (const ServiceDescriptor* service : services_) {
    for (int i = 0; i < service->method_count(); ++i) {
      const Method* method = service->method(i);
      by_path_[fmt::format("/{}/{}", service->full_name(), method->name())] = method;
    }
  }
}

struct Handler::Head final : http::RequestContext {
  const Method* method = nullptr;
  absl::Status status;  // an error refuses the call without its message
  Caller caller;
  absl::StatusCode answered = absl::StatusCode::kOk;  // for the log
  std::unique_ptr<const sandbox::FaultPlan> plan;     // once it is decided
  absl::Duration delay;                               // of the plan, until it is taken
  LoggedBodies bodies;
};

std::shared_ptr<Handler::Head> Handler::HeadOf(const http::Request& request) const {
  auto head = std::static_pointer_cast<Head>(request.context);
  return head != nullptr ? head : ParseHead(request);
}

std::shared_ptr<Handler::Head> Handler::ParseHead(const http::Request& header) const {
  auto head = std::make_shared<Head>();
  const std::string path(SplitTarget(header.target).path);
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) {
    head->status = errors::Unimplemented(path);
    return head;
  }
  head->method = found->second;
  const std::string_view timeout = header.headers.Get("grpc-timeout");
  if (header.method != "POST" || !IsProtobuf(header)) {
    head->status = errors::BadRequest({{"", "A gRPC call is a POST of application/grpc+proto."}});
  } else if (!timeout.empty() && !ParseTimeout(timeout).has_value()) {
    head->status = errors::BadRequest({{"", "The field grpc-timeout is malformed."}});
  }
  return head;
}

absl::Status Handler::Admit(const http::Request& header, Head& head) const {
  if (!methods_.NeedsCredentials(*head.method)) return guard_.CheckHost(header);
  return head.caller.Authenticate(authenticator_, clock_, header.headers.Get("authorization"), "");
}

size_t Handler::BodyLimit(const Head& head) const {
  return methods_.NeedsCredentials(*head.method) ? message_bytes_ : limits::kControlBytes;
}

std::optional<http::Response> Handler::RefuseEarly(http::Request& header) {
  if (!IsGrpc(header)) return others_.RefuseEarly(header);
  const log::RequestScope scope(http::IdsOf(header));
  const std::shared_ptr<Head> head = ParseHead(header);
  header.context = head;
  const absl::Duration arrived = metrics::SteadyNow();
  absl::Status status = head->status;
  if (status.ok() && IsOfTheApi(*head->method)) {
    status = Admit(header, *head);
    // Fault rules come before rights, and may need the message.
    if (status.ok() && !seam_.HasFaults()) {
      status = methods_.CheckAccount(*head->method, head->caller.principal());
    }
  }
  header.account = head->caller.email();
  if (status.ok()) return std::nullopt;
  http::Response response = RefuseCall(status, header);
  LogCall(header, response, metrics::SteadyNow() - arrived);
  return response;
}

http::Response Handler::RenderFault(const http::Fault& fault, const http::Request& header) {
  if (!IsGrpc(header)) return others_.RenderFault(fault, header);
  const absl::Status status = StatusOf(fault);
  CountFault(fault);
  if (!IsOfCall(fault)) {
    const log::RequestScope scope(http::IdsOf(header));
    const std::shared_ptr<Head> head = HeadOf(header);
    NoteCall(header, *head, status.code(), absl::ZeroDuration());
  }
  return ErrorResponse(status);
}

std::unique_ptr<http::StreamingCall> Handler::Open(const http::Request& header) {
  if (!IsGrpc(header)) return others_.Open(header);
  const std::shared_ptr<Head> head = HeadOf(header);
  if (!head->status.ok()) return nullptr;
  const StreamingCall::Encodings encodings{.request = header.headers.Get("grpc-encoding"),
                                           .accepts_gzip = AcceptsGzip(header)};
  std::unique_ptr<http::StreamingCall> call;
  if (head->method->full_name() == kWatch) call = health_.Watch(encodings);
  if (head->method->name() == kInfo) call = reflection_.Info(encodings);
  if (call == nullptr) return nullptr;
  // Counted when it begins, because it may last as long as the connection.
  const log::RequestScope scope(http::IdsOf(header));
  NoteCall(header, *head, absl::StatusCode::kOk, absl::ZeroDuration());
  return call;
}

absl::Duration Handler::TimeLimit(const http::Request& header) {
  if (!IsGrpc(header)) return others_.TimeLimit(header);
  const std::string_view text = header.headers.Get("grpc-timeout");
  // A malformed timeout is refused by ParseHead.
  return text.empty() ? absl::InfiniteDuration()
                      : ParseTimeout(text).value_or(absl::InfiniteDuration());
}

void Handler::Serve(http::Request request, http::Executors& executors, http::Done done) {
  if (!IsGrpc(request)) {
    return others_.Serve(std::move(request), executors, std::move(done));
  }
  const std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  MethodKind kind = MethodKind::kOther;
  if (head->status.ok() && !IsHealthCheck(request)) kind = methods_.KindOf(*head->method);
  // A compressed message may be large.
  if (request.headers.Has("grpc-encoding") && kind != MethodKind::kWait) kind = MethodKind::kLong;
  dispatch_.Run(*this, kind, std::move(request), executors, std::move(done));
}

http::Response Handler::Handle(http::Request& request) {
  return IsGrpc(request) ? dispatch_.RunHere(*this, request) : others_.Handle(request);
}

bool Handler::IsHealthCheck(const http::Request& request) {
  return IsGrpc(request) ? SplitTarget(request.target).path == kCheckPath
                         : others_.IsHealthCheck(request);
}

http::Response Handler::AnswerCall(http::Request& request, absl::Duration& may_wait) {
  const std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  absl::StatusOr<http::Response> answer = Call(request, *head, may_wait);
  if (!answer.ok()) answer = RefuseCall(answer.status(), request);
  if (head->plan != nullptr) EndWithFault(*head->plan, *answer);
  if (answer->stream != nullptr || answer->body.size() > limits::kSmallRequestBytes) {
    answer->account = head->caller.email();
    answer->refusal =
        std::make_unique<http::Response>(ErrorResponse(StatusOf(http::TooBusy(http::kAnswers))));
  }
  return *std::move(answer);
}

bool Handler::Authenticate(http::Request& request) {
  const std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  const bool is_call = head->status.ok() && methods_.NeedsCredentials(*head->method);
  return !is_call || head->caller.TryAuthenticate(authenticator_, clock_,
                                                  request.headers.Get("authorization"), "");
}

http::Response Handler::RefuseCall(const absl::Status& status, const http::Request& request) {
  const absl::Status error = PublicError(status);
  HeadOf(request)->answered = error.code();
  return ErrorResponse(error);
}

void Handler::LogCall(const http::Request& request, const http::Response&, absl::Duration took) {
  const std::shared_ptr<Head> head = HeadOf(request);
  NoteCall(request, *head, head->answered, took);
  if (seam_.Logs()) Record(request, *head, took);
}

void Handler::Record(const http::Request& request, Head& head, absl::Duration took) const {
  const bool is_control = head.method != nullptr && !methods_.NeedsCredentials(*head.method) &&
                          IsOfTheApi(*head.method);
  if (is_control) return;
  const auto call = LoggedCallOf(request, head.caller.email(), clock_.Now(), took, head.plan.get());
  call->protocol = "gRPC";
  if (head.method != nullptr) call->method = NameOfMethod(head.method->full_name());
  const bool is_lost = head.plan != nullptr && head.plan->kind == FaultKind::kDropBefore;
  if (!is_lost) {
    call->http_status = 200;
    call->status = absl::StatusCodeToString(head.answered);
  }
  head.bodies.Log(seam_, call);
}

size_t Handler::CountedAs(const Head& head) {
  const CallMeter& meter = dispatch_.meter();
  const bool is_health =
      head.method != nullptr && std::string_view(head.method->full_name()).starts_with(kHealth);
  return is_health ? meter.IndexOf(CallMeter::Beside::kHealth) : meter.IndexOf(head.method);
}

void Handler::NoteCall(const http::Request& request, const Head& head, absl::StatusCode code,
                       absl::Duration took) {
  dispatch_.meter().Count(CountedAs(head), code, CallMeter::Protocol::kGrpc, took);
  if (spans::AreKept()) {
    dispatch_.meter().Trace(request, PathForLog(request.target), CountedAs(head), code, took);
  }
  if (!log::HasAccessLine(code != absl::StatusCode::kOk)) return;
  log::Info("request", {{"method", "gRPC"},
                        {"path", PathForLog(request.target)},
                        {"status", absl::StatusCodeToString(code)},
                        {"ms", absl::ToDoubleMilliseconds(took)},
                        {"account", head.caller.email()}});
}

absl::Duration Handler::TakeDelay(const http::Request& request) {
  auto* const head = static_cast<Head*>(request.context.get());
  return head == nullptr ? absl::ZeroDuration() : std::exchange(head->delay, absl::ZeroDuration());
}

std::string Handler::ResourceOf(const http::Request& request) {
  const Method* const method = HeadOf(request)->method;
  if (method == nullptr || method->input_type() != api::GetDeviceRequest::descriptor()) return "";
  std::string unpacked;
  const absl::StatusOr<std::string_view> bytes = OnlyMessage(
      request.body, {.encoding = "", .limit = message_bytes_, .hold = nullptr}, unpacked);
  api::GetDeviceRequest message;
  return bytes.ok() && ParseMessage(*bytes, message).ok() ? message.name() : "";
}

void Handler::PlanFaults(Head& head, const Message* request) const {
  const auto message = [request] { return request; };
  head.plan = std::make_unique<sandbox::FaultPlan>(seam_.Plan({.method = head.method->full_name(),
                                                               .account = head.caller.email(),
                                                               .caller = &head.caller.principal(),
                                                               .path = message,
                                                               .request = message}));
  head.delay = head.plan->delay;
}

absl::StatusOr<http::Response> Handler::Call(http::Request& request, Head& head,
                                             absl::Duration& may_wait) {
  ZT_RETURN_IF_ERROR(head.status);
  if (IsHealthCheck(request)) return CheckHealth(request);
  return CallApi(request, head, may_wait);
}

absl::StatusOr<http::Response> Handler::CheckHealth(http::Request& request) {
  ::grpc::health::v1::HealthCheckRequest message;
  ZT_RETURN_IF_ERROR(ReadRequest(request, message_bytes_, nullptr, message));
  ZT_ASSIGN_OR_RETURN(const ::grpc::health::v1::HealthCheckResponse response,
                      health_.Check(message));
  return MessageResponse(response, AcceptsGzip(request));
}

absl::StatusOr<http::Response> Handler::CallApi(http::Request& request, Head& head,
                                                absl::Duration& may_wait) {
  ZT_RETURN_IF_ERROR(Admit(request, head));
  google::protobuf::Arena arena;
  Message& message = *google::protobuf::MessageFactory::generated_factory()
                          ->GetPrototype(head.method->input_type())
                          ->New(&arena);
  const auth::Principal& caller = head.caller.principal();
  if (methods_.NeedsCredentials(*head.method) && (head.plan != nullptr || seam_.HasFaults())) {
    if (head.plan == nullptr) {
      http::Request copy = request;  // reading it takes it apart
      std::unique_ptr<Message> whole(message.New());
      const bool is_whole = ReadRequest(copy, BodyLimit(head), nullptr, *whole).ok();
      PlanFaults(head, is_whole ? whole.get() : nullptr);
    }
    if (head.delay > absl::ZeroDuration() || head.plan->kind == FaultKind::kDropBefore) {
      return Dropped();
    }
    if (head.plan->kind == FaultKind::kError) return errors::Made(head.plan->error);
    if (head.plan->kind == FaultKind::kRaw) return StatusOfRaw(head.plan->raw);
  }
  const auto check_right = [&](const Message& without_items) {
    return methods_.CheckRight(*head.method, caller, without_items);
  };
  ZT_RETURN_IF_ERROR(methods_.CheckAccount(*head.method, caller));
  MoreArguments more;
  ZT_RETURN_IF_ERROR(ReadRequest(request, BodyLimit(head), check_right, message,
                                 methods_.TakesItems(*head.method) ? &more.items : nullptr));
  if (seam_.Logs()) head.bodies.NoteRequest(message, more.items);
  const bool accepts_gzip = AcceptsGzip(request);
  ZT_ASSIGN_OR_RETURN(Answer answer, methods_.Call(*head.method, caller, message, more));
  if (auto* operation = std::get_if<service::OperationAnswer>(&answer)) {
    may_wait = operation->may_wait;
    if (seam_.Logs()) head.bodies.NoteAnswer(operation->operation);
    return OperationResponse(std::move(*operation), accepts_gzip);
  }
  if (auto* list = std::get_if<service::ListAnswer>(&answer)) {
    return ListResponse(std::move(*list), accepts_gzip);
  }
  if (auto* bytes = std::get_if<service::BytesAnswer>(&answer)) {
    return BytesResponse(std::move(*bytes), *head.method->output_type());
  }
  if (auto* events = std::get_if<service::EventAnswer>(&answer)) {
    return EventResponse(std::move(*events));
  }
  if (seam_.Logs()) head.bodies.NoteAnswer(*std::get<std::unique_ptr<Message>>(answer));
  return MessageResponse(*std::get<std::unique_ptr<Message>>(answer), accepts_gzip);
}

std::optional<absl::Duration> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  int64_t value = 0;
  const char* const unit = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), unit, value);
  if (error != std::errc() || end != unit || value < 0) return std::nullopt;
  switch (*unit) {
    case 'H':
      return absl::Hours(value);
    case 'M':
      return absl::Minutes(value);
    case 'S':
      return absl::Seconds(value);
    case 'm':
      return absl::Milliseconds(value);
    case 'u':
      return absl::Microseconds(value);
    case 'n':
      return absl::Nanoseconds(value);
    default:
      return std::nullopt;
  }
}

}  // namespace zerotouch::wire::grpc
