// SPDX-License-Identifier: Apache-2.0
#include "base/json_string.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST(AppendJsonString, EscapesWhatJsonHtmlAndJavaScriptNeed) {
  EXPECT_EQ(Quoted("plain ü € 😀 /"), "\"plain ü € 😀 /\"");
  EXPECT_EQ(Quoted("\"\\\b\f\n\r\t\x01\x7f"), R"("\"\\\b\f\n\r\t\u0001\u007f")");
  EXPECT_EQ(Quoted("</script>"), R"("\u003c/script\u003e")");
  EXPECT_EQ(Quoted("a\u2028b\u2029c"), R"("a\u2028b\u2029c")");
}

TEST(AppendJsonString, EscapesEachByte_WhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone = Quoted(std::string(1, static_cast<char>(byte)));
    const std::string escaped = alone.substr(1, alone.size() - 2);
    for (size_t at = 0; at < 18; ++at) {
      std::string text(18, ' ');
      text[at] = static_cast<char>(byte);
      std::string expected = '"' + std::string(at, ' ') + escaped;
      expected.append(17 - at, ' ').append("\"");
      EXPECT_EQ(Quoted(text), expected) << byte << " at " << at;
    }
  }
}

TEST(AppendJsonString, EscapesWhatATerminalObeys) {
  EXPECT_EQ(Quoted("\x1B[1m\xC2\x9B"
                   "1m\xC2\x80"),
            R"("\u001b[1m\u009b1m\u0080")");
  EXPECT_EQ(Quoted("a\u202Eb\u2066c"), R"("a\u202eb\u2066c")");
}

TEST(AppendJsonString, InvalidUtf8_BecomesReplacementCharacters) {
  EXPECT_EQ(Quoted("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(Quoted("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(Quoted("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace zerotouch
