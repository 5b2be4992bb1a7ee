// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_set.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <optional>
#include <utility>

#include "crypto/encoding.h"

namespace zerotouch::crypto {
namespace {

using JwkObject = simdjson::dom::object;

// Returns a member that is a text; empty if it is absent or something else.
std::string_view JwkText(const JwkObject& jwk, std::string_view name) {
  std::string_view text;
  return jwk[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

// Returns a member that is base64url; empty if it is not.
std::string JwkBytes(const JwkObject& jwk, std::string_view name) {
  return Base64UrlDecode(JwkText(jwk, name)).value_or("");
}

// Returns false if the key says that it is for something else than signatures by
// `algorithm`.
bool IsToSign(const JwkObject& jwk, Algorithm algorithm) {
  const std::string_view use = JwkText(jwk, "use");
  const std::string_view alg = JwkText(jwk, "alg");
  if (!use.empty() && use != "sig") return false;
  if (!alg.empty() && alg != NameOf(algorithm)) return false;
  simdjson::dom::array operations;
  if (jwk["key_ops"].get(operations) != simdjson::SUCCESS) return true;
  for (const simdjson::dom::element operation : operations) {
    std::string_view name;
    if (operation.get(name) == simdjson::SUCCESS && name == "verify") return true;
  }
  return false;
}

// Returns the key, or nullopt if it is of another kind or malformed.
std::optional<PublicKey> KeyOfJwk(const JwkObject& jwk) {
  absl::StatusOr<PublicKey> key = absl::InvalidArgumentError("");
  if (JwkText(jwk, "kty") == "RSA") {
    key = PublicKey::FromRsa(JwkBytes(jwk, "n"), JwkBytes(jwk, "e"));
  } else if (JwkText(jwk, "kty") == "EC" && JwkText(jwk, "crv") == "P-256") {
    key = PublicKey::FromP256(JwkBytes(jwk, "x"), JwkBytes(jwk, "y"));
  }
  if (!key.ok() || !IsToSign(jwk, key->algorithm())) return std::nullopt;
  return *std::move(key);
}

}  // namespace

absl::StatusOr<std::vector<SetKey>> ParseKeySet(std::string_view json, size_t most) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array all;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root["keys"].get(all) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("it is not a JWK Set: it has no list of keys");
  }
  if (all.size() > most) {
    return absl::InvalidArgumentError(fmt::format("it has more than {} keys", most));
  }
  std::vector<SetKey> keys;
  for (const simdjson::dom::element each : all) {
    JwkObject jwk;
    if (each.get(jwk) != simdjson::SUCCESS) continue;
    std::optional<PublicKey> key = KeyOfJwk(jwk);
    if (key.has_value()) {
      keys.push_back({.key_id = std::string(JwkText(jwk, "kid")), .key = *std::move(key)});
    }
  }
  if (!keys.empty()) return keys;
  return absl::InvalidArgumentError("it has no key that signs by RS256 or ES256");
}

}  // namespace zerotouch::crypto
