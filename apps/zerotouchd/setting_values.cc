// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/setting_values.h"

#include <utility>

#include "terminal/typed_text.h"

namespace zerotouch::daemon {

absl::Status Invalid(std::string_view text, std::string_view use) {
  return absl::InvalidArgumentError(
      fmt::format("\"{}\": use {}", terminal::WithoutPasswords(text), use));
}

absl::Status ReadBytes(std::string_view text, uint64_t low, uint64_t high, uint64_t& out) {
  constexpr std::pair<std::string_view, int> kUnits[] = {
      {"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<size_t>(stop - text.data()));
  for (const auto& [name, shift] : kUnits) {
    const bool fits = number >= (low >> shift) && number <= (high >> shift);
    if (error != std::errc() || unit != name || !fits || number << shift < low) continue;
    out = number << shift;
    return absl::OkStatus();
  }
  return Invalid(
      text, fmt::format("a number of bytes from {} to {}; KiB, MiB and GiB are known", low, high));
}

absl::Status ReadBool(std::string_view text, bool& out) {
  if (text != "true" && text != "false") return Invalid(text, "true or false");
  out = text == "true";
  return absl::OkStatus();
}

absl::Status ReadOnOff(std::string_view text, bool& out) {
  if (text != "on" && text != "off") return Invalid(text, "on or off");
  out = text == "on";
  return absl::OkStatus();
}

absl::Status ReadFileName(std::string_view text, std::string& out, const char* kind) {
  if (text.empty()) return Invalid(text, fmt::format("the path of a {} file", kind));
  out = text;
  return absl::OkStatus();
}

absl::Status ReadNotEmpty(std::string_view text, std::string_view use, std::string& out) {
  if (text.empty()) return Invalid(text, use);
  out = text;
  return absl::OkStatus();
}

}  // namespace zerotouch::daemon
