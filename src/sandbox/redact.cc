// SPDX-License-Identifier: Apache-2.0
#include "sandbox/redact.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "base/ascii.h"

namespace zerotouch::sandbox {
namespace {

constexpr auto kNpos = std::string_view::npos;

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '$';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = AsciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Returns the length of the character of a name that `text` begins with, and the character:
// itself, `%61` as in forms, or `\u0061` as in JSON. 0 if another character is there.
std::pair<size_t, char> NameCharAt(std::string_view text) {
  if (text.empty()) return {0, 0};
  if (IsNameChar(text[0])) return {1, text[0]};
  size_t begin = 0;
  if (text[0] == '%') begin = 1;
  if (text.starts_with("\\u00") || text.starts_with("\\U00")) begin = 4;
  if (begin == 0 || text.size() < begin + 2) return {0, 0};
  const int high = HexDigit(text[begin]), low = HexDigit(text[begin + 1]);
  if (high < 0 || low < 0) return {0, 0};
  const char c = static_cast<char>(high << 4 | low);
  return IsNameChar(c) ? std::pair<size_t, char>(begin + 2, c) : std::pair<size_t, char>(0, 0);
}

// The characters of credentials (RFC 6750 section 2.1).
bool IsTokenChar(char c) { return IsNameChar(c) || c == '~' || c == '+' || c == '/' || c == '='; }

bool StartsWithIgnoringCase(std::string_view text, std::string_view begin) {
  return text.size() >= begin.size() && EqualIgnoringCase(text.substr(0, begin.size()), begin);
}

// Reads a text once and writes it without credentials.
class Redactor {
 public:
  explicit Redactor(std::string_view text) : text_(text) {}

  std::string Run() {
    while (at_ < text_.size()) {
      if (!TakeKey() && !TakeToken() && !TakePassword() && !TakeNamed()) out_ += text_[at_++];
    }
    return std::move(out_);
  }

 private:
  std::string_view Rest() const { return text_.substr(at_); }
  bool AtWord() const { return at_ == 0 || !IsNameChar(text_[at_ - 1]); }

  void Skip(size_t bytes) {
    out_ += kRedacted;
    at_ += std::min(bytes, text_.size() - at_);
  }

  // A key in PEM, which ends with its END line.
  bool TakeKey() {
    if (!Rest().starts_with("-----BEGIN ")) return false;
    const size_t end = Rest().find("-----END ");
    const size_t line = end == kNpos ? kNpos : Rest().find("-----", end + 9);
    Skip(line == kNpos ? text_.size() : line + 5);
    return true;
  }

  // A credential that is known by its form.
  bool TakeToken() {
    if (!AtWord()) return false;
    for (const std::string_view scheme : {"bearer ", "basic "}) {
      if (!StartsWithIgnoringCase(Rest(), scheme)) continue;
      out_ += Rest().substr(0, scheme.size());
      at_ += scheme.size();
      Skip(TokenLength());
      return true;
    }
    for (const std::string_view begin : {"eyJ", "ya29."}) {
      if (!Rest().starts_with(begin) || TokenLength() < 2 * begin.size()) continue;
      Skip(TokenLength());
      return true;
    }
    return false;
  }

  // The user and the password of a URL: `//user:password@host`.
  bool TakePassword() {
    if (!Rest().starts_with("//")) return false;
    const size_t end = Rest().find_first_of("@/ \t\r\n\"'<>?#", 2);
    if (end == kNpos || Rest()[end] != '@' || end == 2) return false;
    out_ += "//";
    at_ += 2;
    Skip(end - 2);
    return true;
  }

  size_t TokenLength() const {
    const auto rest = Rest();
    return static_cast<size_t>(std::ranges::find_if_not(rest, IsTokenChar) - rest.begin());
  }

  // A name, and its value if the name is secret.
  bool TakeNamed() {
    if (!AtWord()) return false;
    std::string name;
    const size_t begin = at_;
    for (auto [length, c] = NameCharAt(Rest()); length > 0;
         std::tie(length, c) = NameCharAt(Rest())) {
      name += c;
      at_ += length;
    }
    if (name.empty()) return false;
    out_ += text_.substr(begin, at_ - begin);
    if (IsSecretName(name)) TakeValue();
    return true;
  }

  // Copies what matches, as far as it does.
  size_t Copy(std::string_view set) {
    size_t count = 0;
    while (at_ < text_.size() && set.find(text_[at_]) != kNpos) {
      out_ += text_[at_++];
      ++count;
    }
    return count;
  }

  // The value of a secret name: `=value`, `: value`, `": "value"` or `\": \"value\"`.
  void TakeValue() {
    const size_t before = at_;
    Copy("\\\"'");
    Copy(" \t\r\n");
    if (at_ == text_.size() || (text_[at_] != ':' && text_[at_] != '=')) return;
    const bool is_form = text_[at_] == '=' && at_ == before;
    out_ += text_[at_++];
    if (is_form) return Skip(Rest().find_first_of("& \t\r\n\"'<>;,"));
    Copy(" \t");
    const size_t quotes = at_;
    Copy("\\");
    if (at_ == text_.size() || text_[at_] != '"') return Skip(Rest().find_first_of("\r\n,}"));
    out_ += text_[at_++];
    const std::string quote(text_.substr(quotes, at_ - quotes));
    Skip(QuotedLength(quote));
  }

  // Returns the length of a value that ends with `quote`, a quotation mark with as many
  // backslashes as began it.
  size_t QuotedLength(std::string_view quote) const {
    size_t from = 0;
    while (true) {
      const size_t end = Rest().find(quote, from);
      if (end == kNpos) return kNpos;
      size_t slashes = 0;
      while (slashes < end && Rest()[end - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0 || quote.size() > 1) return end;
      from = end + 1;
    }
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

bool IsSecretName(std::string_view name) {
  static constexpr std::array<std::string_view, 17> kParts = {
      "authorization", "authentication", "cookie",    "token",     "secret",    "password",
      "passwd",        "passphrase",     "session",   "assertion", "signature", "credential",
      "privatekey",    "apikey",         "accesskey", "jwt",       "whsec"};
  std::string plain;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != '.' && c != '$') plain += AsciiLower(c);
  }
  if (plain.ends_with("pagetoken") || plain == "tokentype" || plain == "tokenuri") return false;
  if (plain == "key" || plain == "sig" || plain == "auth" || plain == "xauth") return true;
  return std::ranges::any_of(
      kParts, [&](std::string_view part) { return plain.find(part) != std::string::npos; });
}

std::string Redact(std::string_view text) { return Redactor(text).Run(); }

}  // namespace zerotouch::sandbox
