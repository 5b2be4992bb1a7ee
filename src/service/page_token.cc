// SPDX-License-Identifier: Apache-2.0
#include "service/page_token.h"

#include <fmt/format.h>

#include <optional>

#include "crypto/encoding.h"
#include "errors/errors.h"

namespace zerotouch::service {
namespace {

constexpr size_t kNumberBytes = 8;
constexpr size_t kEndBytes = 2 * kNumberBytes;
constexpr size_t kSignatureBytes = 16;

// Returns the end of a page with its signature for this list, so that a token
// cannot be forged or used for another list.
std::string Signed(std::string_view secret, std::string_view list, std::string_view end) {
  // A separate key: the signature is not valid for anything but page tokens.
  const std::string key = crypto::HmacSha256(secret, "page-token");
  const std::string signature = crypto::HmacSha256(key, fmt::format("{}\n{}", list, end));
  return fmt::format("{}{}", end, std::string_view(signature).substr(0, kSignatureBytes));
}

void AppendNumber(int64_t number, std::string& out) {
  for (size_t i = 0; i < kNumberBytes; ++i) out += static_cast<char>(number >> (8 * i));
}

int64_t NumberIn(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return static_cast<int64_t>(value);
}

}  // namespace

std::string MakePageToken(std::string_view secret, std::string_view list, const PageEnd& end) {
  std::string bytes;
  AppendNumber(end.last_id, bytes);
  AppendNumber(end.total_size, bytes);
  return crypto::Base64UrlEncode(Signed(secret, list, bytes));
}

absl::StatusOr<PageEnd> ReadPageToken(std::string_view secret, std::string_view list,
                                      std::string_view token) {
  if (token.empty()) return PageEnd();
  const std::optional<std::string> bytes = crypto::Base64UrlDecode(token);
  if (!bytes.has_value() || bytes->size() != kEndBytes + kSignatureBytes) {
    return errors::InvalidPageToken();
  }
  const std::string_view end = std::string_view(*bytes).substr(0, kEndBytes);
  if (!crypto::ConstantTimeEquals(*bytes, Signed(secret, list, end))) {
    return errors::InvalidPageToken();
  }
  return PageEnd{.last_id = NumberIn(end), .total_size = NumberIn(end.substr(kNumberBytes))};
}

std::string MakePlacesToken(std::string_view secret, std::string_view list,
                            std::span<const int64_t> places) {
  std::string bytes;
  for (const int64_t place : places) AppendNumber(place, bytes);
  return crypto::Base64UrlEncode(Signed(secret, list, bytes));
}

absl::StatusOr<std::vector<int64_t>> ReadPlacesToken(std::string_view secret, std::string_view list,
                                                     std::string_view token) {
  std::vector<int64_t> places;
  if (token.empty()) return places;
  const std::optional<std::string> bytes = crypto::Base64UrlDecode(token);
  if (!bytes.has_value() || bytes->size() < kSignatureBytes + kNumberBytes ||
      (bytes->size() - kSignatureBytes) % kNumberBytes != 0) {
    return errors::InvalidPageToken();
  }
  std::string_view end = std::string_view(*bytes).substr(0, bytes->size() - kSignatureBytes);
  if (!crypto::ConstantTimeEquals(*bytes, Signed(secret, list, end))) {
    return errors::InvalidPageToken();
  }
  for (; !end.empty(); end.remove_prefix(kNumberBytes)) places.push_back(NumberIn(end));
  return places;
}

}  // namespace zerotouch::service
