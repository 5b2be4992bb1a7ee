// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/sandbox_env.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "terminal/sandbox_variables.h"
#include "zerotouch/input_file.h"
#include "zerotouch/operations.h"
#include "zerotouch/shell_word.h"

namespace zerotouch::cli {
namespace {

// The default of `zerotouchd sandbox`.
constexpr char kDataDir[] = "zerotouch-sandbox";

absl::Status NotSandboxJson(const std::string& path, std::string_view problem) {
  return absl::InvalidArgumentError(
      fmt::format("{}: {}; start the sandbox again to have it rewritten", path, problem));
}

}  // namespace

absl::StatusOr<std::string> SandboxExports(const std::string& data_dir, int64_t customer) {
  const std::string path = data_dir + "/sandbox.json";
  const absl::StatusOr<std::string> text = ReadInputFile(path);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}; start a sandbox with zerotouchd sandbox --data-dir {}, or give the folder "
                    "of a running one by --data-dir",
                    MessageOf(text.status()), ShellWord(data_dir)));
  }
  const std::string customer_key = customer == 0 ? "" : CustomerKeyFile(data_dir, customer);
  if (customer != 0 && customer_key.empty()) {
    return absl::InvalidArgumentError(fmt::format("{} lists no customer {}", path, customer));
  }
  const auto variables = terminal::SandboxVariables(*text);
  if (!variables.ok()) return NotSandboxJson(path, MessageOf(variables.status()));
  std::string exports;
  for (const auto& [name, of_reseller] : *variables) {
    std::string value = of_reseller;
    if (customer != 0 && name == "ZEROTOUCH_CUSTOMER") value = fmt::format("{}", customer);
    if (customer != 0 && name.ends_with("CREDENTIALS")) value = customer_key;
    // A shell cannot quote these portably, and a terminal would obey them.
    if (ForTerminal(value) != value) {
      return NotSandboxJson(path, fmt::format("{} has control characters", name));
    }
    exports += fmt::format("export {}={}\n", name, ShellWord(value));
  }
  return exports;
}

std::string CustomerKeyFile(const std::string& data_dir, int64_t customer) {
  const absl::StatusOr<std::string> text = ReadInputFile(data_dir + "/sandbox.json");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array customers;
  if (!text.ok() || parser.parse(*text).get(root) != simdjson::SUCCESS ||
      root["customers"].get(customers) != simdjson::SUCCESS) {
    return "";
  }
  const std::string wanted = fmt::format("{}", customer);
  for (const simdjson::dom::element entry : customers) {
    std::string_view id;
    std::string_view file;
    if (entry["customerId"].get(id) == simdjson::SUCCESS && id == wanted &&
        entry["credentials"].get(file) == simdjson::SUCCESS) {
      return std::string(file);
    }
  }
  return "";
}

ExitCode RunEnv(const Invocation& invocation) {
  const std::string dir = invocation.Has("data-dir") ? invocation.Get("data-dir") : kDataDir;
  const absl::StatusOr<std::string> exports = SandboxExports(dir, invocation.Number("as-customer"));
  if (!exports.ok()) {
    PrintError(MessageOf(exports.status()));
    return kUsage;
  }
  fmt::print("{}", *exports);
  return kDone;
}

}  // namespace zerotouch::cli
