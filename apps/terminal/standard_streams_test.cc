// SPDX-License-Identifier: Apache-2.0
#include "terminal/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace zerotouch::terminal {
namespace {

// Returns true if a write to a stream that was closed fails, and no new file gets its number.
bool IsKept(int stream) {
  close(stream);
  KeepStandardStreams();
  const bool fails = stream == STDIN_FILENO ? read(stream, nullptr, 0) != 0 && errno == EBADF
                                            : write(stream, "x", 1) != 1 && errno == EBADF;
  return fails && open("/dev/null", O_RDWR) > STDERR_FILENO;
}

TEST(StandardStreamsDeathTest, ClosedOnes_AreKept_AndStillFail) {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    EXPECT_EXIT(_exit(IsKept(stream) ? 0 : 1), testing::ExitedWithCode(0), "") << stream;
  }
}

}  // namespace
}  // namespace zerotouch::terminal
