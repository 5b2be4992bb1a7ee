// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "support/temp_dir.h"

namespace zerotouch::daemon {
namespace {

// A service manager's end of the socket.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : descriptor_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifySocket() {
    unsetenv("NOTIFY_SOCKET");
    close(descriptor_);
  }
  std::string Receive() const {
    std::array<char, 100> text;
    const ssize_t bytes = recv(descriptor_, text.data(), text.size(), MSG_DONTWAIT);
    return bytes < 0 ? "" : std::string(text.data(), static_cast<size_t>(bytes));
  }

 private:
  const int descriptor_;
};

TEST(Notify, ServiceManager_GetsEachStateAsOneDatagram) {
  const test::TempDir dir;
  const NotifySocket manager(dir / "notify");
  EXPECT_TRUE(HasServiceManager());
  NotifyServiceManager("READY=1");
  NotifyServiceManager("STOPPING=1");
  EXPECT_EQ(manager.Receive(), "READY=1");
  EXPECT_EQ(manager.Receive(), "STOPPING=1");
}

TEST(Notify, WithoutServiceManager_NothingIsSent) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(HasServiceManager());
  NotifyServiceManager("READY=1");
}

TEST(Notify, SocketThatIsGone_IsNoError) {
  setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  NotifyServiceManager("READY=1");
  setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
  NotifyServiceManager("READY=1");
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace zerotouch::daemon
