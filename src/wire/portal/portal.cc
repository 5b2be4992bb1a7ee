// SPDX-License-Identifier: Apache-2.0
#include "wire/portal/portal.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/form.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "errors/errors.h"
#include "wire/portal/session_json.h"

namespace zerotouch::wire {
namespace {

constexpr std::string_view kRoot = "/portal/";
constexpr std::string_view kSessionPath = "/portal/session";
constexpr std::string_view kTokenPath = "/portal/token";
constexpr std::string_view kLoginPath = "/portal/login";
constexpr std::string_view kCallbackPath = "/portal/callback";

bool IsRead(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

http::Response MethodNotAllowed(std::string_view allowed) {
  http::Response response;
  response.status = 405;
  response.headers.Add("Allow", allowed);
  return response;
}

http::Response PortalJson(std::string body) {
  http::Response response;
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

absl::Status RequireJson(const http::Request& request) {
  return IsMediaType(request.headers.Get("Content-Type"), "application/json") ? absl::OkStatus()
                                                                              : errors::NotJson();
}

http::Response SeeOther(std::string_view location) {
  http::Response response;
  response.status = 303;
  response.headers.Add("Location", location);
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

// Returns the path in the parameter `return` if it is one of the portal, else the portal's root.
std::string ReturnPathIn(std::string_view query) {
  for (const FormField& field : ParseForm(query)) {
    if (field.name != "return" || !field.value.has_value()) continue;
    const std::string& path = *field.value;
    const bool is_plain = std::ranges::all_of(path, [](char c) {
      return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
    });
    // The rest of the path cannot lead to another origin, because the first segment is ours.
    if (is_plain && path.starts_with(kRoot) && path.size() <= limits::kReturnPathBytes) return path;
  }
  return std::string(kRoot);
}

// Returns what the page shows of a sign-in that failed.
std::string_view SignInError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return "EXPIRED";
    case absl::StatusCode::kUnauthenticated:
      return "DENIED";
    case absl::StatusCode::kPermissionDenied:
      return "NO_ROLE";
    default:
      return "PROVIDER_UNAVAILABLE";
  }
}

http::Response SignInFailed(const absl::Status& status) {
  log::Warning("cannot sign in to the portal", {{"reason", MessageOf(status)}});
  return SeeOther(fmt::format("{}?signInError={}", kRoot, SignInError(status)));
}

// Returns the text of the member `account` of a JSON object.
absl::StatusOr<std::string> AccountIn(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view account;
  if (parser.parse(body).get(object) != simdjson::SUCCESS ||
      object["account"].get(account) != simdjson::SUCCESS) {
    return errors::BadRequest(
        {{"account", "Invalid body: send {\"account\":\"an e-mail address\"}."}});
  }
  return std::string(account);
}

// One of the sign-ins that may wait for the provider at once.
class SignInSlot {
 public:
  explicit SignInSlot(std::atomic<int>& used) : used_(used), place_(++used) {}
  ~SignInSlot() { --used_; }
  SignInSlot(const SignInSlot&) = delete;
  SignInSlot& operator=(const SignInSlot&) = delete;
  bool ok() const { return place_ <= limits::kSignInsAtOnce; }

 private:
  std::atomic<int>& used_;
  const int place_;
};

}  // namespace

bool Portal::Owns(std::string_view path) {
  return path == kRoot.substr(0, kRoot.size() - 1) || path.starts_with(kRoot);
}

MethodKind Portal::KindOf(std::string_view path) {
  const bool is_file =
      path != kSessionPath && path != kTokenPath && path != kLoginPath && path != kCallbackPath;
  return is_file ? MethodKind::kOther : MethodKind::kLong;
}

void Portal::SetRootUrl(std::string_view url) {
  is_secure_ = url.starts_with("https://");
  const MutexLock lock(mutex_);
  root_url_ = url;
}

std::string Portal::RootUrl() const {
  const MutexLock lock(mutex_);
  return root_url_;
}

void Portal::AddPolicies(http::Headers& headers) {
  headers.Set("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; "
              "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; "
              "base-uri 'none'; frame-ancestors 'none'");
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("Referrer-Policy", "same-origin");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
}

absl::StatusOr<http::Response> Portal::Answer(const http::Request& request, std::string_view path,
                                              std::string_view query) {
  // A name that leads here by a change of DNS would be another origin with our pages.
  if (sessions_.is_sandbox()) ZT_RETURN_IF_ERROR(guard_.CheckHost(request));
  if (path == kSessionPath) return AnswerSession(request);
  if (path == kTokenPath) {
    if (request.method != "POST") return MethodNotAllowed("POST");
    return Token(request);
  }
  if (!IsRead(request)) return MethodNotAllowed("GET, HEAD");
  if (!path.starts_with(kRoot)) {
    http::Response response;
    response.status = 308;
    response.headers.Add("Location", kRoot);
    return response;
  }
  if (path == kLoginPath) return StartSignIn(query);
  if (path == kCallbackPath) return FinishSignIn(request, query);
  path.remove_prefix(kRoot.size());
  if (auto asset = assets_.Asset(request, path)) return std::move(*asset);
  if (path.starts_with("assets/")) return errors::NoSuchRoute();
  return assets_.Index(request);
}

std::string_view Portal::SecretOf(const http::Request& request) const {
  return ReadCookie(request.headers, Cookie::kSession, rules());
}

absl::StatusOr<http::Response> Portal::AnswerSession(const http::Request& request) {
  if (IsRead(request)) return ShowSession(request);
  if (request.method == "POST") return SignIn(request);
  if (request.method == "DELETE") return SignOut(request);
  return MethodNotAllowed("GET, HEAD, POST, DELETE");
}

absl::StatusOr<http::Response> Portal::ShowSession(const http::Request& request) {
  ZT_ASSIGN_OR_RETURN(const std::optional<auth::SignedIn> signed_in,
                      sessions_.Find(SecretOf(request)));
  if (signed_in.has_value()) {
    return PortalJson(SessionJson(ModeName(), *signed_in, has_controls_));
  }
  std::string json = fmt::format("{{\"mode\":\"{}\",\"signedIn\":false", ModeName());
  if (sessions_.is_sandbox()) {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
    ZT_ASSIGN_OR_RETURN(const std::string accounts, SandboxAccountsJson(*snapshot));
    json += fmt::format(",\"accounts\":{}", accounts);
  }
  return PortalJson(json + fmt::format(",\"sandboxControls\":{}}}\n", has_controls_));
}

absl::Status Portal::CheckOrigin(const http::Request& request) {
  const std::string_view site = request.headers.Get("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" ? absl::OkStatus() : errors::ForeignPage();
  std::string_view origin = request.headers.Get("Origin");
  if (origin.empty()) return absl::OkStatus();  // no browser
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return errors::ForeignPage();
  origin.remove_prefix(scheme + 3);
  return origin == request.headers.Get("Host") ? absl::OkStatus() : errors::ForeignPage();
}

absl::StatusOr<http::Response> Portal::SignIn(const http::Request& request) {
  ZT_RETURN_IF_ERROR(RequireJson(request));
  ZT_RETURN_IF_ERROR(CheckOrigin(request));
  if (!sessions_.is_sandbox()) {
    return errors::InvalidOperation(
        "This server signs in at its identity provider: open /portal/login.");
  }
  auth::Visitor visitor;
  ZT_ASSIGN_OR_RETURN(visitor.email, AccountIn(request.body));
  {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
    ZT_ASSIGN_OR_RETURN(const auto found, snapshot->FindAccount(visitor.email));
    visitor.is_account = found.has_value();
  }
  ZT_ASSIGN_OR_RETURN(const std::string secret, sessions_.Begin(visitor));
  // The session that the browser had before ends.
  ZT_RETURN_IF_ERROR(sessions_.End(SecretOf(request)));
  ZT_ASSIGN_OR_RETURN(const std::optional<auth::SignedIn> signed_in, sessions_.Find(secret));
  if (!signed_in.has_value()) return errors::NotAllowed();
  http::Response response = PortalJson(SessionJson(ModeName(), *signed_in, has_controls_));
  SetCookie(Cookie::kSession, secret, limits::kSessionLifetime, rules(), response.headers);
  return response;
}

absl::StatusOr<auth::SignedIn> Portal::CheckPage(const http::Request& request) {
  ZT_RETURN_IF_ERROR(RequireJson(request));
  ZT_ASSIGN_OR_RETURN(std::optional<auth::SignedIn> signed_in, sessions_.Find(SecretOf(request)));
  if (!signed_in.has_value()) return errors::MissingCredentials();
  if (!crypto::ConstantTimeEquals(request.headers.Get("X-CSRF-Token"), signed_in->csrf)) {
    return errors::ForeignPage();
  }
  return *std::move(signed_in);
}

absl::StatusOr<http::Response> Portal::StartSignIn(std::string_view query) {
  if (sessions_.is_sandbox()) return SeeOther(kRoot);
  if (oidc_ == nullptr) return SignInFailed(absl::UnavailableError("there is no --oidc-issuer"));
  const SignInSlot slot(sign_ins_);
  if (!slot.ok()) return errors::TooBusy("sign-ins", absl::Seconds(5));
  const absl::StatusOr<auth::OidcClient::Start> start =
      oidc_->Begin(fmt::format("{}{}", RootUrl(), kCallbackPath), ReturnPathIn(query));
  if (!start.ok()) return SignInFailed(start.status());
  http::Response response = SeeOther(start->url);
  SetCookie(Cookie::kSignIn, start->cookie, limits::kSignInTime, rules(), response.headers);
  return response;
}

absl::StatusOr<http::Response> Portal::FinishSignIn(const http::Request& request,
                                                    std::string_view query) {
  if (oidc_ == nullptr) return SeeOther(kRoot);
  const SignInSlot slot(sign_ins_);
  if (!slot.ok()) return errors::TooBusy("sign-ins", absl::Seconds(5));
  const auto finish = oidc_->End(query, ReadCookie(request.headers, Cookie::kSignIn, rules()),
                                 fmt::format("{}{}", RootUrl(), kCallbackPath));
  const absl::StatusOr<std::string> secret =
      finish.ok() ? sessions_.Begin(finish->visitor) : absl::StatusOr<std::string>(finish.status());
  http::Response response =
      secret.ok() ? SeeOther(finish->return_path) : SignInFailed(secret.status());
  if (secret.ok()) {
    // The session that the browser had before ends.
    ZT_RETURN_IF_ERROR(sessions_.End(SecretOf(request)));
    SetCookie(Cookie::kSession, *secret, limits::kSessionLifetime, rules(), response.headers);
  }
  SetCookie(Cookie::kSignIn, "", absl::ZeroDuration(), rules(), response.headers);
  return response;
}

absl::StatusOr<http::Response> Portal::SignOut(const http::Request& request) {
  ZT_RETURN_IF_ERROR(CheckPage(request).status());
  ZT_RETURN_IF_ERROR(sessions_.End(SecretOf(request)));
  const std::string url =
      oidc_ == nullptr ? "" : oidc_->SignOutUrl(fmt::format("{}{}", RootUrl(), kRoot));
  std::string json = "{}\n";
  if (!url.empty()) {
    json = "{\"logoutUrl\":";
    AppendJsonString(url, json);
    json += "}\n";
  }
  http::Response response = PortalJson(std::move(json));
  SetCookie(Cookie::kSession, "", absl::ZeroDuration(), rules(), response.headers);
  return response;
}

absl::StatusOr<http::Response> Portal::Token(const http::Request& request) {
  ZT_ASSIGN_OR_RETURN(const auth::SignedIn signed_in, CheckPage(request));
  ZT_ASSIGN_OR_RETURN(const std::string token, sessions_.MintToken(signed_in));
  return PortalJson(fmt::format("{{\"accessToken\":\"{}\",\"expiresIn\":{}}}\n", token,
                                absl::ToInt64Seconds(limits::kPortalTokenLifetime)));
}

}  // namespace zerotouch::wire
