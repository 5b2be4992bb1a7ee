// SPDX-License-Identifier: Apache-2.0
// Measures the memory of a connection that is idle after a request, over HTTP/1.1 and
// HTTP/2, in clear text and with TLS: the growth of the server by 1,000 of them.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/statistics.h"
#include "support/certificate.h"
#include "support/http2_frames.h"
#include "support/server_process.h"
#include "support/socket_client.h"
#include "support/temp_dir.h"
#include "support/tls_client.h"

namespace zerotouch::bench {
namespace {

constexpr int kConnections = 1'000;
constexpr int kRounds = 3;

double ResidentKib(pid_t pid) {
  std::ifstream pages(fmt::format("/proc/{}/statm", pid));
  double all = 0;
  double resident = 0;
  pages >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1'024;
}

std::string RequestOf(bool http2) {
  if (!http2) return "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  using namespace test::frames;
  return kPreface + Frame(kSettings, 0, 0) +
         Frame(kHeaders, kEndHeaders | kEndStream, 1,
               "\x82\x86" + Field(":path", "/healthz") + Field(":authority", "localhost"));
}

// Returns true if the answer is complete: /healthz answers a line of JSON.
bool IsWhole(const std::string& answer) { return answer.find('}') != std::string::npos; }

// Returns the KiB of each of kConnections to a new server.
double KibEach(const std::vector<std::string>& arguments, bool tls, bool http2) {
  const test::TempDir dir;
  std::vector<std::string> all = {"sandbox",    "--listen",    "127.0.0.1:0", "--data-dir",
                                  dir / "data", "--log-level", "error"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const test::ServerProcess server(all);
  const std::string endpoint = test::ParseSandbox(server.ready_line()).endpoint;
  const auto port =
      static_cast<uint16_t>(std::atoi(endpoint.substr(endpoint.rfind(':') + 1).c_str()));
  std::vector<std::unique_ptr<test::SocketClient>> clients;
  const auto connect = [&] {
    if (tls) {
      test::TlsClient::Options options;
      options.protocols = {http2 ? "h2" : "http/1.1"};
      clients.push_back(std::make_unique<test::TlsClient>(port, options));
    } else {
      clients.push_back(std::make_unique<test::SocketClient>(port));
    }
    std::string answer;
    clients.back()->Send(RequestOf(http2));
    while (!IsWhole(answer)) {
      const std::string piece = clients.back()->Receive();
      if (piece.empty()) {
        fmt::print(stderr, "no answer\n");
        std::exit(1);
      }
      answer += piece;
    }
  };
  for (int i = 0; i < 20; ++i) connect();  // what the first ones allocate for all
  const double before = ResidentKib(server.pid());
  for (int i = 0; i < kConnections; ++i) connect();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  return (ResidentKib(server.pid()) - before) / kConnections;
}

void Main() {
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const test::TempDir dir;
  const test::Certificate certificate("localhost");
  std::ofstream(dir / "certificate") << certificate.pem();
  std::ofstream(dir / "key") << certificate.key_pem();
  const std::vector<std::string> with_tls = {"--tls-certificate", dir / "certificate", "--tls-key",
                                             dir / "key"};
  fmt::print("memory of {} idle connections, KiB each\n", kConnections);
  for (const bool http2 : {false, true}) {
    for (const bool tls : {false, true}) {
      std::vector<double> each;
      for (int round = 0; round < kRounds; ++round) {
        each.push_back(KibEach(tls ? with_tls : std::vector<std::string>(), tls, http2));
      }
      fmt::print("  {:32} {}{}\n",
                 fmt::format("{}{}", http2 ? "HTTP/2" : "HTTP/1.1", tls ? ", TLS" : ""),
                 Spread(each), http2 ? "" : fmt::format("   (to reach: {})", tls ? 40 : 8));
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace zerotouch::bench

int main() { zerotouch::bench::Main(); }
