// SPDX-License-Identifier: Apache-2.0
#include "terminal/sandbox_variables.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/terminal_text.h"

namespace zerotouch::terminal {
namespace {

struct SandboxVariable {
  const char* name;
  const char* pointer;  // into the ready line (RFC 6901)
  bool optional = false;
};
constexpr SandboxVariable kSandboxVariables[] = {
    {"ZEROTOUCH_ENDPOINT", "/endpoint"},
    {"ZEROTOUCH_PARTNER", "/resellers/0/partnerId"},
    {"ZEROTOUCH_CUSTOMER", "/resellers/0/customerIds/0", true},
    {"ZEROTOUCH_CREDENTIALS", "/resellers/0/credentials"},
    {"GOOGLE_APPLICATION_CREDENTIALS", "/resellers/0/credentials"},
};

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> SandboxVariables(
    const std::string& ready) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(ready).get(root) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("not valid JSON");
  }
  std::vector<std::pair<std::string, std::string>> variables;
  for (const SandboxVariable& variable : kSandboxVariables) {
    std::string_view value;
    if (root.at_pointer(variable.pointer).get(value) != simdjson::SUCCESS) {
      if (variable.optional) continue;
      return absl::InvalidArgumentError(fmt::format("{} is missing", variable.pointer));
    }
    // A shell cannot quote these portably, and a terminal would obey them.
    if (ForTerminal(value) != value) {
      return absl::InvalidArgumentError(fmt::format("{} has control characters", variable.pointer));
    }
    variables.emplace_back(variable.name, value);
  }
  return variables;
}

}  // namespace zerotouch::terminal
