// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/edit_distance.h"
#include "base/limits.h"
#include "terminal/help_text.h"
#include "terminal/typed_text.h"
#include "zerotouch/command.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/generate.h"
#include "zerotouch/operations.h"

namespace zerotouch::cli {
namespace {

using Kind = Flag::Kind;

constexpr char kAbout[] =
    "Does everything that the Android Device Provisioning Partner API v1 can do, on an\n"
    "OpenZeroTouch server or on Google's.\n"
    "\n"
    "  zerotouch devices claim --csv devices.csv --partner PARTNER --credentials KEY.json\n"
    "  zerotouch devices unclaim --csv devices.csv --results results.csv\n"
    "\n"
    "With a running zerotouchd sandbox:\n"
    "  eval \"$(zerotouch env)\"\n"
    "  zerotouch csv generate --count 1000 --owner $ZEROTOUCH_CUSTOMER >devices.csv\n"
    "  zerotouch devices claim --csv devices.csv";

constexpr char kExitCodes[] =
    "Exit codes: 0 success; 1 wrong arguments or files, or a call that was refused; 2 some "
    "devices\n"
    "or rows failed, or a difference was found; 3 denied (HTTP 401 or 403); 4 timeout, or the\n"
    "server cannot be reached or was lost.\n";

// The largest values of flags that hold a number.
struct Most {
  std::string_view flag;
  int64_t value;
};
constexpr Most kMost[] = {{"batch-size", limits::kBatchItems}, {"count", kGeneratedRows}};

// Holds what CLI11 reads for one command.
struct Parsed {
  Invocation invocation;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, bool> switches;
};

std::optional<absl::Duration> ParseTimeout(const std::string& text) {
  double seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  absl::Duration duration;
  if (error == std::errc() && stop == text.data() + text.size()) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &duration)) {
    return std::nullopt;
  }
  if (duration <= absl::ZeroDuration()) return std::nullopt;
  return duration;
}

Format ParseFormat(const std::string& text) {
  if (text == "table" || text.empty()) return Format::kTable;
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  throw CLI::ValidationError("--format", "use table, json or csv");
}

// Throws unless `text` is a value of the flag.
void CheckValue(const Flag& flag, const std::string& text) {
  const bool is_id = flag.value == "ID" || flag.value == "ID,...";
  if (!is_id && flag.value != "N") return;
  // The ids of configurations may be names.
  if (flag.name == "configuration") return;
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && stop == text.data() + text.size() && number > 0;
  if (!is_number) {
    throw CLI::ValidationError(
        fmt::format("--{}", flag.first_name()),
        fmt::format("Invalid {} \"{}\": use a positive number", is_id ? "id" : "number", text));
  }
  for (const auto& [name, most] : kMost) {
    if (flag.name == name && number > most) {
      throw CLI::ValidationError(fmt::format("--{}", name),
                                 fmt::format("use a number from 1 to {}", most));
    }
  }
}

// Returns the names of a flag as CLI11 takes them: "--file,-f".
std::string NamesOf(const Flag& flag) {
  std::string names;
  std::string_view rest = flag.name;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    names += fmt::format("{}{}{}", names.empty() ? "" : ",", name.size() == 1 ? "-" : "--", name);
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return names;
}

void AddFlag(CLI::App& app, const Flag& flag, Parsed& parsed) {
  const std::string name = flag.first_name();
  const std::string names = NamesOf(flag);
  std::string help(flag.help);
  if (!flag.variable.empty()) help += fmt::format(" [{}]", flag.variable);
  switch (flag.kind) {
    case Kind::kSwitch:
      app.add_flag(names, parsed.switches[name], help);
      return;
    case Kind::kBool:
      app.add_flag(names + "{true}", parsed.texts[name], help);
      return;
    case Kind::kText:
      app.add_option(names, parsed.texts[name], help)->type_name(std::string(flag.value));
      return;
    case Kind::kList:
    case Kind::kMany: {
      CLI::Option* const option = app.add_option(names, parsed.lists[name], help);
      option->allow_extra_args(false)->type_name(std::string(flag.value));
      if (flag.kind == Kind::kList) option->delimiter(',');
      return;
    }
  }
}

std::string VariableOf(std::string_view name) {
  const char* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

// Moves what CLI11 has read, and what the environment says, into the invocation.
void Collect(const CLI::App& app, Parsed& parsed) {
  auto& values = parsed.invocation.values;
  std::string_view rest = parsed.invocation.command->positional;
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find(' ')));
    if (!parsed.texts[name].empty()) parsed.invocation.positionals.push_back(parsed.texts[name]);
    const std::string flag(parsed.invocation.command->positional_flag);
    if (!flag.empty() && !parsed.texts[name].empty()) values[flag] = {parsed.texts[name]};
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  for (const Flag& flag : AllFlags(*parsed.invocation.command)) {
    const std::string name = flag.first_name();
    const bool is_given = app.count("--" + name) > 0;
    if (flag.kind == Kind::kSwitch) {
      if (parsed.switches[name]) values[name] = {"true"};
      continue;
    }
    const bool is_list = flag.kind == Kind::kList || flag.kind == Kind::kMany;
    if (is_given) {
      values[name] = is_list ? parsed.lists[name] : std::vector<std::string>{parsed.texts[name]};
    } else if (std::string value = VariableOf(flag.variable); !value.empty()) {
      values[name] = {std::move(value)};
    } else {
      continue;
    }
    for (const std::string& value : values[name]) CheckValue(flag, value);
  }
}

