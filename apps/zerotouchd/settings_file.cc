// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/settings_file.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "terminal/typed_text.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

std::string PlaceOf(const std::string& path, const toml::source_region& region) {
  return fmt::format("{}:{}", path, region.begin.line);
}

// Returns a value as the text of a flag; nullopt for a table, a date, or a list that
// has other elements than text.
std::optional<std::string> TextOf(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& element : *list) {
    if (!element.is_string()) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += element.as_string()->get();
  }
  return joined;
}

bool IsSetting(std::string_view name) {
  const auto table = SettingTable();
  return std::any_of(table.begin(), table.end(),
                     [&](const Setting& setting) { return setting.name == name; });
}

}  // namespace

absl::StatusOr<GivenTexts> ReadSettingsFile(const std::string& path) {
  ZT_ASSIGN_OR_RETURN(const std::optional<std::string> content, ReadSmallFile(path));
  if (!content.has_value()) {
    return absl::InvalidArgumentError(
        fmt::format("no such file {}; give a TOML file by --config or ZEROTOUCH_CONFIG",
                    terminal::WithoutPasswords(path)));
  }
  const toml::parse_result parsed = toml::parse(*content, path);
  if (!parsed) {
    return absl::InvalidArgumentError(
        fmt::format("{}: invalid TOML: {}", PlaceOf(path, parsed.error().source()),
                    terminal::WithoutPasswords(parsed.error().description())));
  }
  GivenTexts given;
  for (const auto& [key, node] : parsed.table()) {
    const std::string name(key.str());
    const std::string place = PlaceOf(path, key.source());
    if (!IsSetting(name)) {
      return absl::InvalidArgumentError(fmt::format(
          "{}: unknown setting \"{}\"; zerotouchd serve --help lists them", place, name));
    }
    std::optional<std::string> text = TextOf(node);
    if (!text.has_value()) {
      return absl::InvalidArgumentError(fmt::format(
          "{}: invalid {}: use text, a number, true, false or a list of texts", place, name));
    }
    given[name] = {*std::move(text), place};
  }
  return given;
}

}  // namespace zerotouch::daemon
