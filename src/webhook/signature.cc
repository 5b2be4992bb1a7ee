// SPDX-License-Identifier: Apache-2.0
#include "webhook/signature.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/random.h"
#include "crypto/encoding.h"

namespace zerotouch::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kNewKeyBytes = 32;  // as long as the hash

}  // namespace

std::optional<std::string> ParseSecret(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  std::optional<std::string> key = crypto::Base64Decode(secret.substr(kPrefix.size()));
  if (!key.has_value() || key->size() < limits::kLeastWebhookSecretBytes ||
      key->size() > limits::kWebhookSecretBytes) {
    return std::nullopt;
  }
  return key;
}

std::string FormatSecret(std::string_view key) {
  return fmt::format("{}{}", kPrefix, crypto::Base64Encode(key));
}

std::string NewKey() { return RandomBytes(kNewKeyBytes); }

std::string Sign(std::string_view key, std::string_view id, int64_t timestamp,
                 std::string_view body) {
  const std::string signed_text = fmt::format("{}.{}.{}", id, timestamp, body);
  return fmt::format("v1,{}", crypto::Base64Encode(crypto::HmacSha256(key, signed_text)));
}

}  // namespace zerotouch::webhook