// Sets the parts of the invocation that all commands have.
void SetCommonParts(const CLI::App& app, Invocation& invocation) {
  const Command& command = *invocation.command;
  invocation.partner = invocation.Number("partner");
  if (command.side == Side::kCustomer || command.side == Side::kEither) {
    invocation.as_customer = invocation.Number("as-customer");
  }
  invocation.format = ParseFormat(invocation.Get("format"));
  if (!command.has_connection) return;
  ConnectionFlags& connection = invocation.connection;
  connection.endpoint = invocation.Get("endpoint");
  connection.credentials = invocation.Get("credentials");
  connection.ca_certificate = invocation.Get("ca-certificate");
  if (connection.credentials.empty()) {
    connection.credentials = VariableOf("GOOGLE_APPLICATION_CREDENTIALS");
  }
  if (connection.ca_certificate.empty()) connection.ca_certificate = VariableOf("SSL_CERT_FILE");
  connection.has_default_credentials = app.count("--credentials") == 0;
  if (!invocation.Has("timeout")) return;
  const std::optional<absl::Duration> timeout = ParseTimeout(invocation.Get("timeout"));
  if (!timeout) throw CLI::ValidationError("--timeout", "use a duration such as 90s, 10m or 1h30m");
  connection.timeout = *timeout;
}

void AddPositionals(CLI::App& app, const Command& command, Parsed& parsed) {
  std::string_view rest = command.positional;
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find(' ')));
    CLI::Option* const option =
        app.add_option(name, parsed.texts[name], std::string(command.positional_help));
    option->type_name("");
    if (!command.positional_help.ends_with("(optional)")) option->required();
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
}

void AddCommand(CLI::App& parent, const Command& command, int& code) {
  const auto parsed = std::make_shared<Parsed>();
  parsed->invocation.command = &command;
  CLI::App* const app =
      parent.add_subcommand(std::string(command.verb), std::string(command.about));
  app->footer(fmt::format("{}\n{}", command.example, kExitCodes));
  AddPositionals(*app, command, *parsed);
  for (const Flag& flag : AllFlags(command)) AddFlag(*app, flag, *parsed);
  app->callback([app, parsed, &code] {
    Collect(*app, *parsed);
    SetCommonParts(*app, parsed->invocation);
    code = parsed->invocation.command->run(parsed->invocation);
  });
}

void AddCommands(CLI::App& app, int& code) {
  std::map<std::string, CLI::App*, std::less<>> groups;
  for (const Command& command : Commands()) {
    CLI::App* parent = &app;
    for (size_t end = 0; end < command.group.size();) {
      const size_t begin = end == 0 ? 0 : end + 1;
      end = std::min(command.group.find(' ', begin), command.group.size());
      const std::string path(command.group.substr(0, end));
      CLI::App*& group = groups[path];
      if (group == nullptr) {
        group = parent->add_subcommand(path.substr(begin), std::string(AboutGroup(path)));
        group->require_subcommand(1);
      }
      parent = group;
    }
    AddCommand(*parent, command, code);
  }
}

std::string PathOf(const Command& command) {
  return fmt::format("{}{}{}", command.group, command.group.empty() ? "" : " ", command.verb);
}

// Returns what `word` may have been meant to be after the groups of `path`: commands of another
// group with this verb, or the names here that differ in a letter or two; empty if nothing is near.
std::string Suggestion(std::string_view path, std::string_view word) {
  constexpr size_t kTypingErrors = 2;
  constexpr size_t kNames = 3;
  constexpr size_t kLongestWord = 40;
  std::set<std::string> meant;
  for (const Command& command : Commands()) {
    const std::string full = PathOf(command);
    if (path.empty() && command.verb == word) meant.insert(full);
    if (!full.starts_with(path) || word.size() > kLongestWord) continue;
    const std::string name = full.substr(0, full.find(' ', path.size()));
    const std::string_view last = std::string_view(name).substr(path.size());
    if (EditDistance(word, last) <= std::min(kTypingErrors, word.size() / 2)) meant.insert(name);
  }
  if (meant.empty() || meant.size() > kNames) return "";
  return fmt::format("; did you mean \"{}\"?", fmt::join(meant, "\" or \""));
}

// Holds the first wrong word of a command line, and the words before it.
struct WrongWord {
  std::string text;  // empty if none stands where a command is expected
  std::string path;  // of the groups and the command before it, each with a space behind
};

WrongWord FindWrongWord(const CLI::App& app, int argc, char** argv) {
  WrongWord wrong;
  const CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word.starts_with('-')) break;
    const std::vector<const CLI::App*> commands =
        at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) break;
    const auto command = std::ranges::find(commands, word, &CLI::App::get_name);
    if (command == commands.end()) {
      wrong.text = fmt::format("Unknown command \"{}\"{}", word, Suggestion(wrong.path, word));
      break;
    }
    at = *command;
    wrong.path += word + " ";
  }
  return wrong;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app(kAbout, "zerotouch");
  app.set_version_flag("--version", ZEROTOUCH_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  const auto help = std::make_shared<CLI::Formatter>();
  help->column_width(34);
  app.formatter_fn([help](const CLI::App* command, std::string name, CLI::AppFormatMode mode) {
    return terminal::WrapHelp(help->make_help(command, std::move(name), mode));
  });
  int code = kDone;
  AddCommands(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 reports by throwing
    if (error.get_exit_code() == 0) return app.exit(error);
    const WrongWord wrong = FindWrongWord(app, argc, argv);
    const std::string text = wrong.text.empty() ? error.what() : wrong.text;
    PrintError(fmt::format("{}{} see zerotouch {}--help", terminal::WithoutPasswords(text),
                           text.ends_with('?') ? "" : ";", wrong.path));
    return kUsage;
  }
  return code;
}

}  // namespace zerotouch::cli
