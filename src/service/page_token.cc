#include "service/page_token.h"

#include <fmt/format.h>

#include <optional>

#include "crypto/encoding.h"
#include "model/errors.h"

namespace zerotouch::service {
namespace {

constexpr size_t kIdBytes = 8;
constexpr size_t kSignatureBytes = 16;

// The id and, so that nobody can make a token or use one elsewhere, what signs
// it for this list.
std::string Signed(std::string_view secret, std::string_view list, std::string_view id) {
  // A key of its own: a signature made here is good for nothing else.
  const std::string key = crypto::HmacSha256(secret, "page-token");
  const std::string signature = crypto::HmacSha256(key, fmt::format("{}\n{}", list, id));
  return fmt::format("{}{}", id, std::string_view(signature).substr(0, kSignatureBytes));
}

}  // namespace

std::string MakePageToken(std::string_view secret, std::string_view list, int64_t last_id) {
  std::string id;
  for (size_t i = 0; i < kIdBytes; ++i) id += static_cast<char>(last_id >> (8 * i));
  return crypto::Base64UrlEncode(Signed(secret, list, id));
}

absl::StatusOr<int64_t> ReadPageToken(std::string_view secret, std::string_view list,
                                      std::string_view token) {
  if (token.empty()) return 0;
  const std::optional<std::string> bytes = crypto::Base64UrlDecode(token);
  if (!bytes.has_value() || bytes->size() != kIdBytes + kSignatureBytes) {
    return errors::InvalidPageToken();
  }
  const std::string_view id = std::string_view(*bytes).substr(0, kIdBytes);
  if (!crypto::ConstantTimeEquals(*bytes, Signed(secret, list, id))) {
    return errors::InvalidPageToken();
  }
  uint64_t value = 0;
  for (size_t i = 0; i < kIdBytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(id[i])) << (8 * i);
  }
  return static_cast<int64_t>(value);
}

}  // namespace zerotouch::service
