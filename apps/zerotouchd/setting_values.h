// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SETTING_VALUES_H_
#define ZEROTOUCH_ZEROTOUCHD_SETTING_VALUES_H_

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// Functions that read the text of a setting into a value. INVALID_ARGUMENT shows the text,
// without passwords, and says what to use; it does not name the setting.
namespace zerotouch::daemon {

// Returns the error for a text: use `use` instead.
absl::Status Invalid(std::string_view text, std::string_view use);

// Reads a number from `low` to `high`.
template <class Number>
absl::Status ReadNumber(std::string_view text, Number low, Number high, Number& out) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || !(number >= low && number <= high)) {
    return Invalid(text, fmt::format("a number from {} to {}", low, high));
  }
  out = number;
  return absl::OkStatus();
}

// Reads a number of bytes from `low` to `high`, such as 67108864 or 64MiB.
absl::Status ReadBytes(std::string_view text, uint64_t low, uint64_t high, uint64_t& out);

// Reads `true` or `false`.
absl::Status ReadBool(std::string_view text, bool& out);

// Reads `on` or `off`.
absl::Status ReadOnOff(std::string_view text, bool& out);

// Reads the path of a file of this kind, which need not exist.
absl::Status ReadFileName(std::string_view text, std::string& out, const char* kind = "PEM");

// Reads any text but an empty one.
absl::Status ReadNotEmpty(std::string_view text, std::string_view use, std::string& out);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SETTING_VALUES_H_
