// SPDX-License-Identifier: Apache-2.0
// A server whose log goes to a full pipe that nobody reads.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/time/clock.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

// A named pipe that is full.
class FullPipe {
 public:
  explicit FullPipe(const std::string& path) : path_(path) {
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    end_ = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    while (write(end_, "x", 1) == 1) {
    }
    EXPECT_EQ(errno, EAGAIN);
  }
  ~FullPipe() { close(end_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  int end_ = -1;
};

TEST(LogPipe, LogThatNobodyReads_StopsNoCallAndNoShutdown) {
  const TempDir dir;
  const FullPipe pipe(dir / "log");
  ServerProcess server({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir / "data",
                        "--log-level", "info", "--drain-seconds", "10"},
                       pipe.path());
  const Sandbox sandbox = ParseSandbox(server.ready_line());
  ApiCaller caller(sandbox.endpoint, sandbox.first.credentials);
  for (int i = 0; i < 1'000; ++i) {
    const Answer answer = caller.Get(sandbox.first.Devices() + "/" + std::to_string(i + 1));
    ASSERT_EQ(answer.status, 404) << "call " << i << ": " << answer.body;
  }
  const absl::Time told = absl::Now();
  EXPECT_EQ(server.Terminate(), 0);
  EXPECT_LT(absl::Now() - told, absl::Seconds(10));
}

}  // namespace
}  // namespace zerotouch::test
