// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_CLI_PROCESS_H_
#define ZEROTOUCH_TEST_SUPPORT_CLI_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace zerotouch::test {

enum class Program { kZerotouch, kZerotouchd };

// A process that runs a program without a terminal.
class CliProcess {
 public:
  // Starts it. `environment` is its whole environment, as NAME=VALUE.
  explicit CliProcess(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {},
                      Program program = Program::kZerotouch);
  ~CliProcess();  // SIGKILL if it still runs
  CliProcess(const CliProcess&) = delete;
  CliProcess& operator=(const CliProcess&) = delete;

  // Waits until standard error contains `text`. Returns false if the program ends
  // first, or two minutes have passed.
  bool WaitForError(const std::string& text);
  void Signal(int signal);
  bool HasEnded();
  // Waits for its end and returns its exit code, or minus the signal that ended it.
  int Wait();

  // Returns its output so far.
  std::string out() const;
  std::string err() const;

 private:
  TempDir dir_;
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_CLI_PROCESS_H_
