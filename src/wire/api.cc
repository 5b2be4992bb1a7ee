// SPDX-License-Identifier: Apache-2.0
#include "wire/api.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/percent.h"
#include "base/rejections.h"
#include "base/spans.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "http/content_coding.h"
#include "sandbox/call_seam.h"
#include "wire/api_head.h"
#include "wire/call_meter.h"
#include "wire/fault_answers.h"
#include "wire/http_fault.h"
#include "wire/public_error.h"
#include "wire/rest/answer_response.h"
#include "wire/rest/batch_request.h"
#include "wire/rest/cors.h"
#include "wire/rest/error_json.h"
#include "wire/rest/jsonp.h"
#include "wire/rest/method_override.h"
#include "wire/rest/read_request.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {
namespace {

// Returns the HTTP method of the route for `method`: the transport omits the body
// of an answer to HEAD.
std::string_view RouteMethod(std::string_view method) { return method == "HEAD" ? "GET" : method; }

// Returns the size of the body: 0 without one, nullopt if the header does not
// declare it.
std::optional<uint64_t> BodyBytes(const http::Request& header) {
  const std::string_view declared = header.headers.Get("Content-Length");
  uint64_t bytes = 0;
  if (!declared.empty() && absl::SimpleAtoi(std::string(declared), &bytes)) return bytes;
  const bool may_follow =
      header.headers.Has("Transfer-Encoding") || header.protocol == http::Protocol::kHttp2;
  return may_follow ? std::nullopt : std::optional<uint64_t>(0);
}

absl::Status CheckBodySize(uint64_t bytes, size_t limit) {
  return bytes > limit ? errors::BodyTooLarge(limit) : absl::OkStatus();
}

absl::Status CheckAlt(const Query& query) {
  if (query.alt.empty() || query.alt == "json") return absl::OkStatus();
  if (query.alt == "media") {
    return errors::BadRequest(
        {{"alt", "Unsupported alt type \"media\" for non byte stream request."}});
  }
  return errors::BadRequest(
      {{"alt",
        fmt::format("Unsupported alt type \"{}\". This server answers \"json\".", query.alt)}});
}

absl::Status CheckSystemParameters(const Query& query) {
  return query.system_violations.empty() ? absl::OkStatus()
                                         : errors::BadRequest(query.system_violations);
}

// Returns the code of an answer that is no error of the API, such as OAuth's.
absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 503:
      return absl::StatusCode::kUnavailable;
    default:
      return http_status < 400   ? absl::StatusCode::kOk
             : http_status < 500 ? absl::StatusCode::kInvalidArgument
                                 : absl::StatusCode::kInternal;
  }
}

// Renders an error in the form that the query asks for.
http::Response Refusal(const absl::Status& status, const Query& query) {
  return ErrorResponse(PublicError(status), query.pretty, query.error_format);
}

// Returns the fields of the answer that the query selects; null: all.
absl::StatusOr<std::shared_ptr<const json::Selection>> SelectionOf(
    const Query& query, const google::protobuf::Descriptor& answer) {
  if (query.fields.empty()) return nullptr;
  std::string wrong;
  auto selection = json::Selection::Parse(query.fields, answer, &wrong);
  if (!selection) return errors::InvalidFields(query.fields, wrong);
  return std::make_shared<const json::Selection>(*std::move(selection));
}

}  // namespace

std::span<const Api::Endpoint> Api::Endpoints() {
  // Callers of all of these may be unauthenticated. (A batch has credentials in its
  // parts.)
  static constexpr Endpoint kEndpoints[] = {
      {MethodKind::kOther, "/healthz", "GET", limits::kFormBytes, &Api::Healthy},
      {MethodKind::kOther, "/readyz", "GET", limits::kFormBytes, &Api::Ready},
      {MethodKind::kShortRead, "/token", "POST", limits::kFormBytes, &Api::Token},
      {MethodKind::kLong, "/batch", "POST", limits::kBatchRequestBytes, &Api::Batch},
      {MethodKind::kOther, DiscoveryDocuments::kPaths[0], "GET", limits::kFormBytes,
       &Api::Discovery},
      {MethodKind::kOther, DiscoveryDocuments::kPaths[1], "GET", limits::kFormBytes,
       &Api::Discovery},
  };
  return kEndpoints;
}

