// SPDX-License-Identifier: Apache-2.0
// Measures small calls over HTTP/1.1 on SQLite, beside an empty handler on Beast
// (limits/empty_http) that is loaded in the same way in the same minute.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/statistics.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kRounds = 3;
constexpr double kRoundMs = 1'500;

// A program that prints the port on which it listens. Killed with the object.
class Program {
 public:
  explicit Program(const std::string& path) {
    int out[2];
    if (pipe(out) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
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
  ~Program() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  uint16_t port() const { return port_; }

 private:
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

// One keep-alive connection of the load.
class Connection {
 public:
  explicit Connection(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return socket_; }
  void Send(const std::string& request) {
    begun_ = SteadyClock::now();
    in_.clear();
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      std::abort();
    }
  }
  // Reads what has come. Returns true once the answer is complete.
  bool Receive() {
    char piece[16'384];
    const ssize_t bytes = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
    if (bytes <= 0) return false;
    in_.append(piece, static_cast<size_t>(bytes));
    const size_t head = in_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const size_t length = in_.find("Content-Length: ");
    if (length == std::string::npos) std::abort();
    return in_.size() >= head + 4 + static_cast<size_t>(std::atoi(in_.c_str() + length + 16));
  }
  int status() const { return std::atoi(in_.c_str() + 9); }
  SteadyClock::time_point begun() const { return begun_; }

 private:
  const int socket_;
  std::string in_;
  SteadyClock::time_point begun_;
};

struct Load {
  double per_second = 0;
  double p99_ms = 0;
};

// Calls for kRoundMs over `connections`; `next` makes each request. All answers must
// have the status 200.
Load Run(uint16_t port, int connections, const std::function<std::string()>& next) {
  std::vector<std::unique_ptr<Connection>> open;
  std::vector<pollfd> polled;
  for (int i = 0; i < connections; ++i) {
    open.push_back(std::make_unique<Connection>(port));
    polled.push_back({open.back()->descriptor(), POLLIN, 0});
  }
  const SteadyClock::time_point begun = SteadyClock::now();
  for (auto& one : open) one->Send(next());
  std::vector<double> times;
  while (MillisecondsSince(begun) < kRoundMs) {
    poll(polled.data(), polled.size(), 1'000);
    for (size_t i = 0; i < open.size(); ++i) {
      if (polled[i].revents == 0 || !open[i]->Receive()) continue;
      if (open[i]->status() != 200) {
        fmt::print(stderr, "status {}\n", open[i]->status());
        std::exit(1);
      }
      times.push_back(MillisecondsSince(open[i]->begun()));
      open[i]->Send(next());
    }
  }
  return {.per_second = static_cast<double>(times.size()) / MillisecondsSince(begun) * 1'000,
          .p99_ms = Percentile(times, 0.99)};
}

std::string ImeiOf(int number) {
  std::string digits = fmt::format("35{:012}", number);
  int sum = 0;
  for (int i = 0; i < 14; ++i) {
    int digit = digits[static_cast<size_t>(i)] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

class Calls {
 public:
  Calls()
      : server_({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "sandbox"},
                dir_ / "log"),
        sandbox_(test::ParseSandbox(server_.ready_line())),
        token_(test::SignToken(sandbox_.first.credentials,
                               test::ClaimsOf(sandbox_.first.credentials, sandbox_.endpoint))),
        port_(static_cast<uint16_t>(
            std::atoi(sandbox_.endpoint.substr(sandbox_.endpoint.rfind(':') + 1).c_str()))) {}

  uint16_t port() const { return port_; }
  std::string Get(const std::string& path) const { return Request("GET", path, ""); }
  std::string Device(int64_t id) const { return Get(fmt::format("{}/{}", Devices(), id)); }
  std::string Find(int number) const {
    return Request(
        "POST", Devices() + ":findByIdentifier",
        fmt::format(R"({{"deviceIdentifier":{{"imei":"{}"}},"limit":1}})", ImeiOf(number)));
  }
  std::string Claim(int number) const {
    return Request("POST", Devices() + ":claim", ClaimBody(number));
  }
  std::string Unclaim(int number) const {
    return Request("POST", Devices() + ":unclaim",
                   fmt::format(R"({{"deviceIdentifier":{{"imei":"{}"}},"sectionType":"{}"}})",
                               ImeiOf(number), kSection));
  }
  // Claims device `number` and returns its id.
  int64_t ClaimOne(int number) const {
    const test::Answer answer =
        test::CallUrl("POST", sandbox_.endpoint + Devices() + ":claim", ClaimBody(number), token_);
    const size_t at = answer.body.find("\"deviceId\": \"");
    if (at == std::string::npos) {
      fmt::print(stderr, "cannot claim: {}\n", answer.body);
      std::exit(1);
    }
    return std::atoll(answer.body.c_str() + at + 13);
  }

 private:
  static constexpr char kSection[] = "SECTION_TYPE_ZERO_TOUCH";

  std::string Devices() const { return sandbox_.first.Devices(); }
  std::string ClaimBody(int number) const {
    return fmt::format(
        R"({{"deviceIdentifier":{{"imei":"{}"}},"customerId":"{}","sectionType":"{}"}})",
        ImeiOf(number), sandbox_.first.customer, kSection);
  }
  std::string Request(const std::string& method, const std::string& path,
                      const std::string& body) const {
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        method, path, token_, body.size(), body);
  }

  const test::TempDir dir_;
  test::ServerProcess server_;
  const test::Sandbox sandbox_;
  const std::string token_;
  const uint16_t port_;
};

// Prints the calls a second of `next` beside those of the empty handler.
void Compare(const std::string& name, double reach, const Program& limit, const Calls& calls,
             int connections, const std::function<std::string()>& next) {
  std::vector<double> ratios;
  Load last;
  Load last_limit;
  for (int round = 0; round < kRounds; ++round) {
    last_limit =
        Run(limit.port(), connections, [] { return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"; });
    last = Run(calls.port(), connections, next);
    ratios.push_back(last.per_second / last_limit.per_second);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print(
      "{:<34} {:>7.0f}/s  p99 {:>6.2f} ms  limit {:>7.0f}/s  ratio {:.2f}/{:.2f}/{:.2f} (to "
      "reach {})\n",
      name, last.per_second, last.p99_ms, last_limit.per_second, ratios.front(),
      ratios[ratios.size() / 2], ratios.back(), reach);
  std::fflush(stdout);
}

void Main(const std::string& folder) {
  const Program limit(folder + "/empty_http");
  const Calls calls;
  const int64_t device = calls.ClaimOne(0);
  int number = 1;
  fmt::print("HTTP/1.1 on SQLite, {} connections; limit: an empty handler on Beast\n",
             kConnections);
  Compare("/healthz", 0.7, limit, calls, kConnections, [&] { return calls.Get("/healthz"); });
  Compare("devices.get", 0.5, limit, calls, kConnections, [&] { return calls.Device(device); });
  Compare("findByIdentifier", 0.4, limit, calls, kConnections, [&] { return calls.Find(0); });
  Compare("devices.get, one connection", 0.7, limit, calls, 1,
          [&] { return calls.Device(device); });
  Compare("devices.claim, new devices", 0, limit, calls, kConnections,
          [&] { return calls.Claim(number++); });
}

}  // namespace
}  // namespace zerotouch::bench

int main(int, char** arguments) {
  const std::string program = arguments[0];
  zerotouch::bench::Main(program.substr(0, program.rfind('/')));
}
