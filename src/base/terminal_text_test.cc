// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_text.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

TEST(ForTerminal, Text_StaysAsItIs) {
  for (const char* text : {"", "plain text, \"quoted\", C:\\path", "M\xC3\xBCller \xE2\x82\xAC",
                           "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(ForTerminal(text), text);
  }
}

TEST(ForTerminal, ControlCharacters_AreEscaped) {
  EXPECT_EQ(ForTerminal("\x1B[31mred\x1B]0;title\x07"), "\\x1b[31mred\\x1b]0;title\\x07");
  EXPECT_EQ(ForTerminal(std::string_view("a\0b\rc\x7F", 6)), "a\\x00b\\rc\\x7f");
  EXPECT_EQ(ForTerminal("\xC2\x9B"
                        "31m\xC2\x80\xC2\x9F\xC2\xA0"),
            "\\u009b31m\\u0080\\u009f\xC2\xA0");
}

TEST(ForTerminal, LineBreaks_StayOnlyInTextOfManyLines) {
  EXPECT_EQ(ForTerminal("a\n\tb\r\n"), "a\\n\\tb\\r\\n");
  EXPECT_EQ(ForTerminal("a\n\tb\r\n\x1B", Lines::kMany), "a\n\tb\\r\n\\x1b");
}

TEST(ForTerminal, InvalidUtf8_IsShownAsBytes) {
  EXPECT_EQ(ForTerminal("a\x9B\xFFz"), "a\\x9b\\xffz");
  EXPECT_EQ(ForTerminal("\xC0\xAF\xED\xA0\x80\xE2\x82"), "\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82");
}

TEST(ForTerminal, BidirectionalOverrides_AreEscaped) {
  EXPECT_EQ(ForTerminal("a\xE2\x80\xAE"
                        "b\xE2\x81\xA6"
                        "c\xE2\x80\xA8"),
            "a\\u202eb\\u2066c\\u2028");
}

}  // namespace
}  // namespace zerotouch
