// SPDX-License-Identifier: Apache-2.0
#include "auth/access_token.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "absl/strings/str_split.h"
#include "crypto/encoding.h"

namespace zerotouch::auth {
namespace {

constexpr std::string_view kPrefix = "ya29.ozt-";
constexpr size_t kSignatureBytes = 32;

}  // namespace

std::string TokenKeyOf(std::string_view secret) {
  return crypto::HmacSha256(secret, "access-token");
}

bool IsAccessToken(std::string_view text) { return text.starts_with(kPrefix); }

std::string MintToken(const AccessToken& token, std::string_view key) {
  const std::string content =
      fmt::format("{}\n{}\n{}\n{}", token.email, token.key_id,
                  (token.scopes.reseller ? 1 : 0) + (token.scopes.customer ? 2 : 0),
                  absl::ToUnixSeconds(token.expires));
  return fmt::format("{}{}", kPrefix,
                     crypto::Base64UrlEncode(content + crypto::HmacSha256(key, content)));
}

std::optional<AccessToken> ReadToken(std::string_view text, std::string_view key) {
  if (!IsAccessToken(text)) return std::nullopt;
  const auto bytes = crypto::Base64UrlDecode(text.substr(kPrefix.size()));
  if (!bytes.has_value() || bytes->size() < kSignatureBytes) return std::nullopt;
  const std::string content = bytes->substr(0, bytes->size() - kSignatureBytes);
  const std::string_view signature = std::string_view(*bytes).substr(content.size());
  if (!crypto::ConstantTimeEquals(signature, crypto::HmacSha256(key, content))) {
    return std::nullopt;
  }
  const std::vector<std::string> parts = absl::StrSplit(content, '\n');
  if (parts.size() != 4) return std::nullopt;
  int scopes = 0;
  int64_t expires = 0;
  std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), scopes);
  std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), expires);
  return AccessToken{.email = parts[0],
                     .key_id = parts[1],
                     .scopes = {.reseller = (scopes & 1) != 0, .customer = (scopes & 2) != 0},
                     .expires = absl::FromUnixSeconds(expires)};
}

}  // namespace zerotouch::auth
