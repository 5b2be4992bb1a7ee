// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "terminal/help_text.h"
#include "terminal/typed_text.h"
#include "zerotouchd/admin.h"
#include "zerotouchd/check.h"
#include "zerotouchd/daemon.h"
#include "zerotouchd/health.h"
#include "zerotouchd/settings.h"

extern char** environ;

namespace zerotouch::daemon {
namespace {

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

// Adds the settings of the command as flags, which store their values in `given`.
void AddSettings(CLI::App& app, Command command, GivenTexts& given) {
  const auto add = [&](const char* name, const char* value, const std::string& help,
                       bool is_list = false) {
    const std::string flag = fmt::format("--{}", name);
    const std::string key = name;
    if (*value == '\0') {
      app.add_flag_callback(
          flag,
          [&given, key, flag] {
            given[key] = {"true", flag};
          },
          help);
      return;
    }
    CLI::Option* const option = app.add_option_function<std::string>(
        flag,
        [&given, key, flag](const std::string& text) {
          given[key] = {text, flag};
        },
        help);
    option->type_name(value);
    if (is_list) option->join(',');  // the flag can be given several times
  };
  for (const Setting& setting : SettingTable()) {
    if ((setting.commands & command) == 0) continue;
    std::string help = setting.help;
    if (*setting.by_default != '\0') help += fmt::format(" (default: {})", setting.by_default);
    add(setting.name, setting.value, help, setting.is_list);
  }
  add("config", "FILE", "TOML file of settings, with the names of these flags");
}

CLI::App* AddCheck(CLI::App& app, GivenTexts& given, std::string& format) {
  CLI::App* check = app.add_subcommand(
      "check",
      "Say what serve would do with these settings: look at files, database, clock and disk");
  AddSettings(*check, kCheck, given);
  check->add_option("--format", format, "text or json (default: text)")
      ->check(CLI::IsMember({"text", "json"}));
  check->footer("Exit codes: 0 fine, 1 serve would not start or not be of use, 2 warnings.");
  return check;
}

// Returns the command that was parsed so far, such as "zerotouchd admin keys".
std::string CommandOf(const CLI::App& app) {
  std::string command = "zerotouchd";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    command += ' ' + at->get_name();
  }
  return command;
}

int Fail(const absl::Status& status, Lines lines = Lines::kOne) {
  fmt::print(stderr, "zerotouchd: {}\n", ForTerminal(MessageOf(status), lines));
  return 1;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app(
      "A zero-touch enrolment service with Google's Android Device Provisioning Partner API v1.\n"
      "\n"
      "  zerotouchd sandbox\n"
      "  zerotouchd serve --database sqlite:///var/lib/zerotouch/registry.db\n"
      "\n"
      "Each setting of a command is also an environment variable and a line of the file of "
      "--config:\n"
      "--log-level is ZEROTOUCH_LOG_LEVEL, and log-level = \"debug\".",
      "zerotouchd");
  app.set_version_flag("--version", ZEROTOUCH_VERSION);
  app.require_subcommand(1);
  const auto help = std::make_shared<CLI::Formatter>();
  app.formatter_fn([help](const CLI::App* command, std::string name, CLI::AppFormatMode mode) {
    return terminal::WrapHelp(help->make_help(command, std::move(name), mode));
  });
  GivenTexts given;
  AdminAction action;
  CLI::App* sandbox = app.add_subcommand(
      "sandbox", "Run a server with sample companies and key files, to test clients");
  AddSettings(*sandbox, kSandbox, given);
  CLI::App* serve = app.add_subcommand("serve", "Run the server for production");
  AddSettings(*serve, kServe, given);
  CLI::App* health = app.add_subcommand(
      "health", "Ask the server at --metrics-listen (127.0.0.1:9464) whether it is ready");
  AddSettings(*health, kHealth, given);
  std::string format = "text";
  CLI::App* check = AddCheck(app, given, format);
  CLI::App* admin = app.add_subcommand(
      "admin", "Manage partners, vendors, customers, DPCs and keys; copy a registry");
  AddSettings(*admin, kAdmin, given);
  AddAdminCommands(*admin, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 reports by throwing
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "zerotouchd: {}; see {} --help\n",
               ForTerminal(terminal::WithoutPasswords(error.what())), CommandOf(app));
    return 1;
  }
  const Command command = *sandbox  ? kSandbox
                          : *serve  ? kServe
                          : *health ? kHealth
                          : *check  ? kCheck
                                    : kAdmin;
  const auto read = [command, &given] { return ResolveSettings(command, given, Environment()); };
  const absl::StatusOr<Settings> settings = read();
  if (command == kCheck) return RunCheck(settings, format == "json");
  if (!settings.ok()) return Fail(settings.status());
  if (command == kSandbox) {
    const absl::StatusOr<int> code = RunSandbox(*settings);
    return code.ok() ? *code : Fail(code.status(), Lines::kMany);
  }
  const absl::Status status = command == kServe    ? RunServe(*settings, read)
                              : command == kHealth ? RunHealth(*settings)
                                                   : action(*settings);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace zerotouch::daemon
