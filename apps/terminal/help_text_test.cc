// SPDX-License-Identifier: Apache-2.0
#include "terminal/help_text.h"

#include <gtest/gtest.h>

namespace zerotouch::terminal {
namespace {

TEST(WrapHelp, ShortLines_StayAsTheyAre) {
  const std::string text = "About\n\n  --flag A   " + std::string(87, 'x') + "\n";
  EXPECT_EQ(WrapHelp(text), text);
  EXPECT_EQ(WrapHelp(""), "");
  EXPECT_EQ(WrapHelp("no end"), "no end");
}

TEST(WrapHelp, LongText_GoesOnBelowItsColumn) {
  const std::string word(40, 'x');
  EXPECT_EQ(WrapHelp("  --flag A   " + word + " " + word + " " + word + " " + word + "\n"),
            "  --flag A   " + word + " " + word + "\n             " + word + " " + word + "\n");
  EXPECT_EQ(WrapHelp("  " + word + " " + word + " " + word),
            "  " + word + " " + word + "\n  " + word);
}

TEST(WrapHelp, LongWord_HasALineOfItsOwn) {
  const std::string word(110, 'x');
  EXPECT_EQ(WrapHelp("a " + word + " b"), "a\n" + word + "\nb");
  EXPECT_EQ(WrapHelp("  -f  " + word), "  -f  " + word);
  EXPECT_EQ(WrapHelp(word), word);
}

}  // namespace
}  // namespace zerotouch::terminal
