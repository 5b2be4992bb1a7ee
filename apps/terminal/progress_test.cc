// SPDX-License-Identifier: Apache-2.0
#include "terminal/progress.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace zerotouch::terminal {
namespace {

Progress At(int percent, double seconds) {
  return {.percent = percent, .total = 100'000, .elapsed = absl::Seconds(seconds)};
}

// Captures the output of a display.
class Screen {
 public:
  explicit Screen(bool is_terminal)
      : file_(open_memstream(&text_, &size_), std::fclose),
        display("claim", file_.get(), is_terminal) {}
  ~Screen() {
    file_.reset();
    std::free(text_);
  }
  std::string Text() {
    std::fflush(file_.get());
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<FILE, int (*)(FILE*)> file_;

 public:
  ProgressDisplay display;
};

TEST(ProgressTest, Texts) {
  EXPECT_EQ(BarText(At(37, 2)),
            "[##############                          ]  37 %  37,000 of 100,000  2.0 s");
  EXPECT_EQ(BarText({.percent = 100}), "[########################################] 100 %  0.0 s");
  EXPECT_EQ(LineText(At(50, 75)), "50 %, 50,000 of 100,000, 1:15");
  EXPECT_EQ(LineText({.percent = 250, .elapsed = absl::Seconds(1)}), "100 %, 1.0 s");
}

TEST(ProgressTest, Terminal_HasABarThatMoves) {
  Screen screen(true);
  screen.display.Update(At(0, 0));
  screen.display.Update(At(1, 1));
  screen.display.Note("careful");
  screen.display.End();
  const std::string first = "claim " + BarText(At(0, 0));
  const std::string second = "claim " + BarText(At(1, 1));
  EXPECT_EQ(screen.Text(),
            "\r" + first + "\x1b[K\r" + second + "\x1b[K\rcareful\x1b[K\n" + second + "\n");
}

TEST(ProgressTest, Elsewhere_ALineForEachTenth_OrTenSeconds) {
  Screen screen(false);
  for (const auto& [percent, seconds] : std::initializer_list<std::pair<int, double>>{
           {0, 0}, {5, 1}, {9, 2}, {12, 3}, {13, 4}, {14, 14}, {100, 15}}) {
    screen.display.Update(At(percent, seconds));
  }
  screen.display.End();
  EXPECT_EQ(screen.Text(),
            "claim: 0 %, 0 of 100,000, 0.0 s\n"
            "claim: 12 %, 12,000 of 100,000, 3.0 s\n"
            "claim: 14 %, 14,000 of 100,000, 14.0 s\n"
            "claim: 100 %, 100,000 of 100,000, 15.0 s\n");
}

TEST(ProgressTest, Note_HasNoControlCharacters) {
  Screen screen(true);
  screen.display.Update(At(0, 0));
  screen.display.Note(
      "x\x1b[2J\ny \xc2\x9b"
      "31m");
  const std::string bar = "claim " + BarText(At(0, 0));
  EXPECT_EQ(screen.Text(), "\r" + bar + "\x1b[K\rx\\x1b[2J\\ny \\u009b31m\x1b[K\n" + bar);
}

TEST(GroupedTest, Thousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace zerotouch::terminal