const Api::Endpoint* Api::FindEndpoint(std::string_view method, std::string_view decoded_path) {
  for (const Endpoint& endpoint : Endpoints()) {
    if (endpoint.path == decoded_path && endpoint.method == RouteMethod(method)) return &endpoint;
  }
  return nullptr;
}

Api::Head::Head(const http::Request& request, const RouteTable& routes, const MethodTable& methods,
                bool has_portal)
    : method(IntendedMethod(request)),
      target(request.target),
      parts(SplitTarget(target)),
      path(PercentDecode(parts.path).value_or(std::string(parts.path))),
      query(ReadQuery(parts.query, request.headers)),
      endpoint(FindEndpoint(method, path)),
      is_portal(has_portal && Portal::Owns(parts.path)) {
  if (is_portal) {
    body_limit = limits::kControlBytes;
  } else if (endpoint != nullptr) {
    body_limit = endpoint->body_bytes;
  } else if (method == "OPTIONS") {
    body_limit = limits::kFormBytes;
  } else {
    route = routes.Find(RouteMethod(method), parts.path);
    is_open = route.ok() && !methods.NeedsCredentials(*route->route->method);
    if (is_open) body_limit = limits::kControlBytes;
  }
}

Api::Api(const MethodTable& methods, auth::Authenticator& authenticator,
         auth::TokenEndpoint& tokens, store::Store& store, const Clock& clock,
         const sandbox::CallSeam& seam)
    // The descriptors are part of the program: a test builds the same table.
    : routes_(RouteTable::Build(methods.services()).value()),
      methods_(methods),
      authenticator_(authenticator),
      tokens_(tokens),
      store_(store),
      dispatch_(store, clock, methods.services()),
      seam_(seam),
      clock_(clock) {}

void Api::SetRootUrl(std::string url) {
  guard_.SetRootUrl(url);
  discovery_.SetRootUrl(routes_, std::move(url));
}

std::shared_ptr<Api::Head> Api::HeadOf(const http::Request& request) const {
  auto head = std::static_pointer_cast<Head>(request.context);
  // ApplyMethodOverride may have changed the method, and added a form to the target.
  if (head != nullptr && head->target == request.target && head->method == request.method) {
    return head;
  }
  return std::make_shared<Head>(request, routes_, methods_, portal_ != nullptr);
}

// A page of another site must not read what the portal and the controls of a sandbox answer.
bool Api::IsForPages(const Head& head) const {
  if (head.is_portal) return false;
  return !methods_.HasOpenMethods() || !head.path.starts_with("/sandbox/");
}

void Api::AllowPages(const http::Request& request, http::Response& response) const {
  if (IsForPages(*HeadOf(request))) AllowOrigin(request, response);
}

MethodKind Api::KindOf(const http::Request& request, const Head& head) const {
  if (head.is_portal) return Portal::KindOf(head.parts.path);
  if (IsToken(head)) return KindOfToken(request, head);
  if (head.endpoint != nullptr) return head.endpoint->kind;
  if (!head.route.ok()) return MethodKind::kOther;
  return methods_.KindOf(*head.route->route->method);
}

void Api::Serve(http::Request request, http::Executors& executors, http::Done done) {
  std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  // A form that stands for a query is read first, because it may change the route.
  const bool is_overridden = head->method != request.method;
  const MethodKind kind = is_overridden ? MethodKind::kLong : KindOf(request, *head);
  dispatch_.Run(*this, kind, std::move(request), executors, std::move(done));
}

http::Response Api::Handle(http::Request& request) { return dispatch_.RunHere(*this, request); }

bool Api::IsHealthCheck(const http::Request& request) {
  const Endpoint* const endpoint = FindEndpoint(request.method, SplitTarget(request.target).path);
  return endpoint != nullptr &&
         (endpoint->answer == &Api::Healthy || endpoint->answer == &Api::Ready);
}

http::Response Api::AnswerCall(http::Request& request, absl::Duration& may_wait) {
  http::Response response = AnswerPlain(request, may_wait);
  AllowPages(request, response);
  const bool is_compressed = response.headers.Has("Content-Encoding");
  if (!is_compressed && http::AcceptsGzip(request.headers.Get("Accept-Encoding"))) {
    http::CompressAnswer(response);
  }
  const auto& head = static_cast<const Head&>(*request.context);
  if (head.plan != nullptr) EndWithFault(*head.plan, response);
  if (response.stream != nullptr || response.body.size() > limits::kSmallRequestBytes) {
    response.account = head.caller.email();
    response.refusal = std::make_unique<http::Response>(
        Refusal(StatusOf(http::TooBusy(http::kAnswers)), head.query));
  }
  return response;
}

