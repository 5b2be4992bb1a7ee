#ifndef ZEROTOUCH_ZEROTOUCH_PROGRESS_H_
#define ZEROTOUCH_ZEROTOUCH_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace zerotouch::cli {

// How far a batch has come.
struct Progress {
  int percent = 0;      // 0 to 100
  int64_t devices = 0;  // in the batch; 0 if not known
  absl::Duration elapsed;
};

// "[#######             ]  37 %  37,000 of 100,000  2 s"
std::string BarText(const Progress& progress);

// "37 %, 37,000 of 100,000, 2 s"
std::string LineText(const Progress& progress);

// Shows the progress of a batch on standard error: a bar that moves on a
// terminal; elsewhere a line whenever another tenth is done or ten seconds have
// passed.
class ProgressDisplay {
 public:
  ProgressDisplay(std::string label, FILE* out, bool is_terminal);

  void Update(const Progress& progress);
  // A line of text that is no progress, above the bar.
  void Note(std::string_view text);
  // That a call failed and is tried again.
  void NoteRetry(const absl::Status& failure, absl::Duration pause);
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

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_PROGRESS_H_
