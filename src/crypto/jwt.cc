// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/ascii.h"
#include "base/json_string.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"

namespace zerotouch::crypto {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kTokenBytes = size_t{16} << 10;
constexpr double kLatestTime = 253402300799.0;  // the end of the year 9999: no overflow

absl::Status Malformed(std::string_view reason) {
  return absl::InvalidArgumentError(fmt::format("Invalid JWT: {}.", reason));
}

// The members of a header or of claims.
class Members {
 public:
  // Reads `json`, one JSON object. Refuses a member that is given twice, of which
  // two readers could see different values (RFC 7515 section 4, RFC 7519 section 4).
  absl::Status Read(const std::string& json, std::string_view part) {
    if (parser_.parse(json).get(object_) != simdjson::SUCCESS) {
      return Malformed(fmt::format("the {} is not a JSON object", part));
    }
    std::vector<std::string_view> names;
    for (const auto& [name, value] : object_) names.push_back(name);
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end()) {
      return Malformed(fmt::format("a member of the {} is given twice", part));
    }
    return absl::OkStatus();
  }

  bool Has(std::string_view name) const { return object_[name].error() == simdjson::SUCCESS; }

  // Sets `text` if the member is given. Returns an error if it is not a string.
  absl::Status ReadText(std::string_view name, std::string& text) const {
    if (!Has(name)) return absl::OkStatus();
    std::string_view view;
    if (object_[name].get(view) != simdjson::SUCCESS) {
      return Malformed(fmt::format("{} is not a string", name));
    }
    text = view;
    return absl::OkStatus();
  }

  // Sets `time` to a NumericDate (RFC 7519 section 2): seconds, possibly with a fraction.
  absl::Status ReadTime(std::string_view name, absl::Time& time) const {
    if (!Has(name)) return Malformed(fmt::format("{} is missing", name));
    double seconds = 0;
    if (object_[name].get(seconds) != simdjson::SUCCESS ||
        !(seconds >= 0 && seconds <= kLatestTime)) {
      return Malformed(fmt::format("{} is not a number of seconds since 1970", name));
    }
    time = absl::FromUnixMicros(static_cast<int64_t>(std::llround(seconds * 1e6)));
    return absl::OkStatus();
  }

  // Sets `audience` if `aud` is given: a string, or an array of one string.
  absl::Status ReadAudience(std::optional<std::string>& audience) const {
    element value;
    if (object_["aud"].get(value) != simdjson::SUCCESS) return absl::OkStatus();
    simdjson::dom::array list;
    std::string_view text;
    const bool several = value.get(list) == simdjson::SUCCESS &&
                         (list.size() != 1 || list.at(0).get(value) != simdjson::SUCCESS);
    if (several || value.get(text) != simdjson::SUCCESS) {
      return Malformed("aud must be one string");
    }
    audience = text;
    return absl::OkStatus();
  }

  // Returns true if the member is `true`.
  bool IsTrue(std::string_view name) const {
    bool value = false;
    return object_[name].get(value) == simdjson::SUCCESS && value;
  }

  // Sets `audiences` if `aud` is given: a string, or an array of strings.
  absl::Status ReadAudiences(std::vector<std::string>& audiences) const {
    element value;
    if (object_["aud"].get(value) != simdjson::SUCCESS) return absl::OkStatus();
    simdjson::dom::array list;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
      audiences.emplace_back(text);
      return absl::OkStatus();
    }
    if (value.get(list) != simdjson::SUCCESS) return Malformed("aud is neither text nor a list");
    for (const element each : list) {
      if (each.get(text) != simdjson::SUCCESS) return Malformed("aud is not a list of texts");
      audiences.emplace_back(text);
    }
    return absl::OkStatus();
  }

 private:
  simdjson::dom::parser parser_;
  object object_;
};

// Returns true for the types that mean a JWT of this kind: `JWT`, or its media type in
// full (RFC 7519 section 5.1, RFC 7515 section 4.1.9); `at+jwt` (RFC 9068 section 2.1).
bool IsJwtType(std::string_view type, JwtKind kind) {
  constexpr std::string_view kPrefix = "application/";
  if (EqualIgnoringCase(type.substr(0, kPrefix.size()), kPrefix)) {
    type.remove_prefix(kPrefix.size());
  }
  return EqualIgnoringCase(type, "JWT") ||
         (kind == JwtKind::kIssued && EqualIgnoringCase(type, "at+jwt"));
}

