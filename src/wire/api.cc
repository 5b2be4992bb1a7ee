// SPDX-License-Identifier: Apache-2.0
#include "wire/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/percent.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "http/content_coding.h"
#include "wire/http_fault.h"
#include "wire/public_error.h"
#include "wire/rest/answer_response.h"
#include "wire/rest/batch_request.h"
#include "wire/rest/cors.h"
#include "wire/rest/error_json.h"
#include "wire/rest/jsonp.h"
#include "wire/rest/method_override.h"
#include "wire/rest/responses.h"
#include "wire/rest/transcode.h"

namespace zerotouch::wire {
namespace {

// HEAD is a GET whose answer the transport sends without its body.
bool IsGet(const http::Request& request, std::string_view path, std::string_view wanted) {
  return (request.method == "GET" || request.method == "HEAD") && path == wanted;
}

bool IsToken(const http::Request& request, std::string_view path) {
  return request.method == "POST" && path == "/token";
}

bool IsBatch(const http::Request& request, std::string_view path) {
  return request.method == "POST" && path == "/batch";
}

// A path beside the API's, as it is compared: clients may encode the `$`.
std::string Decoded(std::string_view path) {
  return PercentDecode(path).value_or(std::string(path));
}

// The HTTP method of the route for `method`.
std::string_view RouteMethod(std::string_view method) { return method == "HEAD" ? "GET" : method; }

// The length that the header declares; nullopt if chunked, 0 without a body.
std::optional<uint64_t> DeclaredLength(const http::Request& header) {
  if (header.headers.Has("Transfer-Encoding")) return std::nullopt;
  uint64_t length = 0;
  const std::string text(header.headers.Get("Content-Length"));
  return absl::SimpleAtoi(text, &length) ? length : 0;
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

// The answer to a request that is refused, as its header wants errors to be.
http::Response Refusal(const absl::Status& status, const http::Request& header) {
  const Query query = ReadQuery(SplitTarget(header.target).query, header.headers);
  return ErrorResponse(PublicError(status), query.pretty, query.error_format);
}

// What of a method's answer is wanted; null: everything.
absl::StatusOr<std::shared_ptr<const json::Selection>> SelectionOf(
    const Query& query, const google::protobuf::Descriptor& answer) {
  if (query.fields.empty()) return nullptr;
  std::string wrong;
  auto selection = json::Selection::Parse(query.fields, answer, &wrong);
  if (!selection) return errors::InvalidFields(query.fields, wrong);
  return std::make_shared<const json::Selection>(*std::move(selection));
}

// How a call came, for the log.
std::string_view ProtocolOf(const http::Request& request) {
  if (request.batched) return "batch";
  return request.trailers ? "HTTP/2" : "HTTP/1.1";
}

}  // namespace

Api::Api(const MethodTable& methods, auth::Authenticator& authenticator,
         auth::TokenEndpoint& tokens, store::Store& store, const Clock& clock)
    // The descriptors are part of the program: a test builds the same table.
    : routes_(RouteTable::Build(ApiServices()).value()),
      methods_(methods),
      authenticator_(authenticator),
      tokens_(tokens),
      store_(store),
      clock_(clock) {}

void Api::SetRootUrl(std::string url) { discovery_.SetRootUrl(routes_, std::move(url)); }

http::Response Api::Handle(http::Request request) {
  const log::RequestScope scope(request.request_id);
  http::Response response = Serve(request);
  AllowOrigin(request, response);
  if (http::AcceptsGzip(request.headers.Get("Accept-Encoding"))) http::CompressAnswer(response);
  return response;
}

http::Response Api::Serve(http::Request& request) {
  const absl::Time begun = clock_.Now();
  std::string account;
  const absl::Status status = ApplyMethodOverride(request);
  http::Response response = status.ok() ? Respond(request, account) : Refusal(status, request);
  LogCall(request, response.status, begun, account);
  return response;
}

std::optional<http::Response> Api::RefuseEarly(const http::Request& header) {
  if (DeclaredLength(header) == 0) return std::nullopt;
  const log::RequestScope scope(header.request_id);
  const absl::Time begun = clock_.Now();
  const Target target = SplitTarget(header.target);
  const Query query = ReadQuery(target.query, header.headers);
  const absl::Status status = CheckHeader(header, target, query);
  if (status.ok()) return std::nullopt;
  http::Response response = ErrorResponse(PublicError(status), query.pretty, query.error_format);
  AllowOrigin(header, response);
  LogCall(header, response.status, begun, "");
  return response;
}

http::Response Api::RenderFault(const http::Fault& fault, const http::Request& header) {
  return Refusal(StatusOf(fault), header);
}

// What can be refused before the body is there.
absl::Status Api::CheckHeader(const http::Request& header, const Target& target,
                              const Query& query) {
  const std::optional<uint64_t> length = DeclaredLength(header);
  const std::string path = Decoded(target.path);
  if (IsToken(header, path)) {
    return length.value_or(0) > limits::kFormBytes ? errors::BodyTooLarge(limits::kFormBytes)
                                                   : absl::OkStatus();
  }
  // The credentials of a batch may be in its parts.
  if (IsBatch(header, path)) {
    return length.value_or(0) > limits::kBatchRequestBytes
               ? errors::BodyTooLarge(limits::kBatchRequestBytes)
               : absl::OkStatus();
  }
  ZT_RETURN_IF_ERROR(CheckSystemParameters(query));
  const std::string_view method = IntendedMethod(header);
  ZT_RETURN_IF_ERROR(routes_.Find(RouteMethod(method), target.path).status());
  ZT_RETURN_IF_ERROR(CheckAlt(query));
  // The token of a GET that came as a form may be in the form.
  const bool is_form = method != header.method && method != "PATCH" && method != "PUT";
  const bool may_be_inside = is_form && length.has_value() && *length <= limits::kFormBytes;
  if (may_be_inside && !header.headers.Has("Authorization")) return absl::OkStatus();
  return Authenticate(header, query).status();
}

http::Response Api::Respond(http::Request& request, std::string& account) {
  const Target target = SplitTarget(request.target);
  if (auto response = RespondBesideApi(request, target)) return *std::move(response);
  const Query query = ReadQuery(target.query, request.headers);
  absl::StatusOr<http::Response> called = Call(request, target, query, account);
  http::Response response =
      called.ok() ? *std::move(called)
                  : ErrorResponse(PublicError(called.status()), query.pretty, query.error_format);
  if (!query.callback.empty()) WrapForCallback(query.callback, response);
  return response;
}

std::optional<http::Response> Api::RespondBesideApi(const http::Request& request,
                                                    const Target& target) {
  const std::string path = Decoded(target.path);
  if (request.method == "OPTIONS") return Options(request, path);
  if (IsGet(request, path, "/healthz")) return JsonResponse(200, "{\"status\":\"ok\"}\n");
  if (IsGet(request, path, "/readyz")) return Ready(request);
  if (IsToken(request, path)) return Token(request, target.query);
  if (IsBatch(request, path)) return Batch(request);
  for (const std::string_view known : DiscoveryDocuments::kPaths) {
    if (IsGet(request, path, known)) return discovery_.Answer(known, ParseQuery(target.query));
  }
  return std::nullopt;
}

http::Response Api::Options(const http::Request& request, std::string_view path) {
  std::string methods;
  const auto add = [&methods](std::string_view method) {
    methods += fmt::format("{}{}", methods.empty() ? "" : ", ", method);
  };
  http::Request probe;
  for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    probe.method = method;
    const bool is_beside = IsToken(probe, path) || IsBatch(probe, path) ||
                           IsGet(probe, path, "/healthz") || IsGet(probe, path, "/readyz") ||
                           std::ranges::any_of(DiscoveryDocuments::kPaths, [&](auto known) {
                             return IsGet(probe, path, known);
                           });
    if (path == "*" || is_beside || routes_.Find(RouteMethod(method), path).ok()) add(method);
  }
  if (methods.empty()) return Refusal(errors::NoSuchRoute(), request);
  add("OPTIONS");
  return OptionsResponse(request, methods);
}

http::Response Api::Batch(const http::Request& request) {
  if (request.body.size() > limits::kBatchRequestBytes) {
    return Refusal(errors::BodyTooLarge(limits::kBatchRequestBytes), request);
  }
  const auto refuse = [&](const absl::Status& status) { return Refusal(status, request); };
  const auto call = [&](http::Request inner) {
    const log::RequestScope scope(inner.request_id);
    if (!IsBatch(inner, Decoded(SplitTarget(inner.target).path))) return Serve(inner);
    return refuse(errors::BadRequest({{"", "A batch request cannot hold another."}}));
  };
  absl::StatusOr<http::Response> response = AnswerBatch(request, call, refuse);
  return response.ok() ? *std::move(response) : refuse(response.status());
}

absl::Status Api::CheckReady() {
  return draining_ ? errors::Unavailable("it is about to stop") : store_.Ping();
}

http::Response Api::Ready(const http::Request& request) {
  const absl::Status status = CheckReady();
  if (!status.ok()) return Refusal(status, request);
  return JsonResponse(200, "{\"status\":\"ok\"}\n");
}

http::Response Api::Token(const http::Request& request, std::string_view query) {
  if (request.body.size() > limits::kFormBytes) {
    return Refusal(errors::BodyTooLarge(limits::kFormBytes), request);
  }
  auth::TokenAnswer answer =
      tokens_.Answer(request.headers.Get("Content-Type"), request.body, query);
  http::Response response;
  response.status = answer.http_status;
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");  // RFC 6749 section 5.1
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(answer.body);
  return response;
}

absl::StatusOr<http::Response> Api::Call(http::Request& request, const Target& target,
                                         const Query& query, std::string& account) {
  ZT_RETURN_IF_ERROR(CheckSystemParameters(query));
  ZT_ASSIGN_OR_RETURN(const RouteMatch match,
                      routes_.Find(RouteMethod(request.method), target.path));
  ZT_RETURN_IF_ERROR(CheckAlt(query));
  ZT_ASSIGN_OR_RETURN(const auth::Principal caller, Authenticate(request, query));
  account = caller.email;
  const google::protobuf::MethodDescriptor& method = *match.route->method;
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<const json::Selection> selection,
                      SelectionOf(query, *method.output_type()));
  google::protobuf::Arena arena;
  google::protobuf::Message& message = *google::protobuf::MessageFactory::generated_factory()
                                            ->GetPrototype(method.input_type())
                                            ->New(&arena);
  ZT_RETURN_IF_ERROR(Transcode(match, query, request.body, message));
  // 100,000 items are parsed now: their text need not stay beside them.
  std::string().swap(request.body);
  ZT_ASSIGN_OR_RETURN(Answer answer, methods_.Call(method, caller, message));
  return AnswerResponse(std::move(answer), query.pretty, std::move(selection));
}

absl::StatusOr<auth::Principal> Api::Authenticate(const http::Request& request,
                                                  const Query& query) {
  return authenticator_.Authenticate(request.headers.Get("Authorization"), query.access_token);
}

// The path alone: a query may hold an access token.
void Api::LogCall(const http::Request& request, int status, absl::Time begun,
                  std::string_view account) const {
  log::Info("request", {{"method", request.method},
                        {"path", SplitTarget(request.target).path},
                        {"protocol", ProtocolOf(request)},
                        {"status", status},
                        {"ms", absl::ToDoubleMilliseconds(clock_.Now() - begun)},
                        {"account", account}});
}

}  // namespace zerotouch::wire
