// SPDX-License-Identifier: Apache-2.0
// Everything that a stranger or one account may try, at once, against a server with a
// memory limit, while others use it. STORM=full makes the full counts and measures
// times too (`make storm`).

#include "e2e/storm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "e2e/sandbox_test_base.h"
#include "support/http1_client.h"
#include "support/http2_client.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

constexpr int kGoodClients = 8;
constexpr int64_t kStormMiB = 1 << 20;
// Memory that the process may take beside its limit: the allocator has it and cannot
// use it.
constexpr int64_t kStormSlack = 64 * kStormMiB;

#ifdef ZEROTOUCH_SANITIZED
constexpr bool kMeasuresMemory = false;
#else
constexpr bool kMeasuresMemory = true;
#endif

class StormTest : public testing::Test {
 protected:
  void SetUp() override {
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    // Without controls, whose log of calls keeps the beginnings of bodies.
    server_ = std::make_unique<ServerProcess>(std::vector<std::string>{
        "sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data", "--log-level", "error",
        "--controls", "off", "--memory-limit", std::to_string(limit_)});
    ASSERT_NE(server_->ready_line(), "");
    sandbox_ = ParseSandbox(server_->ready_line());
    port_ = static_cast<uint16_t>(
        std::stoi(sandbox_.endpoint.substr(sandbox_.endpoint.rfind(':') + 1)));
    good_ = std::make_unique<ApiCaller>(sandbox_.endpoint, sandbox_.first.credentials);
  }

  // Returns the path of an operation with many results.
  std::string RunLargeOperation(ApiCaller& caller) {
    std::string body = R"({"unclaims":[{})";
    for (int i = 1; i < (full_ ? 100'000 : 20'000); ++i) body += ",{}";
    const Answer accepted = caller.Post(sandbox_.second.Devices() + ":unclaimAsync", body + "]}");
    EXPECT_EQ(accepted.status, 200) << accepted.body;
    const std::string path = "/v1/" + FieldIn(accepted.body, "name");
    EXPECT_TRUE(WaitUntil([&] { return Json(caller.Get(path).body)["/done"] == "true"; }));
    return path;
  }

