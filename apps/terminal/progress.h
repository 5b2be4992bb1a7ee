// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_PROGRESS_H_
#define ZEROTOUCH_TERMINAL_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// Shows the progress of a long command on standard error.
namespace zerotouch::terminal {

// The progress of a command.
struct Progress {
  int percent = 0;    // 0 to 100
  int64_t total = 0;  // devices, rows, ...; 0 if not known
  absl::Duration elapsed;
};

// Returns "[#######             ]  37 %  37,000 of 100,000  2 s".
std::string BarText(const Progress& progress);

// Returns "37 %, 37,000 of 100,000, 2 s".
std::string LineText(const Progress& progress);

// Shows progress: on a terminal a bar that moves; elsewhere a line for each tenth
// that is done, and at least one every ten seconds.
class ProgressDisplay {
 public:
  ProgressDisplay(const std::string& label, FILE* out, bool is_terminal);

  void Update(const Progress& progress);
  // Prints a line of text above the bar, with control characters escaped.
  void Note(std::string_view text);
  // Ends the line of the bar, which stays on the screen.
  void End();

 private:
  const std::string label_;
  FILE* const out_;
  const bool is_terminal_;
  std::string bar_;  // the text on the terminal; empty: no bar
  int shown_percent_ = -1;
  absl::Duration shown_elapsed_;
};

// Returns true if standard error is a terminal.
bool IsTerminal();

// Returns 1234567 as "1,234,567".
std::string Grouped(int64_t number);

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_PROGRESS_H_
