// SPDX-License-Identifier: Apache-2.0
#include "auth/oidc.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/ascii.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/percent.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "model/company.h"

namespace zerotouch::auth {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr size_t kMacBytes = 32;

std::string RandomText() { return crypto::Base64UrlEncode(RandomBytes(kRandomBytes)); }

// A JSON object, with its members as texts.
class OidcJson {
 public:
  // Returns false if `text` is no JSON object.
  bool Parse(std::string_view text) {
    return parser_.parse(text.data(), text.size()).get(object_) == simdjson::SUCCESS;
  }
  std::string Text(std::string_view name) const {
    std::string_view text;
    return object_[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
  }
  bool IsTrue(std::string_view name) const {
    bool value = false;
    return object_[name].get(value) == simdjson::SUCCESS && value;
  }
  // Returns the texts of a list, or the one text that is there instead; at most `most`.
  std::vector<std::string> Texts(std::string_view name, size_t most) const {
    std::vector<std::string> texts;
    simdjson::dom::array list;
    if (object_[name].get(list) != simdjson::SUCCESS) {
      std::string one = Text(name);
      if (!one.empty()) texts.push_back(std::move(one));
      return texts;
    }
    for (const simdjson::dom::element each : list) {
      std::string_view text;
      if (texts.size() < most && each.get(text) == simdjson::SUCCESS) texts.emplace_back(text);
    }
    return texts;
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::object object_;
};

// A query or a form.
std::string FormOf(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += fmt::format("{}{}={}", form.empty() ? "" : "&", name, PercentEncode(value));
  }
  return form;
}

// Returns the value of a parameter of a query; empty if it is missing or given twice.
std::string ValueIn(const std::vector<FormField>& fields, std::string_view name) {
  std::string value;
  int count = 0;
  for (const FormField& field : fields) {
    if (field.name != name || !field.value.has_value()) continue;
    value = *field.value;
    ++count;
  }
  return count == 1 ? value : "";
}

absl::Status NotGood(std::string_view reason) {
  return absl::UnauthenticatedError(fmt::format("the ID token is not good: {}", reason));
}

// Returns the error of a provider that cannot be used.
absl::Status ProviderFault(const absl::Status& status) {
  return absl::UnavailableError(std::string(MessageOf(status)));
}

// Returns the payload of a JWT that was parsed before.
std::string PayloadOf(const crypto::ParsedJwt& token) {
  const size_t dot = token.signed_text.find('.');
  return crypto::Base64UrlDecode(std::string_view(token.signed_text).substr(dot + 1)).value_or("");
}

// Drops what cannot be stored in a line.
bool IsOneLine(std::string_view text) {
  return !text.empty() && text.size() <= limits::kUserNameBytes &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

// Holds what a sign-in remembers.
struct OidcClient::SignIn {
  std::string state, nonce, verifier, return_path;
  absl::Time expires;
};

OidcClient::OidcClient(OidcSettings settings, ProviderCall call, std::string_view secret,
                       const Clock& clock)
    : settings_(std::move(settings)),
      call_(std::move(call)),
      key_(crypto::HmacSha256(secret, "portal-sign-in")),
      clock_(clock.Real()) {}

std::string OidcClient::Sign(const SignIn& sign_in) const {
  const std::string content =
      fmt::format("{}\n{}\n{}\n{}\n{}", sign_in.state, sign_in.nonce, sign_in.verifier,
                  absl::ToUnixSeconds(sign_in.expires), sign_in.return_path);
  return crypto::Base64UrlEncode(content + crypto::HmacSha256(key_, content));
}

absl::StatusOr<OidcClient::SignIn> OidcClient::ReadSignIn(std::string_view cookie) const {
  const auto bytes = crypto::Base64UrlDecode(cookie);
  const absl::Status invalid =
      absl::InvalidArgumentError("the browser has no cookie of a sign-in that began here");
  if (!bytes.has_value() || bytes->size() <= kMacBytes) return invalid;
  const std::string content = bytes->substr(0, bytes->size() - kMacBytes);
  if (!crypto::ConstantTimeEquals(std::string_view(*bytes).substr(content.size()),
                                  crypto::HmacSha256(key_, content))) {
    return invalid;
  }
  const std::vector<std::string> parts = absl::StrSplit(content, absl::MaxSplits('\n', 4));
  int64_t expires = 0;
  if (parts.size() != 5 || !absl::SimpleAtoi(parts[3], &expires)) return invalid;
  SignIn sign_in{.state = parts[0],
                 .nonce = parts[1],
                 .verifier = parts[2],
                 .return_path = parts[4],
                 .expires = absl::FromUnixSeconds(expires)};
  if (sign_in.expires <= clock_.Now()) {
    return absl::InvalidArgumentError("the sign-in took too long");
  }
  return sign_in;
}

absl::StatusOr<std::string> OidcClient::Get(const std::string& url) {
  absl::StatusOr<ProviderAnswer> answer = call_({.url = url, .form = {}, .basic_auth = {}});
  if (!answer.ok()) return ProviderFault(answer.status());
  if (answer->status != 200) {
    return absl::UnavailableError(fmt::format("{} answers {}", url, answer->status));
  }
  return std::move(answer->body);
}

absl::StatusOr<std::shared_ptr<const OidcClient::Provider>> OidcClient::ReadProvider() {
  const absl::Time now = clock_.Now();
  std::shared_ptr<const Provider> known;
  {
    const MutexLock lock(mutex_);
    known = provider_;
  }
  if (known != nullptr && now - known->read < limits::kProviderRefresh) return known;
  std::string_view root = settings_.issuer;
  if (root.ends_with('/')) root.remove_suffix(1);
  absl::StatusOr<std::string> text = Get(fmt::format("{}/.well-known/openid-configuration", root));
  // A provider that is down for a moment has not moved.
  if (!text.ok() && known != nullptr) return known;
  ZT_RETURN_IF_ERROR(text.status());
  OidcJson json;
  if (!json.Parse(*text)) return absl::UnavailableError("the provider's document is no JSON");
  // Discovery 1.0 section 4.3.
  if (json.Text("issuer") != settings_.issuer) {
    return absl::UnavailableError(
        "the provider's document names another issuer than --oidc-issuer");
  }
  Provider provider{.authorization_endpoint = json.Text("authorization_endpoint"),
                    .token_endpoint = json.Text("token_endpoint"),
                    .jwks_uri = json.Text("jwks_uri"),
                    .end_session_endpoint = json.Text("end_session_endpoint"),
                    .read = now};
  const std::vector<std::string> methods =
      json.Texts("token_endpoint_auth_methods_supported", /*most=*/16);
  provider.takes_basic_auth =
      methods.empty() || std::ranges::count(methods, "client_secret_basic") > 0;
  if (provider.authorization_endpoint.empty() || provider.token_endpoint.empty() ||
      provider.jwks_uri.empty()) {
    return absl::UnavailableError("the provider's document lacks an endpoint");
  }
  auto read = std::make_shared<const Provider>(std::move(provider));
  const MutexLock lock(mutex_);
  provider_ = read;
  return read;
}

absl::StatusOr<std::shared_ptr<const OidcClient::Keys>> OidcClient::ReadKeys(
    const Provider& provider, absl::Time after) {
  const absl::Time now = clock_.Now();
  {
    const MutexLock lock(mutex_);
    // Somebody with tokens of unknown keys must not make us ask all the time.
    if (keys_ != nullptr && (keys_->read > after || now - keys_->read < limits::kKeysPause)) {
      return keys_;
    }
  }
  ZT_ASSIGN_OR_RETURN(const std::string text, Get(provider.jwks_uri));
  absl::StatusOr<std::vector<crypto::SetKey>> keys =
      crypto::ParseKeySet(text, limits::kProviderKeys);
  if (!keys.ok()) return ProviderFault(keys.status());
  auto read = std::make_shared<const Keys>(Keys{.keys = *std::move(keys), .read = now});
  const MutexLock lock(mutex_);
  keys_ = read;
  return read;
}

absl::Status OidcClient::Reach() {
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const Provider> provider, ReadProvider());
  return ReadKeys(*provider, clock_.Now()).status();
}

absl::StatusOr<OidcClient::Start> OidcClient::Begin(const std::string& redirect_uri,
                                                    const std::string& return_path) {
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const Provider> provider, ReadProvider());
  const SignIn sign_in{.state = RandomText(),
                       .nonce = RandomText(),
                       .verifier = RandomText(),
                       .return_path = return_path,
                       .expires = clock_.Now() + limits::kSignInTime};
  const std::string challenge = crypto::Base64UrlEncode(crypto::Sha256(sign_in.verifier));
  const std::string query = FormOf({{"response_type", "code"},
                                    {"client_id", settings_.client_id},
                                    {"redirect_uri", redirect_uri},
                                    {"scope", "openid email profile"},
                                    {"state", sign_in.state},
                                    {"nonce", sign_in.nonce},
                                    {"code_challenge", challenge},
                                    {"code_challenge_method", "S256"}});
  const char separator =
      provider->authorization_endpoint.find('?') == std::string::npos ? '?' : '&';
  return Start{.url = fmt::format("{}{}{}", provider->authorization_endpoint, separator, query),
               .cookie = Sign(sign_in)};
}

absl::StatusOr<OidcClient::Finish> OidcClient::End(std::string_view query, std::string_view cookie,
                                                   const std::string& redirect_uri) {
  ZT_ASSIGN_OR_RETURN(const SignIn sign_in, ReadSignIn(cookie));
  const std::vector<FormField> fields = ParseForm(query);
  if (!crypto::ConstantTimeEquals(ValueIn(fields, "state"), sign_in.state)) {
    return absl::InvalidArgumentError("state is not that of the sign-in that began here");
  }
  const std::string issuer = ValueIn(fields, "iss");  // RFC 9207
  if (!issuer.empty() && issuer != settings_.issuer) {
    return absl::UnauthenticatedError("another provider than --oidc-issuer answered");
  }
  const std::string code = ValueIn(fields, "code");
  if (code.empty()) return absl::UnauthenticatedError("the provider refused the sign-in");
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const Provider> provider, ReadProvider());
  ZT_ASSIGN_OR_RETURN(const std::string token,
                      Redeem(*provider, code, sign_in.verifier, redirect_uri));
  ZT_ASSIGN_OR_RETURN(Visitor visitor, Verify(*provider, token, sign_in.nonce));
  return Finish{.visitor = std::move(visitor), .return_path = sign_in.return_path};
}

