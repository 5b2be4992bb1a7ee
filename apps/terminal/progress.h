// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_PROGRESS_H_
#define ZEROTOUCH_TERMINAL_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// What the programs show on standard error while something long runs.
namespace zerotouch::terminal {

// How far it has come.
struct Progress {
  int percent = 0;    // 0 to 100
  int64_t total = 0;  // devices, rows, ...; 0 if not known
  absl::Duration elapsed;
};

// "[#######             ]  37 %  37,000 of 100,000  2 s"
std::string BarText(const Progress& progress);

// "37 %, 37,000 of 100,000, 2 s"
std::string LineText(const Progress& progress);

// Shows progress: a bar that moves on a terminal; elsewhere a line whenever another tenth is done
// or ten seconds have passed.
class ProgressDisplay {
 public:
  ProgressDisplay(std::string label, FILE* out, bool is_terminal);

  void Update(const Progress& progress);
  // A line of text that is no progress, above the bar.
  void Note(std::string_view text);
  // Leaves the bar as it stands.
  void End();

 private:
  const std::string label_;
  FILE* const out_;
  const bool is_terminal_;
  std::string bar_;  // as it stands on the terminal; empty: none
  int shown_percent_ = -1;
  absl::Duration shown_elapsed_;
};

// Whether standard error is a terminal.
bool IsTerminal();

// 1234567 as "1,234,567".
std::string Grouped(int64_t number);

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_PROGRESS_H_
