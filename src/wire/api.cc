#include "wire/api.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "model/errors.h"
#include "wire/answer_response.h"
#include "wire/error_json.h"
#include "wire/public_error.h"
#include "wire/responses.h"
#include "wire/transcode.h"

namespace zerotouch::wire {
namespace {

// Bytes of a token request. An assertion is under 2 KiB, but whoever sends one
// is still a stranger.
constexpr size_t kTokenBodyBytes = size_t{64} << 10;

// HEAD is a GET whose answer the transport sends without its body.
bool IsGet(const HttpRequest& request, std::string_view path, std::string_view wanted) {
  return (request.method == "GET" || request.method == "HEAD") && path == wanted;
}

bool IsToken(const HttpRequest& request, std::string_view path) {
  return request.method == "POST" && path == "/token";
}

// The length that the header declares; nullopt if chunked, 0 without a body.
std::optional<uint64_t> DeclaredLength(const HttpRequest& header) {
  if (header.headers.Has("Transfer-Encoding")) return std::nullopt;
  uint64_t length = 0;
  const std::string text(header.headers.Get("Content-Length"));
  return absl::SimpleAtoi(text, &length) ? length : 0;
}

absl::Status CheckAlt(const Query& query) {
  if (query.alt.empty() || query.alt == "json") return absl::OkStatus();
  return errors::BadRequest(
      {{"alt",
        fmt::format("Unsupported alt type \"{}\". This server answers \"json\".", query.alt)}});
}

}  // namespace

Api::Api(MethodTable methods, auth::Authenticator& authenticator, auth::TokenEndpoint& tokens,
         store::Store& store, const Clock& clock)
    // The descriptors are part of the program: a test builds the same table.
    : routes_(RouteTable::Build(ApiServices()).value()),
      methods_(std::move(methods)),
      authenticator_(authenticator),
      tokens_(tokens),
      store_(store),
      clock_(clock) {}

HttpResponse Api::Handle(HttpRequest request) {
  const log::RequestScope scope(request.request_id);
  const absl::Time begun = clock_.Now();
  std::string account;
  HttpResponse response = Respond(request, account);
  LogCall(request, response.status, begun, account);
  return response;
}

std::optional<HttpResponse> Api::RefuseEarly(const HttpRequest& header) {
  if (DeclaredLength(header) == 0) return std::nullopt;
  const log::RequestScope scope(header.request_id);
  const absl::Time begun = clock_.Now();
  const Target target = SplitTarget(header.target);
  const Query query = ParseQuery(target.query);
  const absl::Status status = CheckHeader(header, target, query);
  if (status.ok()) return std::nullopt;
  HttpResponse response = ErrorResponse(PublicError(status), query.pretty);
  LogCall(header, response.status, begun, "");
  return response;
}

HttpResponse Api::RenderError(const absl::Status& status) {
  return ErrorResponse(PublicError(status), /*pretty=*/true);
}

// What can be refused before the body is there.
absl::Status Api::CheckHeader(const HttpRequest& header, const Target& target, const Query& query) {
  if (IsToken(header, target.path)) {
    return DeclaredLength(header).value_or(0) > kTokenBodyBytes
               ? errors::BodyTooLarge(kTokenBodyBytes)
               : absl::OkStatus();
  }
  ZT_RETURN_IF_ERROR(routes_.Find(header.method, target.path).status());
  ZT_RETURN_IF_ERROR(CheckAlt(query));
  return Authenticate(header, query).status();
}

HttpResponse Api::Respond(HttpRequest& request, std::string& account) {
  const Target target = SplitTarget(request.target);
  if (IsGet(request, target.path, "/healthz")) return JsonResponse(200, "{\"status\":\"ok\"}\n");
  if (IsGet(request, target.path, "/readyz")) return Ready();
  if (IsToken(request, target.path)) return Token(request, target.query);
  const Query query = ParseQuery(target.query);
  absl::StatusOr<HttpResponse> response = Call(request, target, query, account);
  return response.ok() ? *std::move(response)
                       : ErrorResponse(PublicError(response.status()), query.pretty);
}

HttpResponse Api::Ready() {
  if (draining_) return ErrorResponse(errors::Unavailable("it is about to stop"), true);
  if (const absl::Status status = store_.Ping(); !status.ok()) {
    return ErrorResponse(PublicError(status), true);
  }
  return JsonResponse(200, "{\"status\":\"ok\"}\n");
}

HttpResponse Api::Token(const HttpRequest& request, std::string_view query) {
  if (request.body.size() > kTokenBodyBytes) {
    return ErrorResponse(errors::BodyTooLarge(kTokenBodyBytes), true);
  }
  auth::TokenAnswer answer =
      tokens_.Answer(request.headers.Get("Content-Type"), request.body, query);
  HttpResponse response;
  response.status = answer.http_status;
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");  // RFC 6749 section 5.1
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(answer.body);
  return response;
}

absl::StatusOr<HttpResponse> Api::Call(HttpRequest& request, const Target& target,
                                       const Query& query, std::string& account) {
  ZT_ASSIGN_OR_RETURN(const RouteMatch match, routes_.Find(request.method, target.path));
  ZT_RETURN_IF_ERROR(CheckAlt(query));
  ZT_ASSIGN_OR_RETURN(const auth::Principal caller, Authenticate(request, query));
  account = caller.email;
  const google::protobuf::MethodDescriptor& method = *match.route->method;
  google::protobuf::Arena arena;
  google::protobuf::Message& message = *google::protobuf::MessageFactory::generated_factory()
                                            ->GetPrototype(method.input_type())
                                            ->New(&arena);
  ZT_RETURN_IF_ERROR(Transcode(match, query, request.body, message));
  // 100,000 items are parsed now: their text need not stay beside them.
  std::string().swap(request.body);
  ZT_ASSIGN_OR_RETURN(Answer answer, methods_.Call(method, caller, message));
  return AnswerResponse(std::move(answer), query.pretty);
}

absl::StatusOr<auth::Principal> Api::Authenticate(const HttpRequest& request, const Query& query) {
  return authenticator_.Authenticate(request.headers.Get("Authorization"), query.access_token);
}

// The path alone: a query may hold an access token.
void Api::LogCall(const HttpRequest& request, int status, absl::Time begun,
                  std::string_view account) const {
  log::Info("request", {{"method", request.method},
                        {"path", SplitTarget(request.target).path},
                        {"status", status},
                        {"ms", absl::ToDoubleMilliseconds(clock_.Now() - begun)},
                        {"account", account}});
}

}  // namespace zerotouch::wire