  StormTarget MakeTarget() {
    ApiCaller attacker(sandbox_.endpoint, sandbox_.second.credentials);
    const std::string customer = sandbox_.second.customer;
    ApiCaller of_customer(sandbox_.endpoint, dir_ / ("data/customer-" + customer + ".json"),
                          kCustomerScope);
    const std::string configurations = "/v1/customers/" + customer + "/configurations";
    for (int i = 0; i < 20; ++i) {
      const Answer answer = of_customer.Post(
          configurations,
          fmt::format(R"({{"configurationName":"{}","companyName":"Company",)"
                      R"("contactEmail":"it@example.com","contactPhone":"+1 (800) 555-0100",)"
                      R"("dpcResourcePath":"customers/{}/dpcs/clouddpc","dpcExtras":"{{{}}}"}})",
                      i, customer, std::string(9'000, ' ')));
      EXPECT_EQ(answer.status, 200) << answer.body;
    }
    return {.port = port_,
            .token = attacker.token(),
            .devices = sandbox_.second.Devices(),
            .operation = RunLargeOperation(attacker),
            .customer_token = of_customer.token(),
            .configurations = configurations,
            .full = full_};
  }

  // A call of a well-behaved client: on a connection that it keeps, and once more on a
  // new one if the server has closed that.
  std::string CallWell(int client, int i) {
    const std::string serial = fmt::format("good-{}-{}", client, i / 4);
    const std::string device = fmt::format(
        R"("deviceIdentifier":{{"serialNumber":"{}","manufacturer":"M","model":"N"}})", serial);
    const std::string section = R"("sectionType":"SECTION_TYPE_ZERO_TOUCH")";
    switch (i % 4) {
      case 0:
        return Ask(client, ":claim",
                   fmt::format(R"({{{},{},"customerId":"{}"}})", device, section,
                               sandbox_.first.customer));
      case 1:
        return Ask(client, ":findByIdentifier", fmt::format(R"({{"limit":10,{}}})", device));
      case 2:
        return Ask(client, ":findByOwner",
                   fmt::format(R"({{"limit":10,{},"customerId":["{}"]}})", section,
                               sandbox_.first.customer));
      default:
        return Ask(client, ":unclaim", fmt::format("{{{},{}}}", device, section));
    }
  }

  std::string Ask(int client, const std::string& method, const std::string& body) {
    const std::string request = fmt::format(
        "POST {}{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        sandbox_.first.Devices(), method, good_->token(), body.size(), body);
    std::unique_ptr<SocketClient>& connection = connections_[static_cast<size_t>(client)];
    ReceivedResponse answer;
    for (int attempt = 0; attempt < 2 && answer.status == 0; ++attempt) {
      if (connection == nullptr) connection = std::make_unique<SocketClient>(port_);
      connection->Send(request);
      answer = Reader(*connection).Next();
      if (answer.status == 0) connection.reset();
    }
    if (answer.status == 200) return "";
    return fmt::format("{}: {} {}", method, answer.status, answer.body);
  }

  // A probe on a new connection. Returns an error if it is not answered with 200.
  std::string Probe(int i) {
    const Answer answer =
        CallUrl("GET", sandbox_.endpoint + (i % 2 == 0 ? "/healthz" : "/readyz"), "", "");
    LetRun(std::chrono::milliseconds(10));
    return answer.status == 200 ? "" : fmt::format("{} {}", answer.status, answer.body);
  }

  void ExpectWell(const char* who, const WellBehaved& result, double most_ms) {
    fmt::print("[ MEASURED ] {}: {} calls, median {:.1f} ms, 99 % within {:.1f} ms\n", who,
               result.calls, result.Percentile(0.5), result.Percentile(0.99));
    EXPECT_EQ(result.wrong, std::vector<std::string>()) << who;
    EXPECT_GT(result.calls, 20) << who;
    if (full_) {
      EXPECT_LE(result.Percentile(0.99), most_ms) << who;
    }
  }

  // Waits until the batches of the attackers have run.
  void AwaitBatches() {
    ApiCaller attacker(sandbox_.endpoint, sandbox_.second.credentials);
    EXPECT_TRUE(WaitUntil([&] {
      return attacker.Get("/v1/operations?filter=done%3Dfalse").body.find("\"name\"") ==
             std::string::npos;
    })) << attacker.Get("/v1/operations?filter=done%3Dfalse").body;
  }

  const bool full_ = std::getenv("STORM") != nullptr && std::getenv("STORM") == std::string("full");
  const int64_t limit_ = (full_ ? 512 : 128) * kStormMiB;
  const TempDir dir_;
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  uint16_t port_ = 0;
  std::unique_ptr<ApiCaller> good_;
  std::array<std::unique_ptr<SocketClient>, kGoodClients> connections_;
};

TEST_F(StormTest, WellBehavedClientsAreServed_AndMemoryStaysWithinItsLimit) {
  const StormTarget target = MakeTarget();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(CallWell(0, i), "");
  const int64_t idle = ResidentBytes(server_->pid());
  int64_t peak = 0;
  {
    const MemoryWatch watch(server_->pid());
    Clients good(kGoodClients, [this](int client, int i) { return CallWell(client, i); });
    Clients probes(1, [this](int, int i) { return Probe(i); });
    Storm storm(target);
    LetRun(std::chrono::seconds(full_ ? 20 : 3));
    storm.Stop();
    ExpectWell("well-behaved clients", good.Stop(), 250);
    ExpectWell("probes", probes.Stop(), 100);
    peak = watch.peak_bytes();
    for (const auto& [attack, answers] : storm.Answers()) {
      fmt::print("[ MEASURED ] {}: {}\n", attack, fmt::join(answers, ", "));
    }
  }
  AwaitBatches();
  const auto over_idle = [&] { return ResidentBytes(server_->pid()) - idle; };
  const int64_t after_batches = over_idle();
  const bool is_back = WaitUntil([&] { return over_idle() <= 64 * kStormMiB; },
                                 std::chrono::milliseconds(100), std::chrono::seconds(10));
  fmt::print(
      "[ MEASURED ] MiB of memory: idle {}, at most {} over idle, {} after the batches, {} "
      "later\n",
      idle / kStormMiB, (peak - idle) / kStormMiB, after_batches / kStormMiB,
      over_idle() / kStormMiB);
  if (kMeasuresMemory) {
    EXPECT_LE(peak - idle, limit_ + kStormSlack);
    EXPECT_TRUE(is_back);
  }
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(StormTest, ReaderThatStalls_HoldsAtMost64KiB) {
  constexpr int kFirst = 100;  // after them the threads and the allocator have what they need
  constexpr int kReaders = 200;
  constexpr int kStreams = 50;  // of a connection of HTTP/2
  ApiCaller reader(sandbox_.endpoint, sandbox_.second.credentials);
  const std::string operation = RunLargeOperation(reader);
  const auto resident = [&] {
    LetRun(std::chrono::seconds(1));  // until the buffers of the system are full
    return ResidentBytes(server_->pid());
  };
  const auto expect_little = [&](const char* protocol, const auto& open) {
    open(kFirst);
    const int64_t before = resident();
    open(kReaders);
    const int64_t each = (resident() - before) / kReaders;
    fmt::print("[ MEASURED ] {}: {} KiB for each reader that stalls\n", protocol, each / 1024);
    if (kMeasuresMemory) {
      EXPECT_LE(each, 64 * 1024) << protocol;
    }
  };
  std::vector<std::unique_ptr<SocketClient>> readers;
  expect_little("HTTP/1.1", [&](int count) {
    for (int i = 0; i < count; ++i) {
      readers.push_back(std::make_unique<SocketClient>(port_, 4096));
      readers.back()->Send(
          fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                      operation, reader.token()));
    }
  });
  std::vector<std::unique_ptr<Http2Client>> clients;
  expect_little("HTTP/2", [&](int count) {
    for (int i = 0; i < count / kStreams; ++i) {
      clients.push_back(std::make_unique<Http2Client>(port_));
      clients.back()->SetReading(false);
      for (int j = 0; j < kStreams; ++j) {
        clients.back()->Ask("GET", operation, {{"authorization", "Bearer " + reader.token()}});
      }
    }
  });
}

}  // namespace
}  // namespace zerotouch::test
