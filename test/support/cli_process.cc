// SPDX-License-Identifier: Apache-2.0
#include "support/cli_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "support/launch.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

std::string Read(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

CliProcess::CliProcess(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment, Program program) {
  std::vector<std::string> command = {program == Program::kZerotouch ? ZEROTOUCH : ZEROTOUCHD};
  command.insert(command.end(), arguments.begin(), arguments.end());
  pid_ = Launch({.command = std::move(command),
                 .environment = environment,
                 .out_path = dir_ / "out",
                 .err_path = dir_ / "err"});
}

CliProcess::~CliProcess() {
  Signal(SIGKILL);
  Wait();
}

void CliProcess::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

bool CliProcess::HasEnded() {
  if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ <= 0;
}

bool CliProcess::WaitForError(const std::string& text) {
  bool is_there = false;
  return WaitUntil([&] {
           const bool has_ended = HasEnded();
           is_there = err().find(text) != std::string::npos;
           return is_there || has_ended;
         }) &&
         is_there;
}

int CliProcess::Wait() {
  if (pid_ > 0) status_ = WaitForEnd(pid_);
  pid_ = -1;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string CliProcess::out() const { return Read(dir_ / "out"); }
std::string CliProcess::err() const { return Read(dir_ / "err"); }

}  // namespace zerotouch::test
