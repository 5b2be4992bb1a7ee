// SPDX-License-Identifier: Apache-2.0
// The protocol of sd_notify(3) is one datagram, so libsystemd is not needed.
#include "zerotouchd/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/log.h"

namespace zerotouch::daemon {
namespace {

constexpr char kSocketVariable[] = "NOTIFY_SOCKET";

// Sends one datagram to the socket at `path`; a path that begins with '@' is in the
// abstract namespace. Returns an errno, or 0.
int SendDatagram(std::string_view path, std::string_view text) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent = ::sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size);
  const int error = sent < 0 ? errno : 0;
  ::close(descriptor);
  return error;
}

}  // namespace

bool HasServiceManager() {
  const char* const path = std::getenv(kSocketVariable);
  return path != nullptr && (*path == '/' || *path == '@');
}

void NotifyServiceManager(std::string_view state) {
  if (!HasServiceManager()) return;
  const int error = SendDatagram(std::getenv(kSocketVariable), state);
  if (error == 0) return;
  log::Warning("cannot notify the service manager",
               {{"state", state}, {"error", std::strerror(error)}});
}

}  // namespace zerotouch::daemon
