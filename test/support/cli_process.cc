// SPDX-License-Identifier: Apache-2.0
#include "support/cli_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "support/wait.h"

namespace zerotouch::test {
namespace {

std::string Read(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void Redirect(int fd, const std::string& path) {
  dup2(open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), fd);
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

CliProcess::CliProcess(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment, Program program) {
  std::vector<std::string> command = {program == Program::kZerotouch ? ZEROTOUCH : ZEROTOUCHD};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const std::vector<char*> argv = Pointers(command);
  const std::vector<char*> envp = Pointers(environment);
  const std::string out_path = dir_ / "out";
  const std::string err_path = dir_ / "err";
  pid_ = fork();
  if (pid_ == 0) {
    Redirect(STDOUT_FILENO, out_path);
    Redirect(STDERR_FILENO, err_path);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
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
  if (pid_ > 0) waitpid(pid_, &status_, 0);
  pid_ = -1;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string CliProcess::out() const { return Read(dir_ / "out"); }
std::string CliProcess::err() const { return Read(dir_ / "err"); }

}  // namespace zerotouch::test
