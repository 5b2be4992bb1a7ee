// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace zerotouch::utf8 {
namespace {

TEST(Utf8, CharacterBytes_IllFormedSequences_AreZero) {
  EXPECT_EQ(CharacterBytes("a"), 1u);
  EXPECT_EQ(CharacterBytes("\xC3\xA4"), 2u);
  EXPECT_EQ(CharacterBytes("\xE2\x82\xAC"), 3u);
  EXPECT_EQ(CharacterBytes("\xF0\x9F\x98\x80"), 4u);
  for (const char* bad : {"", "\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_EQ(CharacterBytes(bad), 0u) << bad;
  }
  EXPECT_EQ(ValidBytes("a\xC3\xA4\xFF z"), 3u);
  EXPECT_EQ(Truncate("a\xC3\xA4", 2), "a");
}

TEST(Utf8, IsControl_ControlsSeparatorsAndBidirectionalOverrides) {
  for (const char* control :
       {"\x01", "\n", "\x1B", "\x7F", "\xC2\x80", "\xC2\x9B", "\xC2\x9F", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"}) {
    EXPECT_TRUE(IsControl(control)) << control;
  }
  EXPECT_TRUE(IsControl(std::string_view("\0", 1)));
  for (const char* text : {" ", "~", "\xC2\xA0", "\xC3\x9B", "\xE2\x80\xA7", "\xE2\x80\xAF",
                           "\xE2\x81\xAA", "\xE3\x80\xA8", "\xF0\x9F\x98\x80"}) {
    EXPECT_FALSE(IsControl(text)) << text;
  }
}

}  // namespace
}  // namespace zerotouch::utf8
