// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {
namespace {

std::string CommandPath(const Command& command) {
  return command.group.empty() ? std::string(command.verb)
                               : fmt::format("{} {}", command.group, command.verb);
}

struct Word {
  std::string text;
  std::string_view about;
};

// Returns the words that may follow those of each group: {"": customers, vendors, ...}. The
// command itself has no entry.
std::vector<std::pair<std::string, std::vector<Word>>> WordsByPath() {
  std::vector<std::pair<std::string, std::vector<Word>>> all;
  const auto add = [&](const std::string& path, const Word& word) {
    auto known = std::find_if(all.begin(), all.end(),
                              [&](const auto& entry) { return entry.first == path; });
    if (known == all.end()) known = all.insert(all.end(), {path, {}});
    auto& words = known->second;
    if (std::none_of(words.begin(), words.end(),
                     [&](const Word& other) { return other.text == word.text; })) {
      words.push_back(word);
    }
  };
  for (const Command& command : Commands()) {
    const std::string path = CommandPath(command);
    std::string before;
    for (size_t begin = 0; begin < path.size();) {
      const size_t end = std::min(path.find(' ', begin), path.size());
      const std::string whole = path.substr(0, end);
      add(before, {path.substr(begin, end - begin),
                   end == path.size() ? command.about : AboutGroup(whole)});
      before = whole;
      begin = end + 1;
    }
  }
  return all;
}

std::string FlagWords(const Command& command) {
  std::string words;
  for (const Flag& flag : AllFlags(command)) words += fmt::format("--{} ", flag.first_name());
  return words + "--help";
}

// Returns the values of a flag that takes one of several; empty for other flags.
std::string ChoicesOf(const Flag& flag) {
  if (flag.name == "format") return "table json csv";
  if (flag.name == "section-type") return "SECTION_TYPE_ZERO_TOUCH SECTION_TYPE_SIM_LOCK";
  if (flag.name == "scope") return "reseller customer";
  return "";
}

bool TakesFile(const Flag& flag) {
  return flag.value.find("FILE") != std::string_view::npos || flag.value == "DIR";
}

// Bash, and zsh by its emulation of bash's completion.
std::string BashFunction() {
  std::string text =
      "_zerotouch() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' words i\n"
      "  COMPREPLY=()\n"
      "  case $prev in\n"
      "    --format) COMPREPLY=($(compgen -W 'table json csv' -- \"$cur\")); return ;;\n"
      "    --section-type) COMPREPLY=($(compgen -W 'SECTION_TYPE_ZERO_TOUCH "
      "SECTION_TYPE_SIM_LOCK' -- \"$cur\")); return ;;\n"
      "    --csv|--results|--credentials|--ca-certificate|--file|-f|--data-dir|--qr|--out|"
      "--key-file)\n"
      "      COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
      "  esac\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n";
  std::string groups;
  for (const auto& [path, words] : WordsByPath()) {
    for (const Word& word : words) {
      groups += fmt::format("{}' {}{}{}'", groups.empty() ? "" : "|", path, path.empty() ? "" : " ",
                            word.text);
    }
  }
  text += fmt::format(
      "      {}) path=\"$path ${{COMP_WORDS[i]}}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case $path in\n",
      groups);
  for (const auto& [path, words] : WordsByPath()) {
    std::string list;
    for (const Word& word : words) list += word.text + " ";
    text += fmt::format("    '{}{}') words='{}--help{}' ;;\n", path.empty() ? "" : " ", path, list,
                        path.empty() ? " --version" : "");
  }
  for (const Command& command : Commands()) {
    const bool takes_shell = command.verb == "completion";
    text += fmt::format("    ' {}') words='{}{}' ;;\n", CommandPath(command),
                        takes_shell ? "bash zsh fish " : "", FlagWords(command));
  }
  return text +
         "    *) words='' ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -F _zerotouch zerotouch\n";
}

std::string FishWord(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + "'";
}

std::string FishScript() {
  std::string text =
      "function __zerotouch_path\n"
      "  set -l words (commandline -opc)\n"
      "  test (count $words) -eq (math 1 + (count $argv)); or return 1\n"
      "  for i in (seq (count $argv))\n"
      "    test $words[(math $i + 1)] = $argv[$i]; or return 1\n"
      "  end\n"
      "end\n"
      "function __zerotouch_in\n"
      "  set -l words (commandline -opc)\n"
      "  test (count $words) -gt (count $argv); or return 1\n"
      "  for i in (seq (count $argv))\n"
      "    test $words[(math $i + 1)] = $argv[$i]; or return 1\n"
      "  end\n"
      "end\n"
      "complete -c zerotouch -f\n";
  for (const auto& [path, words] : WordsByPath()) {
    for (const Word& word : words) {
      text += fmt::format("complete -c zerotouch -n '__zerotouch_path {}' -a {} -d {}\n", path,
                          word.text, FishWord(word.about));
    }
  }
  for (const Command& command : Commands()) {
    for (const Flag& flag : AllFlags(command)) {
      const std::string choices = ChoicesOf(flag);
      const std::string value = flag.kind == Flag::Kind::kSwitch || flag.kind == Flag::Kind::kBool
                                    ? ""
                                : TakesFile(flag) ? " -r -F"
                                : choices.empty() ? " -x"
                                                  : fmt::format(" -x -a '{}'", choices);
      text += fmt::format("complete -c zerotouch -n '__zerotouch_in {}' -l {}{} -d {}\n",
                          CommandPath(command), flag.first_name(), value, FishWord(flag.help));
    }
  }
  return text + "complete -c zerotouch -n '__zerotouch_path completion' -a 'bash zsh fish'\n";
}

}  // namespace

std::string CompletionScript(std::string_view shell) {
  if (shell == "bash") return BashFunction();
  if (shell == "zsh") {
    return "#compdef zerotouch\nautoload -U +X bashcompinit && bashcompinit\n" + BashFunction();
  }
  if (shell == "fish") return FishScript();
  return "";
}

ExitCode RunCompletion(const Invocation& invocation) {
  const std::string script = CompletionScript(invocation.positionals[0]);
  if (script.empty()) {
    PrintError(
        fmt::format("Invalid shell \"{}\": use bash, zsh or fish", invocation.positionals[0]));
    return kUsage;
  }
  Print(script);
  return EndOutput().ok() ? kDone : kUsage;
}

}  // namespace zerotouch::cli
