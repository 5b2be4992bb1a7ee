// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "support/http2_frames.h"

namespace zerotouch::bench {
namespace {

using namespace test::frames;

constexpr double kRoundMs = 1'500;

[[noreturn]] void FailLoad(std::string_view text) {
  fmt::print(stderr, "a call failed: {}\n", text);
  std::exit(1);
}

class Http1Load final : public LoadConnection {
 public:
  using LoadConnection::LoadConnection;
  void Send(const std::string& request) override {
    Begin();
    in_.clear();
    Write(request);
  }
  bool Receive() override {
    Read(in_);
    const size_t head = in_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const size_t length = in_.find("Content-Length: ");
    if (length == std::string::npos) FailLoad(in_);
    const int body = std::atoi(in_.c_str() + length + 16);
    if (in_.size() < head + 4 + static_cast<size_t>(body)) return false;
    if (std::atoi(in_.c_str() + 9) != 200) FailLoad(in_);
    return true;
  }

 private:
  std::string in_;
};

class GrpcLoad final : public LoadConnection {
 public:
  explicit GrpcLoad(uint16_t port) : LoadConnection(port) {
    constexpr uint32_t kLargestWindow = 0x7FFFFFFF;
    Write(kPreface + Frame(kSettings, 0, 0) +
          Frame(kWindowUpdate, 0, 0, Number(kLargestWindow - 65'535, 4)));
  }
  void Send(const std::string& request) override {
    Begin();
    stream_ += 2;
    answered_ = false;
    std::string frames = request;
    for (size_t at = 0; at < frames.size(); at += 9 + NumberIn(frames, at, 3)) {
      frames.replace(at + 5, 4, Number(stream_, 4));
    }
    Write(frames);
  }
  bool Receive() override {
    Read(in_);
    while (const auto frame = TakeFrame(in_)) {
      if (frame->type == kSettings && (frame->flags & kAck) == 0) Write(Frame(kSettings, kAck, 0));
      if (frame->type == kPing) Write(Frame(kPing, kAck, 0, frame->payload));
      if (frame->type == kGoAway || frame->type == kReset) FailLoad("the stream was reset");
      answered_ = answered_ || frame->type == kData;
      if (frame->stream != stream_ || frame->type > kHeaders) continue;
      if ((frame->flags & kEndStream) == 0) continue;
      // A call that failed has no message.
      if (!answered_) FailLoad("the answer has no message");
      return true;
    }
    return false;
  }

 private:
  std::string in_;
  uint32_t stream_ = static_cast<uint32_t>(-1);
  bool answered_ = false;
};

}  // namespace

Program::Program(const std::string& path) {
  int out[2];
  if (pipe(out) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    execl(path.c_str(), path.c_str(), nullptr);
    _exit(127);
  }
  close(out[1]);
  char line[32] = {};
  if (read(out[0], line, sizeof(line) - 1) <= 0) std::abort();
  close(out[0]);
  port_ = static_cast<uint16_t>(std::atoi(line));
}

Program::~Program() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

LoadConnection::LoadConnection(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

LoadConnection::~LoadConnection() { close(socket_); }

void LoadConnection::Write(const std::string& bytes) const {
  if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    FailLoad("the connection is closed");
  }
}

void LoadConnection::Read(std::string& in) const {
  char piece[16'384];
  const ssize_t bytes = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
  if (bytes > 0) in.append(piece, static_cast<size_t>(bytes));
  if (bytes == 0) FailLoad("the connection is closed");
}

std::unique_ptr<LoadConnection> Http1(uint16_t port) { return std::make_unique<Http1Load>(port); }
std::unique_ptr<LoadConnection> Grpc(uint16_t port) { return std::make_unique<GrpcLoad>(port); }

std::string GrpcRequest(const std::string& path, const std::string& token,
                        const std::string& message) {
  const std::string fields = "\x83\x86" + Field(":path", path) + Field(":authority", "localhost") +
                             Field("content-type", "application/grpc") + Field("te", "trailers") +
                             Field("authorization", "Bearer " + token);
  return Frame(kHeaders, kEndHeaders, 0, fields) +
         Frame(kData, kEndStream, 0,
               '\0' + Number(static_cast<uint32_t>(message.size()), 4) + message);
}

Load RunLoad(const Connect& connect, uint16_t port, int connections,
             const std::function<std::string()>& next) {
  std::vector<std::unique_ptr<LoadConnection>> open;
  std::vector<pollfd> polled;
  for (int i = 0; i < connections; ++i) {
    open.push_back(connect(port));
    polled.push_back({open.back()->descriptor(), POLLIN, 0});
  }
  const SteadyClock::time_point begun = SteadyClock::now();
  for (auto& one : open) one->Send(next());
  std::vector<double> times;
  while (MillisecondsSince(begun) < kRoundMs) {
    poll(polled.data(), polled.size(), 1'000);
    for (size_t i = 0; i < open.size(); ++i) {
      if (polled[i].revents == 0 || !open[i]->Receive()) continue;
      times.push_back(MillisecondsSince(open[i]->begun()));
      open[i]->Send(next());
    }
  }
  return {.per_second = static_cast<double>(times.size()) / MillisecondsSince(begun) * 1'000,
          .p99_ms = Percentile(times, 0.99)};
}

void PrintRatio(const std::string& name, const std::vector<Load>& loads,
                const std::vector<double>& limits, double reach) {
  std::vector<double> ratios;
  for (size_t i = 0; i < loads.size(); ++i) ratios.push_back(loads[i].per_second / limits[i]);
  std::sort(ratios.begin(), ratios.end());
  fmt::print("{:<34} {:>7.0f}/s  p99 {:>6.2f} ms  limit {:>7.0f}/s  ratio {:.2f}/{:.2f}/{:.2f}",
             name, loads.back().per_second, loads.back().p99_ms, limits.back(), ratios.front(),
             ratios[ratios.size() / 2], ratios.back());
  fmt::print("{}\n", reach > 0 ? fmt::format(" (to reach {})", reach) : "");
  std::fflush(stdout);
}

}  // namespace zerotouch::bench