http::Response Api::AnswerPlain(http::Request& request, absl::Duration& may_wait) {
  const absl::Status status = ApplyMethodOverride(request);
  const std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  const bool is_logged = seam_.Logs() && !head->is_open;
  if (is_logged) head->bodies.NoteRequest(request.body);
  http::Response response = status.ok() ? Respond(request, *head, may_wait) : Refuse(status, *head);
  if (is_logged) head->bodies.NoteAnswer(seam_, response);
  return response;
}

bool Api::Authenticate(http::Request& request) {
  const std::shared_ptr<Head> head = HeadOf(request);
  request.context = head;
  // AnswerCall refuses the others before it authenticates.
  if (!head->IsCall() || head->is_open || !CheckCall(*head).ok()) return true;
  return head->caller.TryAuthenticate(authenticator_, clock_, request.headers.Get("Authorization"),
                                      head->query.access_token);
}

http::Response Api::RefuseCall(const absl::Status& status, const http::Request& request) {
  const std::shared_ptr<Head> head = HeadOf(request);
  // A token was made, but not the note that its assertion was used.
  http::Response response = head->token_error.has_value()
                                ? TokenResponse(auth::TokenEndpoint::Unavailable(status), *head)
                                : Refuse(status, *head);
  AllowPages(request, response);
  return response;
}

std::optional<http::Response> Api::RefuseEarly(http::Request& header) {
  const std::optional<uint64_t> body_bytes = BodyBytes(header);
  if (body_bytes == 0) return std::nullopt;
  const log::RequestScope scope(http::IdsOf(header));
  const absl::Duration arrived = metrics::SteadyNow();
  const auto head = std::make_shared<Head>(header, routes_, methods_, portal_ != nullptr);
  header.context = head;
  header.body_limit = head->body_limit.value_or(header.body_limit);
  const absl::Status status = CheckHead(header, *head, body_bytes);
  header.account = head->caller.email();
  if (status.ok()) return std::nullopt;
  http::Response response = RefuseCall(status, header);
  LogCall(header, response, metrics::SteadyNow() - arrived);
  return response;
}

http::Response Api::RenderFault(const http::Fault& fault, const http::Request& header) {
  const std::shared_ptr<Head> head = HeadOf(header);
  http::Response response = Refuse(StatusOf(fault), *head);
  CountFault(fault);
  if (!IsOfCall(fault)) {
    const log::RequestScope scope(http::IdsOf(header));
    NoteCall(header, *head, response.status, absl::ZeroDuration());
  }
  return response;
}

absl::Status Api::CheckHead(const http::Request& header, Head& head,
                            std::optional<uint64_t> body_bytes) const {
  const uint64_t declared = body_bytes.value_or(0);
  if (head.is_open) ZT_RETURN_IF_ERROR(guard_.Check(header));
  if (head.body_limit.has_value()) return CheckBodySize(declared, *head.body_limit);
  ZT_RETURN_IF_ERROR(CheckCall(head));
  // The body of a POST that stands for a GET is a form, which may hold the token.
  const bool is_form =
      head.method != header.method && head.method != "PATCH" && head.method != "PUT";
  const bool may_hold_token = is_form && body_bytes.has_value() && declared <= limits::kFormBytes;
  if (may_hold_token && !header.headers.Has("Authorization")) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(Admit(header, head));
  // Fault rules come before rights, and may need the body.
  if (seam_.HasFaults()) return absl::OkStatus();
  return CheckPathRight(*head.route, head.caller.principal(), methods_);
}

