// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_LAUNCH_H_
#define ZEROTOUCH_TEST_SUPPORT_LAUNCH_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace zerotouch::test {

// A program to start.
struct LaunchOptions {
  std::vector<std::string> command;  // the path of the program, then its arguments
  // The variables of its environment, NAME=VALUE, or those of this process.
  std::optional<std::vector<std::string>> environment;
  int out_fd = -1;       // becomes its standard output unless it is negative
  std::string out_path;  // its output is appended to these files, if given
  std::string err_path;
};

// Starts a program and returns its process id, or -1. It is killed when the thread that
// called this ends, if that is the main thread: a program that lives on would keep CTest
// waiting for its output. Between fork and exec nothing takes a lock, so it may be called
// while other threads run, under a sanitizer as well. Thread-safe.
pid_t Launch(const LaunchOptions& options);

// Waits until a process ends. After 4 minutes it prints where the process's threads are and
// kills it. Returns the status that waitpid() gives, and fills `used`, if given, with the
// resources that the process used.
int WaitForEnd(pid_t pid, rusage* used = nullptr);

// Reads the first line from a pipe, without its end, or what there is when the pipe ends.
// After 4 minutes it prints where the threads of `pid` are and kills it.
std::string FirstLine(int fd, pid_t pid);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_LAUNCH_H_
