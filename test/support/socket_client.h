// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SOCKET_CLIENT_H_
#define ZEROTOUCH_TEST_SUPPORT_SOCKET_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace zerotouch::test {

// A TCP connection to this machine for tests that choose each byte. Reads time out
// after 20 s, so that a test fails instead of hanging.
class SocketClient {
 public:
  // `from` is an address of this machine, such as 127.0.0.2; null lets the system choose.
  explicit SocketClient(uint16_t port, int receive_buffer_bytes = 0, const char* from = nullptr)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
    }
    const timeval timeout = {.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    if (from != nullptr) {
      inet_pton(AF_INET, from, &address.sin_addr);
      if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return;
    }
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  virtual ~SocketClient() { Close(); }
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  bool connected() const { return connected_; }

  // Returns false if the server has closed.
  virtual bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Returns at least one byte, or an empty text at the end, after a reset or on
  // timeout.
  virtual std::string Receive() {
    std::string bytes(size_t{64} << 10, '\0');
    const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
  }

  // Returns everything up to the end.
  std::string ReceiveAll() {
    std::string all;
    for (std::string piece = Receive(); !piece.empty(); piece = Receive()) all += piece;
    return all;
  }

  // Ends the output.
  virtual void FinishSending() { shutdown(fd_, SHUT_WR); }

  // Closes at once with a reset, discarding unread bytes.
  void Reset() {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    Close();
  }

  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 protected:
  int fd() const { return fd_; }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_SOCKET_CLIENT_H_
