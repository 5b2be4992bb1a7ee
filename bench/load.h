// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_LOAD_H_
#define ZEROTOUCH_BENCH_LOAD_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/statistics.h"

// Loads a server on this machine with small calls, one at a time on each connection.
namespace zerotouch::bench {

// A program that prints the port on which it listens. Killed with the object.
class Program {
 public:
  explicit Program(const std::string& path);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  uint16_t port() const { return port_; }

 private:
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

// One keep-alive connection of a load.
class LoadConnection {
 public:
  explicit LoadConnection(uint16_t port);
  virtual ~LoadConnection();
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;

  int descriptor() const { return socket_; }
  SteadyClock::time_point begun() const { return begun_; }
  // Sends a request, in the form of the protocol.
  virtual void Send(const std::string& request) = 0;
  // Reads what has come. Returns true once the answer is complete. Ends the program
  // with its text if it is an error.
  virtual bool Receive() = 0;

 protected:
  void Begin() { begun_ = SteadyClock::now(); }
  void Write(const std::string& bytes) const;
  // Appends what has come to `in`.
  void Read(std::string& in) const;

 private:
  const int socket_;
  SteadyClock::time_point begun_;
};

using Connect = std::function<std::unique_ptr<LoadConnection>(uint16_t port)>;
// A request is the text that is sent.
std::unique_ptr<LoadConnection> Http1(uint16_t port);
// A request is the frames of a unary call on stream 0, made by GrpcRequest.
std::unique_ptr<LoadConnection> Grpc(uint16_t port);
std::string GrpcRequest(const std::string& path, const std::string& token,
                        const std::string& message);

struct Load {
  double per_second = 0;
  double p99_ms = 0;
};

// Calls for a second and a half over `connections`; `next` makes each request.
Load RunLoad(const Connect& connect, uint16_t port, int connections,
             const std::function<std::string()>& next);

// Prints a line: the last load and its limit, and the smallest, middle and largest
// ratio of all rounds. `reach` 0: no goal.
void PrintRatio(const std::string& name, const std::vector<Load>& loads,
                const std::vector<double>& limits, double reach);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_LOAD_H_
