// SPDX-License-Identifier: Apache-2.0
#include "support/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace zerotouch::test {
namespace {

// How long it takes at most to notice that it was cut, healed or stopped.
constexpr int kLookMs = 5;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

}  // namespace

TcpProxy::TcpProxy(int to_port) : to_port_(to_port), listening_(NewSocket()) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      listen(listening_, 128) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Loop(); });
}

TcpProxy::~TcpProxy() {
  over_ = true;
  thread_.join();
  while (!pipes_.empty()) Close(pipes_.begin()->first);
  close(listening_);
}

void TcpProxy::Loop() {
  while (!over_) {
    if (cut_) {
      poll(nullptr, 0, kLookMs);
      continue;
    }
    std::vector<pollfd> sockets = {{.fd = listening_, .events = POLLIN, .revents = 0}};
    for (const auto& [from, pipe] : pipes_) {
      // Reads no more from one side until everything was written to the other.
      short events = pipe.pending.empty() ? POLLIN : 0;
      if (!pipes_[pipe.to].pending.empty()) events |= POLLOUT;
      sockets.push_back({.fd = from, .events = events, .revents = 0});
    }
    if (poll(sockets.data(), sockets.size(), kLookMs) <= 0 || cut_) continue;
    for (size_t i = 1; i < sockets.size(); ++i) {
      const int fd = sockets[i].fd;
      if (sockets[i].revents == 0 || !pipes_.contains(fd)) continue;
      if (!Forward(fd, sockets[i].revents)) Close(fd);
    }
    if (sockets[0].revents != 0) Accept();
  }
}

void TcpProxy::Accept() {
  const int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = NewSocket();
  const sockaddr_in address = Loopback(to_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(client);
    close(server);
    return;
  }
  pipes_[client] = {.to = server, .sender = Sender::kClient, .pending = {}};
  pipes_[server] = {.to = client, .sender = Sender::kServer, .pending = {}};
}

bool TcpProxy::Forward(int fd, short events) {
  Pipe& out = pipes_[fd];
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && out.pending.empty()) {
    out.pending.resize(size_t{64} << 10);
    const ssize_t got = recv(fd, out.pending.data(), out.pending.size(), MSG_DONTWAIT);
    out.pending.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (got <= 0 || out.sender == closing_) return false;
    // Usually it can be written immediately.
    const ssize_t sent =
        send(out.to, out.pending.data(), out.pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) out.pending.erase(0, static_cast<size_t>(sent));
  }
  if ((events & POLLOUT) != 0) {
    std::string& back = pipes_[out.to].pending;
    const ssize_t sent = send(fd, back.data(), back.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) back.erase(0, static_cast<size_t>(sent));
  }
  return true;
}

void TcpProxy::Close(int socket) {
  const int other = pipes_[socket].to;
  pipes_.erase(socket);
  pipes_.erase(other);
  close(socket);
  close(other);
}

}  // namespace zerotouch::test
