// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/utf8.h"

namespace zerotouch::log {
namespace {

template <class Call>
std::string Logged(const Call& call) {
  testing::internal::CaptureStderr();
  call();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, Line_IsOneJsonObject) {
  const std::string line = Logged([] {
    const RequestScope scope("r1");
    Info("done", {{"text", "a\"b"}, {"number", 7}, {"yes", true}});
  });
  EXPECT_TRUE(line.starts_with("{\"time\":\"")) << line;
  EXPECT_TRUE(
      line.ends_with("\"level\":\"info\",\"message\":\"done\",\"requestId\":\"r1\","
                     "\"text\":\"a\\\"b\",\"number\":7,\"yes\":true}\n"))
      << line;
}

TEST(Log, AnyText_MakesALineOfValidUtf8WithoutControlCharacters) {
  for (const std::string& text :
       {std::string("\xFF\xC3"), std::string("a\0b\n{}", 6), std::string("\x1B[2J\x7F"),
        std::string("\xC2\x9B"
                    "2J"),
        std::string("\xE2\x80\xAE")}) {
    const std::string line = Logged([&] {
      const RequestScope scope(text);
      Warning(text, {{text, text}, {"c", text.c_str()}});
    });
    ASSERT_EQ(utf8::ValidBytes(line), line.size());
    ASSERT_TRUE(line.ends_with("}\n"));
    for (size_t i = 0; i + 1 < line.size();) {
      const size_t size = utf8::CharacterBytes(std::string_view(line).substr(i));
      EXPECT_FALSE(utf8::IsControl(std::string_view(line).substr(i, size))) << line;
      i += size;
    }
  }
}

TEST(Log, NumberThatJsonCannotWrite_IsNull) {
  const std::string line = Logged([] {
    Info("m", {{"x", std::numeric_limits<double>::infinity()}});
  });
  EXPECT_NE(line.find("\"x\":null}"), std::string::npos) << line;
}

}  // namespace
}  // namespace zerotouch::log
