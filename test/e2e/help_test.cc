// SPDX-License-Identifier: Apache-2.0
// The --help of every command of both programs.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "support/cli_process.h"
#include "support/server_process.h"

namespace zerotouch::test {
namespace {

constexpr size_t kHelpColumns = 100;

using Program = std::function<ProgramRun(const std::vector<std::string>&)>;

ProgramRun RunZerotouch(const std::vector<std::string>& words) {
  CliProcess process(words);
  ProgramRun run;
  run.exit_code = process.Wait();
  run.out = process.out();
  run.err = process.err();
  return run;
}

// Checks the help of a command and of those below it. Returns how many these are.
int CheckHelp(const Program& run, std::vector<std::string> words) {
  const std::string name = fmt::format("{}", fmt::join(words, " "));
  words.push_back("--help");
  const ProgramRun help = run(words);
  words.pop_back();
  EXPECT_EQ(help.exit_code, 0) << name << help.err;
  int commands = 1;
  bool in_commands = false;
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), kHelpColumns) << name << ": " << line;
    if (!line.starts_with("  ")) {
      in_commands = line == "Subcommands:";
    } else if (in_commands && line.size() > 2 && line[2] != ' ') {
      words.push_back(line.substr(2, line.find_first_of(" ,", 2) - 2));
      commands += CheckHelp(run, words);
      words.pop_back();
    }
  }
  return commands;
}

TEST(Help, LinesOfEveryCommand_FitTheTerminal) {
  EXPECT_GT(CheckHelp([](const auto& words) { return RunZerotouchd(words); }, {}), 40);
  EXPECT_GT(CheckHelp([](const auto& words) { return RunZerotouch(words); }, {}), 80);
}

}  // namespace
}  // namespace zerotouch::test
