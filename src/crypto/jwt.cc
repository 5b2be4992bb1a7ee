// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>

#include "base/json_string.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"

namespace zerotouch::crypto {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kTokenBytes = size_t{16} << 10;
constexpr double kLatestTime = 253402300799.0;  // the end of the year 9999

absl::Status Wrong(const char* what) {
  return absl::InvalidArgumentError(fmt::format("the JWT is malformed: {}", what));
}

// Reads an optional string; false if it is there and is none.
bool ReadText(const object& from, const char* name, std::string& text) {
  element value;
  if (from[name].get(value) != simdjson::SUCCESS) return true;
  std::string_view view;
  if (value.get(view) != simdjson::SUCCESS) return false;
  text = view;
  return true;
}

bool ReadTime(const object& from, const char* name, absl::Time& time) {
  double seconds = 0;
  if (from[name].get(seconds) != simdjson::SUCCESS) return false;
  if (!(seconds >= 0 && seconds <= kLatestTime)) return false;
  time = absl::FromUnixMicros(static_cast<int64_t>(std::llround(seconds * 1e6)));
  return true;
}

bool ReadAudience(const object& from, std::optional<std::string>& audience) {
  element value;
  if (from["aud"].get(value) != simdjson::SUCCESS) return true;
  simdjson::dom::array list;
  if (value.get(list) == simdjson::SUCCESS) {
    if (list.size() != 1 || list.at(0).get(value) != simdjson::SUCCESS) return false;
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return false;
  audience = text;
  return true;
}

absl::Status ReadHeader(const std::string& json, ParsedJwt& jwt) {
  simdjson::dom::parser parser;
  object header;
  if (parser.parse(json).get(header) != simdjson::SUCCESS) {
    return Wrong("its header is not a JSON object");
  }
  std::string algorithm;
  if (!ReadText(header, "alg", algorithm)) return Wrong("alg is not text");
  if (algorithm == "RS256") {
    jwt.algorithm = Algorithm::kRs256;
  } else if (algorithm == "ES256") {
    jwt.algorithm = Algorithm::kEs256;
  } else {
    return Wrong("alg is neither RS256 nor ES256");
  }
  if (!ReadText(header, "kid", jwt.key_id)) return Wrong("kid is not text");
  if (header["crit"].error() == simdjson::SUCCESS) return Wrong("crit is not supported");
  return absl::OkStatus();
}

absl::Status ReadClaims(const std::string& json, JwtClaims& claims) {
  simdjson::dom::parser parser;
  object payload;
  if (parser.parse(json).get(payload) != simdjson::SUCCESS) {
    return Wrong("its payload is not a JSON object");
  }
  if (!ReadText(payload, "iss", claims.issuer)) return Wrong("iss is not text");
  if (!ReadText(payload, "sub", claims.subject)) return Wrong("sub is not text");
  if (!ReadText(payload, "scope", claims.scope)) return Wrong("scope is not text");
  if (!ReadAudience(payload, claims.audience)) return Wrong("aud is not one text");
  if (!ReadTime(payload, "iat", claims.issued_at)) return Wrong("iat is not a time");
  if (!ReadTime(payload, "exp", claims.expires_at)) return Wrong("exp is not a time");
  return absl::OkStatus();
}

// A part, decoded. Padding has no place there (RFC 7515 section 2), but
// google-auth for Python wrote it up to version 1.5, and Google takes it.
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

absl::StatusOr<ParsedJwt> ParseJwt(std::string_view token) {
  if (token.size() > kTokenBytes) return Wrong("it is too long");
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return Wrong("it has not three parts");
  }
  const auto header = DecodePart(token.substr(0, first));
  const auto payload = DecodePart(token.substr(first + 1, second - first - 1));
  const auto signature = DecodePart(token.substr(second + 1));
  if (!header || !payload || !signature) return Wrong("a part is not base64url");
  ParsedJwt jwt;
  ZT_RETURN_IF_ERROR(ReadHeader(*header, jwt));
  ZT_RETURN_IF_ERROR(ReadClaims(*payload, jwt.claims));
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
  payload += fmt::format("\"iat\":{},\"exp\":{}}}", absl::ToUnixSeconds(claims.issued_at),
                         absl::ToUnixSeconds(claims.expires_at));
  std::string text = Base64UrlEncode(header) + "." + Base64UrlEncode(payload);
  ZT_ASSIGN_OR_RETURN(const std::string signature, key.Sign(text));
  return text + "." + Base64UrlEncode(signature);
}

}  // namespace zerotouch::crypto
