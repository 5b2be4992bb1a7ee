// SPDX-License-Identifier: Apache-2.0
#include "support/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience = std::chrono::minutes(4);

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Called between fork and exec: no memory may be allocated here.
void AppendToFile(const char* path, int fd) {
  if (*path != '\0') dup2(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), fd);
}

std::string LineOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Returns a line for each thread: its name, its state and where in the kernel it waits.
std::string StateOf(pid_t pid) {
  std::string state;
  std::error_code error;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
    const std::filesystem::path dir = thread.path();
    state += fmt::format("\n  {} [{}] {}, system call {}", dir.filename().string(),
                         LineOf(dir / "comm"), LineOf(dir / "wchan"), LineOf(dir / "syscall"));
  }
  return state;
}

// Kills a process that is late, and says where it was.
void GiveUp(pid_t pid, const char* what) {
  fmt::print(stderr, "process {} {} in {} minutes, and is killed; its threads:{}\n", pid, what,
             std::chrono::duration_cast<std::chrono::minutes>(kPatience).count(), StateOf(pid));
  kill(pid, SIGKILL);
}

}  // namespace

pid_t Launch(const LaunchOptions& options) {
  const std::vector<char*> argv = Pointers(options.command);
  std::vector<char*> envp;
  if (options.environment) envp = Pointers(*options.environment);
  char** const environment = options.environment ? envp.data() : environ;
  const char* const out_path = options.out_path.c_str();
  const char* const err_path = options.err_path.c_str();
  const bool is_main_thread = gettid() == getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  if (is_main_thread) prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (options.out_fd >= 0) dup2(options.out_fd, STDOUT_FILENO);
  AppendToFile(out_path, STDOUT_FILENO);
  AppendToFile(err_path, STDERR_FILENO);
  execve(argv[0], argv.data(), environment);
  _exit(127);
}

int WaitForEnd(pid_t pid, rusage* used) {
  const auto end = steady_clock::now() + kPatience;
  int status = 0;
  for (milliseconds pause(1); wait4(pid, &status, WNOHANG, used) == 0;) {
    if (steady_clock::now() > end) {
      GiveUp(pid, "did not end");
      wait4(pid, &status, 0, used);
      break;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, milliseconds(20));
  }
  return status;
}

std::string FirstLine(int fd, pid_t pid) {
  const auto end = steady_clock::now() + kPatience;
  std::string line;
  for (char c = 0;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    pollfd ready = {.fd = fd, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, static_cast<int>(std::max<int64_t>(left.count(), 0))) == 0) {
      GiveUp(pid, "printed no line");
      return line;
    }
    if (read(fd, &c, 1) != 1 || c == '\n') return line;
    line += c;
  }
}

}  // namespace zerotouch::test
