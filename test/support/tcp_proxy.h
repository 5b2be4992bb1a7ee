// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_
#define ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_

#include <atomic>
#include <map>
#include <string>
#include <thread>

namespace zerotouch::test {

// Stands between a client and a server on this machine, and can be the network
// that fails between them: while it is cut, nothing passes and nobody is told.
class TcpProxy {
 public:
  // Forwards to this port of the loopback.
  explicit TcpProxy(int to_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  void Cut() { cut_ = true; }
  // What was sent meanwhile arrives now.
  void Heal() { cut_ = false; }

 private:
  // One direction of a connection.
  struct Pipe {
    int to = -1;
    std::string pending;  // read and not yet written
  };

  void Loop();
  void Accept();
  // False if the connection is over.
  bool Forward(int from, short events);
  void Close(int socket);

  const int to_port_;
  int port_ = 0;
  int listening_ = -1;
  std::atomic<bool> cut_ = false;
  std::atomic<bool> over_ = false;
  std::map<int, Pipe> pipes_;  // by where they read; the thread's own
  std::thread thread_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_TCP_PROXY_H_