http::Response Api::Respond(http::Request& request, Head& head, absl::Duration& may_wait) {
  if (head.body_limit.has_value() && request.body.size() > *head.body_limit) {
    CountRejection(Rejection::kBodySize);
    return Refuse(errors::BodyTooLarge(*head.body_limit), head);
  }
  if (head.is_portal) return AnswerPortal(request, head);
  if (head.method == "OPTIONS") return Options(request, head);
  if (head.endpoint != nullptr) {
    std::optional<http::Response> fault = FaultOfToken(request, head);
    return fault.has_value() ? *std::move(fault) : (this->*head.endpoint->answer)(request, head);
  }
  absl::StatusOr<http::Response> called = Call(request, head, may_wait);
  http::Response response = called.ok() ? *std::move(called) : Refuse(called.status(), head);
  if (!head.query.callback.empty() && !head.is_open) WrapForCallback(head.query.callback, response);
  return response;
}

http::Response Api::AnswerPortal(const http::Request& request, const Head& head) {
  absl::StatusOr<http::Response> answer =
      portal_->Answer(request, head.parts.path, head.parts.query);
  http::Response response = answer.ok() ? *std::move(answer) : Refuse(answer.status(), head);
  Portal::AddPolicies(response.headers);
  return response;
}

http::Response Api::Options(const http::Request& request, const Head& head) {
  std::string methods;
  const auto add = [&methods](std::string_view method) {
    methods += fmt::format("{}{}", methods.empty() ? "" : ", ", method);
  };
  for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    if (head.path == "*" || FindEndpoint(method, head.path) != nullptr ||
        routes_.Find(RouteMethod(method), head.parts.path).ok()) {
      add(method);
    }
  }
  if (methods.empty()) return Refuse(errors::NoSuchRoute(), head);
  add("OPTIONS");
  if (!IsForPages(head)) {
    http::Response response;
    response.headers.Add("Allow", methods);
    return response;
  }
  return OptionsResponse(request, methods);
}

http::Response Api::Batch(const http::Request& request, Head& head) {
  const auto refuse = [&head](const absl::Status& status) { return Refusal(status, head.query); };
  Mutex mutex;
  std::optional<sandbox::FaultPlan> cut;  // a part's, which cuts the batch
  const auto call = [&](http::Request part) {
    const std::shared_ptr<Head> part_head = HeadOf(part);
    part.context = part_head;
    if (part_head->IsCall()) {
      // Each part runs on a thread of its own.
      const log::RequestScope scope(http::IdsOf(part));
      const absl::Duration arrived = metrics::SteadyNow();
      absl::Duration may_wait;  // a call in a batch does not wait
      http::Response answer = AnswerPlain(part, may_wait);
      if (const absl::Duration delay = TakeDelay(part); delay > absl::ZeroDuration()) {
        dispatch_.WaitHere(delay);
        answer = AnswerPlain(part, may_wait);
      }
      LogCall(part, answer, metrics::SteadyNow() - arrived);
      if (part_head->plan != nullptr && part_head->plan->CutsConnection()) {
        const MutexLock lock(mutex);
        cut = *part_head->plan;
      }
      return answer;
    }
    return refuse(errors::BadRequest(
        {{"", "Invalid part: a batch request holds only calls of the API, under /v1."}}));
  };
  absl::StatusOr<http::Response> response = AnswerBatch(request, call, refuse);
  if (cut.has_value()) head.plan = std::make_unique<sandbox::FaultPlan>(*std::move(cut));
  return response.ok() ? *std::move(response) : Refuse(response.status(), head);
}

http::Response Api::Discovery(const http::Request& request, Head& head) {
  return discovery_.Answer(head.endpoint->path, head.query,
                           http::AcceptsGzip(request.headers.Get("Accept-Encoding")));
}

absl::Status Api::CheckReady() {
  if (draining_) return errors::Unavailable("it is shutting down");
  absl::Status status = store_.Ping();
  if (!absl::IsDataLoss(status)) return status;
  log::Error("the registry cannot be read", {{"error", status.ToString()}});
  return errors::Unavailable("the registry cannot be read; the log of the server says why");
}

http::Response Api::Healthy(const http::Request&, Head&) {
  return JsonResponse(200, "{\"status\":\"ok\"}\n");
}

http::Response Api::Ready(const http::Request& request, Head& head) {
  const absl::Status status = CheckReady();
  return status.ok() ? Healthy(request, head) : Refuse(status, head);
}

