// SPDX-License-Identifier: Apache-2.0
#include "terminal/typed_text.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace zerotouch::terminal {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::string_view kWordEnd = " \t\r\n\"'&;,";

size_t WordEnd(std::string_view text, size_t begin) {
  return std::min(text.find_first_of(kWordEnd, begin), text.size());
}

// Returns where the part of a URL begins that may hold a password, at or after
// `from`; npos if there is no such part.
size_t FindSecret(std::string_view lower, size_t from) {
  size_t found = std::string_view::npos;
  for (const std::string_view mark : {"://", "postgresql:", "postgres:", "password="}) {
    const size_t at = lower.find(mark, from);
    if (at != std::string_view::npos) found = std::min(found, at + mark.size());
  }
  return found;
}

// Returns the end of the secret that begins at `begin`; `begin` if there is no secret.
size_t SecretEnd(std::string_view text, std::string_view lower, size_t begin) {
  const std::string_view before = lower.substr(0, begin);
  if (before.ends_with("password=")) return WordEnd(text, begin);
  // A password may hold "@", "/" and spaces if somebody forgot to encode them.
  const size_t at = text.rfind('@');
  if (at != std::string_view::npos && at >= begin) return at;
  // Without "@" a colon still separates a name from a password: user:secret.
  if (before.ends_with("postgresql:") || before.ends_with("postgres:") ||
      before.ends_with("postgresql://") || before.ends_with("postgres://")) {
    return WordEnd(text, begin);
  }
  return begin;
}

}  // namespace

std::string WithoutPasswords(std::string_view text) {
  const std::string lower = AsciiLower(text);
  std::string out;
  size_t copied = 0;
  for (size_t begin = FindSecret(lower, 0); begin != std::string_view::npos;
       begin = FindSecret(lower, std::max(begin, copied))) {
    const size_t end = SecretEnd(text, lower, begin);
    if (end <= begin) continue;
    out += text.substr(copied, begin - copied);
    out += kRedacted;
    copied = end;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace zerotouch::terminal