absl::StatusOr<std::string> OidcClient::Redeem(const Provider& provider, const std::string& code,
                                               const std::string& verifier,
                                               const std::string& redirect_uri) {
  std::vector<std::pair<std::string_view, std::string_view>> fields = {
      {"grant_type", "authorization_code"},
      {"code", code},
      {"redirect_uri", redirect_uri},
      {"code_verifier", verifier}};
  ProviderRequest request{.url = provider.token_endpoint, .form = {}, .basic_auth = {}};
  if (!settings_.client_secret.empty() && provider.takes_basic_auth) {
    // RFC 6749 section 2.3.1.
    request.basic_auth = fmt::format("{}:{}", PercentEncode(settings_.client_id),
                                     PercentEncode(settings_.client_secret));
  } else {
    fields.emplace_back("client_id", settings_.client_id);
    if (!settings_.client_secret.empty()) {
      fields.emplace_back("client_secret", settings_.client_secret);
    }
  }
  request.form = FormOf(fields);
  const absl::StatusOr<ProviderAnswer> answer = call_(request);
  if (!answer.ok()) return ProviderFault(answer.status());
  if (answer->status >= 500) {
    return absl::UnavailableError(fmt::format("the token endpoint answers {}", answer->status));
  }
  OidcJson json;
  if (answer->status != 200 || !json.Parse(answer->body)) {
    return absl::UnauthenticatedError(
        fmt::format("the token endpoint refuses the code with {}", answer->status));
  }
  std::string token = json.Text("id_token");
  if (token.empty()) return absl::UnauthenticatedError("the token endpoint gave no ID token");
  return token;
}

