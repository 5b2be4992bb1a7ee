// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
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
    const RequestScope scope(CallIds("r1", "t1", true, "127.0.0.1"));
    Info("done", {{"text", "a\"b"}, {"number", 7}, {"yes", true}});
  });
  EXPECT_TRUE(line.starts_with("{\"time\":\"")) << line;
  EXPECT_TRUE(
      line.ends_with("\"level\":\"info\",\"message\":\"done\",\"requestId\":\"r1\","
                     "\"traceId\":\"t1\",\"peer\":\"127.0.0.1\","
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
      const RequestScope scope(CallIds(text, text, true, text));
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

TEST(Log, Scope_IsInTheLinesOfItsThreadUntilItEnds) {
  const std::string lines = Logged([] {
    const RequestScope outer(CallIds("outer", "", true, ""));
    {
      const RequestScope inner(CallIds("inner", std::string(40, 't'), true, ""));
      Info("a");
    }
    Info("b");
  });
  EXPECT_NE(lines.find("\"message\":\"a\",\"requestId\":\"inner\",\"traceId\":\"" +
                       std::string(32, 't') + "\"}"),
            std::string::npos)
      << lines;
  EXPECT_NE(lines.find("\"message\":\"b\",\"requestId\":\"outer\"}"), std::string::npos) << lines;
}

TEST(Log, AccessLines_AreForErrorsOrForAllOrForNone) {
  SetAccess(Access::kErrors);
  EXPECT_TRUE(HasAccessLine(/*is_error=*/true));
  EXPECT_FALSE(HasAccessLine(/*is_error=*/false));
  SetAccess(Access::kOff);
  EXPECT_FALSE(HasAccessLine(/*is_error=*/true));
  SetAccess(Access::kAll);
  EXPECT_TRUE(HasAccessLine(/*is_error=*/false));
}

TEST(Log, NumberThatJsonCannotWrite_IsNull) {
  const std::string line = Logged([] {
    Info("m", {{"x", std::numeric_limits<double>::infinity()}});
  });
  EXPECT_NE(line.find("\"x\":null}"), std::string::npos) << line;
}

// Standard error as a pipe, which holds 64 KiB, while the object lives.
class StderrPipe {
 public:
  StderrPipe() : saved_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe(ends_), 0);
    dup2(ends_[1], STDERR_FILENO);
    close(ends_[1]);
  }
  ~StderrPipe() {
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    close(ends_[0]);
  }
  // Returns the next line, without its end.
  std::string ReadLine() {
    std::string line;
    char c = 0;
    while (read(ends_[0], &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

 private:
  const int saved_;
  int ends_[2] = {};
};

TEST(LogWriter, LogThatNobodyReads_StopsNobody_AndItsLostLinesAreCounted) {
  StderrPipe pipe;
  constexpr int kLines = 20'000;
  const std::string text(200, 'x');
  const auto began = std::chrono::steady_clock::now();
  {
    const Writer writer;
    for (int i = 0; i < kLines; ++i) Info(text, {{"i", i}});
    EXPECT_FALSE(Flush(absl::Milliseconds(1)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  constexpr std::string_view kDropped = "\"message\":\"log lines were dropped\",\"lines\":";
  int written = 0;
  int dropped = 0;
  int last = -1;
  while (written + dropped < kLines) {
    const std::string line = pipe.ReadLine();
    ASSERT_FALSE(line.empty());
    if (const size_t at = line.find(kDropped); at != std::string::npos) {
      dropped += std::stoi(line.substr(at + kDropped.size()));
      continue;
    }
    ++written;
    const int number = std::stoi(line.substr(line.rfind(':') + 1));
    ASSERT_GT(number, last) << line;
    last = number;
  }
  EXPECT_EQ(written + dropped, kLines);
  EXPECT_GT(dropped, 0);
  EXPECT_GT(static_cast<size_t>(written) * text.size(), limits::kLogQueueBytes / 2);
}

TEST(LogWriter, Lines_AreWrittenInOrderBeforeItEnds) {
  constexpr int kLines = 100;
  const std::string lines = Logged([] {
    const Writer writer;
    for (int i = 0; i < kLines; ++i) Info("m", {{"i", i}});
    EXPECT_TRUE(Flush(absl::Seconds(10)));
    Info("last");
  });
  size_t at = 0;
  for (int i = 0; i < kLines; ++i) {
    const size_t found = lines.find("\"i\":" + std::to_string(i) + "}\n", at);
    ASSERT_NE(found, std::string::npos) << lines;
    at = found;
  }
  EXPECT_NE(lines.find("\"message\":\"last\"", at), std::string::npos) << lines;
}

TEST(LogWriterDeathTest, FailedCheck_IsLoggedBeforeTheProcessEnds) {
  EXPECT_DEATH(
      {
        const Writer writer;
        FailCheck("1 == 2", "broken", "file.cc", 7);
      },
      "\"check\":\"1 == 2\",\"error\":\"broken\",\"file\":\"file.cc\",\"line\":7");
}

}  // namespace
}  // namespace zerotouch::log
