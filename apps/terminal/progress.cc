// SPDX-License-Identifier: Apache-2.0
#include "terminal/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/terminal_text.h"

namespace zerotouch::terminal {
namespace {

constexpr int kBarCells = 40;
constexpr int kLineEveryPercent = 10;
constexpr absl::Duration kLineEvery = absl::Seconds(10);

// Returns "37,000 of 100,000" after `separator`; empty if the total is unknown.
std::string CountText(const Progress& progress, std::string_view separator) {
  if (progress.total == 0) return "";
  return fmt::format("{}{} of {}", separator, Grouped(progress.total * progress.percent / 100),
                     Grouped(progress.total));
}

std::string ElapsedText(absl::Duration elapsed) {
  const int64_t seconds = absl::ToInt64Seconds(elapsed);
  if (seconds < 60) return fmt::format("{:.1f} s", absl::ToDoubleSeconds(elapsed));
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace

std::string BarText(const Progress& progress) {
  const int percent = std::clamp(progress.percent, 0, 100);
  const int cells = percent * kBarCells / 100;
  return fmt::format("[{}{}] {:3} %{}  {}", std::string(cells, '#'),
                     std::string(kBarCells - cells, ' '), percent, CountText(progress, "  "),
                     ElapsedText(progress.elapsed));
}

std::string LineText(const Progress& progress) {
  return fmt::format("{} %{}, {}", std::clamp(progress.percent, 0, 100), CountText(progress, ", "),
                     ElapsedText(progress.elapsed));
}

ProgressDisplay::ProgressDisplay(const std::string& label, FILE* out, bool is_terminal)
    : label_(ForTerminal(label)), out_(out), is_terminal_(is_terminal) {}

void ProgressDisplay::Update(const Progress& progress) {
  if (is_terminal_) {
    bar_ = fmt::format("{} {}", label_, BarText(progress));
    fmt::print(out_, "\r{}\x1b[K", bar_);
    std::fflush(out_);
    return;
  }
  const bool has_moved = shown_percent_ < 0 ||
                         progress.percent / kLineEveryPercent != shown_percent_ / kLineEveryPercent;
  if (!has_moved && progress.elapsed - shown_elapsed_ < kLineEvery) return;
  shown_percent_ = progress.percent;
  shown_elapsed_ = progress.elapsed;
  fmt::print(out_, "{}: {}\n", label_, LineText(progress));
}

void ProgressDisplay::Note(std::string_view text) {
  const std::string line = ForTerminal(text);
  if (bar_.empty()) {
    fmt::print(out_, "{}\n", line);
  } else {
    fmt::print(out_, "\r{}\x1b[K\n{}", line, bar_);
  }
  std::fflush(out_);
}

void ProgressDisplay::End() {
  if (!bar_.empty()) fmt::print(out_, "\n");
  bar_.clear();
}

bool IsTerminal() { return isatty(STDERR_FILENO) == 1; }

std::string Grouped(int64_t number) {
  std::string digits = fmt::format("{}", number);
  for (int i = static_cast<int>(digits.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3) {
    digits.insert(static_cast<size_t>(i), 1, ',');
  }
  return digits;
}

}  // namespace zerotouch::terminal
