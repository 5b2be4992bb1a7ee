// SPDX-License-Identifier: Apache-2.0
// Measures small calls on SQLite: over HTTP/1.1 beside an empty handler on Beast
// (limits/empty_http), and over gRPC beside one on nghttp2 (limits/empty_h2), which are
// loaded in the same way in the same minute.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/load.h"
#include "model/api.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kRounds = 3;

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
  // `controls` are those of the sandbox, whose log keeps every call; `off` is as `serve`.
  explicit Calls(const std::string& controls)
      : server_({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "sandbox", "--controls",
                 controls},
                dir_ / "log"),
        sandbox_(test::ParseSandbox(server_.ready_line())),
        token_(test::SignToken(sandbox_.first.credentials,
                               test::ClaimsOf(sandbox_.first.credentials, sandbox_.endpoint))),
        port_(static_cast<uint16_t>(
            std::atoi(sandbox_.endpoint.substr(sandbox_.endpoint.rfind(':') + 1).c_str()))) {}

  uint16_t port() const { return port_; }
  std::string Get(const std::string& path) const { return Request("GET", path, ""); }
  std::string Device(int64_t id) const { return Get(fmt::format("{}/{}", Devices(), id)); }
  std::string GrpcDevice(int64_t id) const {
    api::GetDeviceRequest request;
    request.set_name(fmt::format("partners/{}/devices/{}", sandbox_.first.partner, id));
    return GrpcRequest("/google.android.device.provisioning.v1.PartnerService/GetDevice", token_,
                       request.SerializeAsString());
  }
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
  std::vector<Load> loads;
  std::vector<double> limits;
  for (int round = 0; round < kRounds; ++round) {
    limits.push_back(RunLoad(Http1, limit.port(), connections, [] {
                       return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
                     }).per_second);
    loads.push_back(RunLoad(Http1, calls.port(), connections, next));
  }
  PrintRatio(name, loads, limits, reach);
}

// The same over gRPC.
void CompareGrpc(const std::string& name, double reach, const Program& limit, const Calls& calls,
                 int connections, const std::string& request) {
  std::vector<Load> loads;
  std::vector<double> limits;
  for (int round = 0; round < kRounds; ++round) {
    limits.push_back(RunLoad(Grpc, limit.port(), connections, [] {
                       return GrpcRequest("/Empty", "none", "");
                     }).per_second);
    loads.push_back(RunLoad(Grpc, calls.port(), connections, [&] { return request; }));
  }
  PrintRatio(name, loads, limits, reach);
}

void Main(const std::string& folder) {
  const Program limit(folder + "/empty_http");
  const Program grpc_limit(folder + "/empty_h2");
  const Calls calls("off");
  const Calls logged("on");
  const int64_t device = calls.ClaimOne(0);
  const int64_t logged_device = logged.ClaimOne(0);
  int number = 1;
  fmt::print("HTTP/1.1 on SQLite, {} connections; limit: an empty handler on Beast\n",
             kConnections);
  Compare("/healthz", 0.7, limit, calls, kConnections, [&] { return calls.Get("/healthz"); });
  Compare("devices.get", 0.5, limit, calls, kConnections, [&] { return calls.Device(device); });
  Compare("devices.get, with controls", 0, limit, logged, kConnections,
          [&] { return logged.Device(logged_device); });
  Compare("findByIdentifier", 0.4, limit, calls, kConnections, [&] { return calls.Find(0); });
  Compare("devices.get, one connection", 0.7, limit, calls, 1,
          [&] { return calls.Device(device); });
  Compare("devices.claim, new devices", 0, limit, calls, kConnections,
          [&] { return calls.Claim(number++); });
  fmt::print("gRPC on SQLite, {} connections; limit: an empty handler on nghttp2\n", kConnections);
  CompareGrpc("Health.Check", 0, grpc_limit, calls, kConnections,
              GrpcRequest("/grpc.health.v1.Health/Check", "none", ""));
  CompareGrpc("GetDevice", 0.5, grpc_limit, calls, kConnections, calls.GrpcDevice(device));
  CompareGrpc("GetDevice, one connection", 0, grpc_limit, calls, 1, calls.GrpcDevice(device));
}

}  // namespace
}  // namespace zerotouch::bench

int main(int, char** arguments) {
  const std::string program = arguments[0];
  zerotouch::bench::Main(program.substr(0, program.rfind('/')));
}