absl::Status OidcClient::CheckSignature(const Provider& provider, const crypto::ParsedJwt& token) {
  const absl::Time now = clock_.Now();
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<const Keys> keys,
                      ReadKeys(provider, now - limits::kProviderRefresh));
  const auto is_signed = [&token](const Keys& tried) {
    return std::ranges::any_of(tried.keys, [&token](const crypto::SetKey& key) {
      const bool may_fit = token.key_id.empty() || key.key_id.empty() || key.key_id == token.key_id;
      return may_fit && crypto::VerifySignature(token, key.key);
    });
  };
  if (is_signed(*keys)) return absl::OkStatus();
  // The provider may have new keys (OpenID Connect Core section 10.1.1).
  ZT_ASSIGN_OR_RETURN(keys, ReadKeys(provider, keys->read));
  return is_signed(*keys) ? absl::OkStatus() : NotGood("no key of the provider signed it");
}

absl::StatusOr<Visitor> OidcClient::Verify(const Provider& provider, std::string_view text,
                                           std::string_view nonce) {
  const absl::StatusOr<crypto::ParsedJwt> token = crypto::ParseJwt(text, crypto::JwtKind::kIssued);
  if (!token.ok()) return NotGood("it is no JWT that RS256 or ES256 signed");
  ZT_RETURN_IF_ERROR(CheckSignature(provider, *token));
  // OpenID Connect Core section 3.1.3.7.
  const crypto::JwtClaims& claims = token->claims;
  if (claims.issuer != settings_.issuer) return NotGood("iss is another issuer");
  if (std::ranges::count(claims.audiences, settings_.client_id) == 0) {
    return NotGood("aud is another client");
  }
  OidcJson json;
  if (!json.Parse(PayloadOf(*token))) return NotGood("its payload is no JSON");
  const std::string authorized_party = json.Text("azp");
  if (!authorized_party.empty() && authorized_party != settings_.client_id) {
    return NotGood("azp is another client");
  }
  const absl::Time now = clock_.Now();
  if (claims.expires_at + limits::kJwtSkew < now) return NotGood("it has expired");
  if (claims.issued_at > now + limits::kJwtSkew || claims.not_before > now + limits::kJwtSkew) {
    return NotGood("it is from the future; check the clock");
  }
  if (!crypto::ConstantTimeEquals(json.Text("nonce"), nonce)) return NotGood("nonce is another");
  if (!json.IsTrue("email_verified") || !CheckEmail("email", json.Text("email")).ok()) {
    return NotGood("it has no verified e-mail address");
  }
  Visitor visitor{.email = AsciiLower(json.Text("email")), .name = {}, .groups = {}};
  if (IsOneLine(json.Text("name"))) visitor.name = json.Text("name");
  if (!settings_.groups_claim.empty()) {
    visitor.groups = json.Texts(settings_.groups_claim, limits::kGroupsOfUser);
    std::erase_if(visitor.groups, [](const std::string& group) { return !IsOneLine(group); });
  }
  return visitor;
}

std::string OidcClient::SignOutUrl(const std::string& return_url) {
  std::shared_ptr<const Provider> provider;
  {
    const MutexLock lock(mutex_);
    provider = provider_;
  }
  if (provider == nullptr || provider->end_session_endpoint.empty()) return "";
  return fmt::format(
      "{}?{}", provider->end_session_endpoint,
      FormOf({{"client_id", settings_.client_id}, {"post_logout_redirect_uri", return_url}}));
}

}  // namespace zerotouch::auth
