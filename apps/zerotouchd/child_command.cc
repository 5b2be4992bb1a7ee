// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/child_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

extern char** environ;

namespace zerotouch::daemon {
namespace {

// Returns this process's environment with `variables`, as NAME=VALUE.
std::vector<std::string> EnvironmentWith(const Variables& variables) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) all[std::string(text.substr(0, equals))] = text;
  }
  for (const auto& [name, value] : variables) all[name] = fmt::format("{}={}", name, value);
  std::vector<std::string> entries;
  for (auto& [name, entry] : all) entries.push_back(std::move(entry));
  return entries;
}

// On a terminal the command stays in the foreground, so that it can read from it, and the
// terminal sends Ctrl-C to it. Otherwise it gets a process group, so that signals reach all
// that it starts.
bool HasTerminal() { return isatty(STDIN_FILENO) == 1; }

// Starts the command with the signals of a new process.
absl::StatusOr<pid_t> Spawn(const std::string& command, const Variables& variables) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
    sigaddset(&usual, signal);
  }
  posix_spawnattr_setsigdefault(&attributes, &usual);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (!HasTerminal()) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, flags);

  std::vector<std::string> entries = EnvironmentWith(variables);
  std::vector<char*> environment;
  for (std::string& entry : entries) environment.push_back(entry.data());
  environment.push_back(nullptr);
  std::string words[] = {"sh", "-c", command};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t child = 0;
  const int error =
      posix_spawn(&child, "/bin/sh", nullptr, &attributes, arguments, environment.data());
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return child;
  return absl::UnavailableError(fmt::format("cannot run --exec: {}", strerror(error)));
}

}  // namespace

absl::StatusOr<int> RunChildCommand(const std::string& command, const Variables& variables) {
  const absl::StatusOr<pid_t> child = Spawn(command, variables);
  if (!child.ok()) return child.status();
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  bool told = false;
  for (;;) {
    int state = 0;
    const pid_t ended = waitpid(*child, &state, WNOHANG);
    if (ended == *child && WIFEXITED(state)) return WEXITSTATUS(state);
    if (ended == *child && WIFSIGNALED(state)) return 128 + WTERMSIG(state);
    if (ended < 0 && errno != EINTR) {
      return absl::InternalError(fmt::format("lost the command of --exec: {}", strerror(errno)));
    }
    siginfo_t info = {};
    const int signal = sigwaitinfo(&signals, &info);
    if (signal < 0 || signal == SIGCHLD) continue;
    const bool is_from_terminal = info.si_code == SI_KERNEL && HasTerminal();
    if (!is_from_terminal) {
      kill(HasTerminal() ? *child : -*child, told ? SIGKILL : signal);
    }
    told = true;
  }
}

}  // namespace zerotouch::daemon
