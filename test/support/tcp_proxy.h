// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_
#define ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_

#include <atomic>
#include <map>
#include <string>
#include <thread>

namespace zerotouch::test {

// Forwards connections to a server on this machine and simulates a network that
// fails: while it is cut, it drops nothing, forwards nothing and closes nothing. It
// can also close each connection on which one side sends something.
class TcpProxy {
 public:
  // Forwards to this loopback port.
  explicit TcpProxy(int to_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  void Cut() { cut_ = true; }
  // Close each connection on which the server (the client) sends something, which is
  // lost.
  void CloseAtAnswers() { closing_ = Sender::kServer; }
  void CloseAtRequests() { closing_ = Sender::kClient; }
  // Forwards again. Delivers what was sent while it was cut.
  void Heal() {
    cut_ = false;
    closing_ = Sender::kNobody;
  }

 private:
  enum class Sender { kNobody, kClient, kServer };

  // One direction of a connection.
  struct Pipe {
    int to = -1;
    Sender sender = Sender::kNobody;
    std::string pending;  // read and not yet written
  };

  void Loop();
  void Accept();
  // Returns false if the connection is closed.
  bool Forward(int from, short events);
  void Close(int socket);

  const int to_port_;
  int port_ = 0;
  int listening_ = -1;
  std::atomic<bool> cut_ = false;
  std::atomic<Sender> closing_ = Sender::kNobody;
  std::atomic<bool> over_ = false;
  std::map<int, Pipe> pipes_;  // by the socket that they read; used only by the thread
  std::thread thread_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_