absl::Status ReadHeader(const std::string& json, JwtKind kind, ParsedJwt& jwt) {
  Members header;
  ZT_RETURN_IF_ERROR(header.Read(json, "header"));
  std::string algorithm;
  ZT_RETURN_IF_ERROR(header.ReadText("alg", algorithm));
  if (algorithm == "RS256") {
    jwt.algorithm = Algorithm::kRs256;
  } else if (algorithm == "ES256") {
    jwt.algorithm = Algorithm::kEs256;
  } else {
    return Malformed("alg is not RS256 or ES256");
  }
  ZT_RETURN_IF_ERROR(header.ReadText("kid", jwt.key_id));
  if (header.Has("kid") && jwt.key_id.empty()) return Malformed("kid is empty");
  std::string type = "JWT";
  ZT_RETURN_IF_ERROR(header.ReadText("typ", type));
  // A token of another kind must not pass for an assertion (RFC 8725 section 3.11).
  if (!IsJwtType(type, kind)) return Malformed("typ is not JWT");
  // These change how a token is read, so ignoring them would misread it (RFC 7515
  // section 4.1.11, RFC 7797 section 3, RFC 7516 section 4.1.3).
  for (const char* unsupported : {"crit", "b64", "zip"}) {
    if (header.Has(unsupported)) return Malformed(fmt::format("{} is not supported", unsupported));
  }
  return absl::OkStatus();
}

absl::Status ReadClaims(const std::string& json, JwtKind kind, JwtClaims& claims) {
  Members payload;
  ZT_RETURN_IF_ERROR(payload.Read(json, "payload"));
  ZT_RETURN_IF_ERROR(payload.ReadText("iss", claims.issuer));
  ZT_RETURN_IF_ERROR(payload.ReadText("sub", claims.subject));
  ZT_RETURN_IF_ERROR(payload.ReadText("scope", claims.scope));
  ZT_RETURN_IF_ERROR(payload.ReadText("jti", claims.id));
  if (kind == JwtKind::kIssued) {
    ZT_RETURN_IF_ERROR(payload.ReadAudiences(claims.audiences));
    if (payload.IsTrue("email_verified")) {
      ZT_RETURN_IF_ERROR(payload.ReadText("email", claims.email));
    }
  } else {
    ZT_RETURN_IF_ERROR(payload.ReadAudience(claims.audience));
  }
  ZT_RETURN_IF_ERROR(payload.ReadTime("iat", claims.issued_at));
  ZT_RETURN_IF_ERROR(payload.ReadTime("exp", claims.expires_at));
  if (payload.Has("nbf")) ZT_RETURN_IF_ERROR(payload.ReadTime("nbf", claims.not_before));
  return absl::OkStatus();
}

// Decodes a part. Accepts padding, which RFC 7515 section 2 does not allow:
// google-auth for Python wrote it up to version 1.5, and Google accepts it.
std::optional<std::string> DecodePart(std::string_view part) {
  if (part.size() % 4 == 0 && part.ends_with('=')) {
    part.remove_suffix(part.ends_with("==") ? 2 : 1);
  }
  return Base64UrlDecode(part);
}

void AppendClaim(const char* name, std::string_view value, std::string& json) {
  if (value.empty()) return;
  json += fmt::format("\"{}\":", name);
  AppendJsonString(value, json);
  json += ',';
}

}  // namespace

absl::StatusOr<ParsedJwt> ParseJwt(std::string_view token, JwtKind kind) {
  if (token.size() > kTokenBytes)
    return Malformed(fmt::format("it is longer than {} bytes", kTokenBytes));
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return Malformed("it does not have three parts");
  }
  const auto header = DecodePart(token.substr(0, first));
  const auto payload = DecodePart(token.substr(first + 1, second - first - 1));
  const auto signature = DecodePart(token.substr(second + 1));
  if (!header || !payload || !signature) return Malformed("a part is not base64url");
  ParsedJwt jwt;
  ZT_RETURN_IF_ERROR(ReadHeader(*header, kind, jwt));
  ZT_RETURN_IF_ERROR(ReadClaims(*payload, kind, jwt.claims));
  jwt.signed_text = std::string(token.substr(0, second));
  jwt.signature = *signature;
  return jwt;
}

bool VerifySignature(const ParsedJwt& jwt, const PublicKey& key) {
  return jwt.algorithm == key.algorithm() && key.Verify(jwt.signed_text, jwt.signature);
}

absl::StatusOr<std::string> SignJwt(const PrivateKey& key, std::string_view key_id,
                                    const JwtClaims& claims) {
  std::string header = fmt::format("{{\"alg\":\"{}\",", NameOf(key.algorithm()));
  AppendClaim("kid", key_id, header);
  header += "\"typ\":\"JWT\"}";
  std::string payload = "{";
  AppendClaim("iss", claims.issuer, payload);
  AppendClaim("sub", claims.subject, payload);
  AppendClaim("aud", claims.audience.value_or(""), payload);
  AppendClaim("scope", claims.scope, payload);
  AppendClaim("jti", claims.id, payload);
  if (claims.not_before != absl::InfinitePast()) {
    payload += fmt::format("\"nbf\":{},", absl::ToUnixSeconds(claims.not_before));
  }
  payload += fmt::format("\"iat\":{},\"exp\":{}}}", absl::ToUnixSeconds(claims.issued_at),
                         absl::ToUnixSeconds(claims.expires_at));
  std::string text = Base64UrlEncode(header) + "." + Base64UrlEncode(payload);
  ZT_ASSIGN_OR_RETURN(const std::string signature, key.Sign(text));
  return text + "." + Base64UrlEncode(signature);
}

}  // namespace zerotouch::crypto