absl::StatusOr<http::Response> Api::Call(http::Request& request, Head& head,
                                         absl::Duration& may_wait) {
  ZT_RETURN_IF_ERROR(CheckCall(head));
  ZT_RETURN_IF_ERROR(Admit(request, head));
  if (std::optional<http::Response> fault = FaultOf(request, head)) return *std::move(fault);
  const google::protobuf::MethodDescriptor& method = *head.route->route->method;
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<const json::Selection> selection,
                      SelectionOf(head.query, *method.output_type()));
  google::protobuf::Arena arena;
  google::protobuf::Message& message = *google::protobuf::MessageFactory::generated_factory()
                                            ->GetPrototype(method.input_type())
                                            ->New(&arena);
  const auth::Principal& caller = head.caller.principal();
  // As in RefuseEarly, which is skipped if the body arrives with the head.
  if (!request.body.empty()) ZT_RETURN_IF_ERROR(CheckPathRight(*head.route, caller, methods_));
  MoreArguments more;
  more.wanted.total_size = selection == nullptr || selection->Find("totalSize") != nullptr;
  ZT_RETURN_IF_ERROR(ReadRequest(*head.route, head.query, request, message,
                                 methods_.TakesItems(method) ? &more.items : nullptr));
  ZT_ASSIGN_OR_RETURN(Answer answer, methods_.Call(method, caller, message, more));
  if (const auto* operation = std::get_if<service::OperationAnswer>(&answer)) {
    may_wait = operation->may_wait;
  }
  return AnswerResponse(std::move(answer), head.query.pretty, std::move(selection));
}

absl::Status Api::CheckCall(const Head& head) {
  ZT_RETURN_IF_ERROR(CheckSystemParameters(head.query));
  ZT_RETURN_IF_ERROR(head.route.status());
  return CheckAlt(head.query);
}

absl::Status Api::Admit(const http::Request& request, Head& head) const {
  if (head.is_open) {
    // A script of a page could read an answer that is a script.
    if (!head.query.callback.empty()) {
      return errors::BadRequest({{"callback", "Invalid callback: this method answers only JSON."}});
    }
    return guard_.Check(request);
  }
  return head.caller.Authenticate(authenticator_, clock_, request.headers.Get("Authorization"),
                                  head.query.access_token);
}

http::Response Api::Refuse(const absl::Status& status, const Head& head) {
  const absl::Status error = PublicError(status);
  head.answered = error.code();
  return ErrorResponse(error, head.query.pretty, head.query.error_format);
}

std::string Api::ResourceOf(const http::Request& request) { return HeadOf(request)->Resource(); }

void Api::LogCall(const http::Request& request, const http::Response& response,
                  absl::Duration took) {
  const std::shared_ptr<Head> head = HeadOf(request);
  if (head->token_error.has_value()) auth::TokenEndpoint::Count(*head->token_error);
  NoteCall(request, *head, response.status, took);
  if (seam_.Logs()) Record(request, *head, response, took);
}

void Api::NoteCall(const http::Request& request, const Head& head, int http_status,
                   absl::Duration took) {
  const absl::StatusCode code =
      head.answered != absl::StatusCode::kOk ? head.answered : CodeOf(http_status);
  dispatch_.meter().Count(CountedAs(head), code, CountedProtocol(request.protocol), took);
  if (spans::AreKept()) {
    dispatch_.meter().Trace(request, PathForLog(request.target), CountedAs(head), code, took);
  }
  if (!log::HasAccessLine(http_status >= 400)) return;
  log::Info("request", {{"method", request.method},
                        {"path", PathForLog(request.target)},
                        {"protocol", ProtocolName(request.protocol)},
                        {"status", http_status},
                        {"ms", absl::ToDoubleMilliseconds(took)},
                        {"account", head.caller.email()}});
}

size_t Api::CountedAs(const Head& head) {
  using Beside = CallMeter::Beside;
  const CallMeter& meter = dispatch_.meter();
  if (head.endpoint == nullptr) {
    return head.route.ok() ? meter.IndexOf(head.route->route->method)
                           : meter.IndexOf(Beside::kOther);
  }
  const auto answer = head.endpoint->answer;
  return meter.IndexOf(IsToken(head)                                      ? Beside::kToken
                       : answer == &Api::Healthy || answer == &Api::Ready ? Beside::kHealth
                       : answer == &Api::Discovery                        ? Beside::kDocuments
                                                                          : Beside::kOther);
}

}  // namespace zerotouch::wire
