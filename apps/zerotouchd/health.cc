// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/health.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "zerotouchd/endpoint.h"

namespace zerotouch::daemon {
namespace {

constexpr char kDefaultAddress[] = "127.0.0.1:9464";

// How long the server may take to answer, and the bytes of its answer that are read.
constexpr timeval kTimeout = {.tv_sec = 2, .tv_usec = 0};
constexpr size_t kAnswerBytes = 4'096;

// Returns a connected socket, or -1.
int Connect(const ListenAddress& address) {
  std::string host = address.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof kTimeout);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kTimeout, sizeof kTimeout);
  if (connect(socket, found->ai_addr, found->ai_addrlen) == 0) return socket;
  close(socket);
  return -1;
}

// Sends the request and returns the answer, as far as it comes.
std::string Exchange(int socket, std::string_view request) {
  if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return "";
  }
  std::string answer;
  std::array<char, kAnswerBytes> piece;
  ssize_t bytes = 1;
  while (bytes > 0 && answer.size() < kAnswerBytes) {
    bytes = recv(socket, piece.data(), piece.size(), 0);
    if (bytes > 0) answer.append(piece.data(), static_cast<size_t>(bytes));
  }
  return answer;
}

}  // namespace

absl::Status RunHealth(const Settings& settings) {
  const std::string text =
      settings.metrics_listen.empty() ? kDefaultAddress : settings.metrics_listen;
  const int socket = Connect(*ParseListenAddress(text));
  if (socket < 0) {
    return absl::UnavailableError(
        fmt::format("no server answers at {}; start it with --metrics-listen {}", text, text));
  }
  const absl::Cleanup closed = [socket] { close(socket); };
  const std::string answer =
      Exchange(socket, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  if (answer.starts_with("HTTP/1.1 200 ")) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("the server at {} is not ready: {}", text,
                                            answer.substr(0, answer.find("\r\n"))));
}

}  // namespace zerotouch::daemon
