// SPDX-License-Identifier: Apache-2.0
// The listener for metrics: figures that add up for a known load, health, and the ids in
// the log.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "e2e/sandbox_test_base.h"
#include "support/free_port.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

using Figures = std::map<std::string, double>;

// A sandbox with a listener for metrics.
class Watched {
 public:
  explicit Watched(const std::vector<std::string>& more = {})
      : port_(FreePort()), server_(Arguments(more), dir_ / "log") {}

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  std::string log() const { return ReadFile(dir_ / "log"); }
  std::string dir() const { return dir_.path(); }
  ServerProcess& server() { return server_; }
  const Sandbox& sandbox() const { return sandbox_; }

  // Returns the value of each series, by its text.
  Figures Scrape() const {
    const Answer answer = CallUrl("GET", url() + "/metrics", "", "");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.Header("content-type"), HasSubstr("text/plain; version=0.0.4"));
    Figures figures;
    std::istringstream lines(answer.body);
    for (std::string line; std::getline(lines, line);) {
      const size_t space = line.rfind(' ');
      if (line.empty() || line.front() == '#' || space == std::string::npos) continue;
      figures[line.substr(0, space)] = std::stod(line.substr(space + 1));
    }
    return figures;
  }

 private:
  std::vector<std::string> Arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"sandbox",
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--data-dir",
                                    dir_ / "data",
                                    "--metrics-listen",
                                    fmt::format("127.0.0.1:{}", port_)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  const TempDir dir_;
  const int port_;
  ServerProcess server_;
  const Sandbox sandbox_ = ParseSandbox(server_.ready_line());
};

std::string Requests(const std::string& method, const std::string& code,
                     const std::string& protocol = "http1") {
  return fmt::format(R"(zerotouch_requests_total{{method="{}",code="{}",protocol="{}"}})", method,
                     code, protocol);
}

constexpr const char* kInFlight = "zerotouch_requests_in_flight";

// The figures that the load of KnownLoad_AddsUpExactly makes.
Figures FiguresOfKnownLoad() {
  return {
      {Requests("partners.devices.get", "NOT_FOUND"), 7},
      {Requests("partners.devices.get", "UNAUTHENTICATED"), 1},
      {Requests("partners.customers.list", "PERMISSION_DENIED"), 3},
      {Requests("partners.devices.claimAsync", "OK"), 1},
      {Requests("operations.wait", "OK"), 1},
      {Requests("other", "NOT_FOUND"), 1},
      {Requests("health", "OK"), 1},
      {Requests("documents", "OK"), 1},
      {Requests("token", "INVALID_ARGUMENT"), 1},
      {R"(zerotouch_request_seconds_count{method="partners.devices.get"})", 8},
      {R"(zerotouch_tokens_total{result="unsupported_grant_type"})", 1},
      {R"(zerotouch_tokens_total{result="ok"})", 0},
      {R"(zerotouch_operations_unfinished{kind="claim"})", 0},
      {R"(zerotouch_operation_items_total{kind="claim",status="SINGLE_DEVICE_STATUS_SUCCESS"})", 4},
      {R"(zerotouch_operation_items_total{kind="claim",)"
       R"(status="SINGLE_DEVICE_STATUS_OTHER_ERROR"})",
       1},
      {R"(zerotouch_operation_seconds_count{kind="claim"})", 1},
      {"zerotouch_operation_wait_seconds_count", 1},
      {"zerotouch_leases_lost_total", 0},
      {R"(zerotouch_store_errors_total{store="sqlite"})", 0},
      {R"(zerotouch_rejected_total{reason="quota"})", 0},
      {R"(zerotouch_memory_held_bytes{what="batches"})", 0},
      {R"(zerotouch_webhook_deliveries_total{result="delivered"})", 0},
      {kInFlight, 0},
      {"zerotouch_store_queue", 0},
  };
}

TEST(Metrics, KnownLoad_AddsUpExactly) {
  Watched watched;
  const Sandbox::Reseller& reseller = watched.sandbox().first;
  ApiCaller caller(watched.sandbox().endpoint, reseller.credentials);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(caller.Get(reseller.Devices() + "/1").status, 404);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(caller.Get("/v1/partners/0/customers").status, 403);
  EXPECT_EQ(caller.Call("GET", reseller.Devices() + "/1", "", "").status, 401);
  EXPECT_EQ(caller.Get("/none").status, 404);
  EXPECT_EQ(caller.Get("/healthz").status, 200);
  EXPECT_EQ(PostForm(watched.sandbox().endpoint + "/token", "grant_type=other").status, 400);
  EXPECT_EQ(caller.Get("/$discovery/rest?version=v1").status, 200);
  std::string claims;
  for (int i = 0; i < 5; ++i) {
    claims += fmt::format(R"({}{{"deviceIdentifier":{{"serialNumber":"S{}","manufacturer":"M",)"
                          R"("model":"X"}},{},"customerId":"{}"}})",
                          i == 0 ? "" : ",", i, kZeroTouch, i == 4 ? "1" : reseller.customer);
  }
  const Answer accepted =
      caller.Post(reseller.Devices() + ":claimAsync", "{\"claims\":[" + claims + "]}");
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const std::string operation = FieldIn(accepted.body, "name");
  EXPECT_EQ(caller.Post("/v1/" + operation + ":wait", "{}").status, 200);
  // A call is in flight until its answer is written, so a caller may have the answer before.
  Figures seen;
  EXPECT_TRUE(WaitUntil([&] { return (seen = watched.Scrape()).at(kInFlight) == 0; }));
  for (const auto& [series, value] : FiguresOfKnownLoad()) {
    ASSERT_TRUE(seen.contains(series)) << series;
    EXPECT_EQ(seen.at(series), value) << series;
  }
  // No other call was counted: those that watch are not.
  double all = 0;
  for (const auto& [series, value] : seen) {
    if (series.starts_with("zerotouch_requests_total{")) all += value;
  }
  EXPECT_EQ(all, 17);
  for (const char* process : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                              "process_open_fds", "process_start_time_seconds"}) {
    ASSERT_TRUE(seen.contains(process)) << process;
    EXPECT_GT(seen.at(process), 0) << process;
  }
}

TEST(Metrics, EveryFamily_IsDescribedBeforeItsFirstUse) {
  const Watched watched;
  const std::string text = CallUrl("GET", watched.url() + "/metrics", "", "").body;
  constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
      {"requests_total", "counter"},
      {"request_seconds", "histogram"},
      {"requests_in_flight", "gauge"},
      {"connections", "gauge"},
      {"rejected_total", "counter"},
      {"tokens_total", "counter"},
      {"operations_unfinished", "gauge"},
      {"operation_items_total", "counter"},
      {"operation_seconds", "histogram"},
      {"operation_wait_seconds", "histogram"},
      {"leases_lost_total", "counter"},
      {"store_seconds", "histogram"},
      {"store_errors_total", "counter"},
      {"store_queue", "gauge"},
      {"memory_held_bytes", "gauge"},
      {"webhook_deliveries_total", "counter"},
      {"build_info", "gauge"},
  };
  for (const auto& [name, type] : kFamilies) {
    EXPECT_THAT(text, HasSubstr(fmt::format("# HELP zerotouch_{} ", name)));
    EXPECT_THAT(text, HasSubstr(fmt::format("# TYPE zerotouch_{} {}\n", name, type)));
  }
}

TEST(Metrics, UnfinishedOperation_IsCountedUntilItIsCancelled) {
  Watched watched({"--operation-items-per-second", "10"});
  const Sandbox::Reseller& reseller = watched.sandbox().first;
  ApiCaller caller(watched.sandbox().endpoint, reseller.credentials);
  std::string unclaims;
  for (int i = 0; i < 400; ++i) {
    unclaims += fmt::format(R"({}{{"deviceId":"{}",{}}})", i == 0 ? "" : ",", i + 1, kZeroTouch);
  }
  const Answer accepted =
      caller.Post(reseller.Devices() + ":unclaimAsync", "{\"unclaims\":[" + unclaims + "]}");
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const std::string unfinished = R"(zerotouch_operations_unfinished{kind="unclaim"})";
  EXPECT_EQ(watched.Scrape().at(unfinished), 1);
  EXPECT_EQ(caller.Post("/v1/" + FieldIn(accepted.body, "name") + ":cancel", "{}").status, 200);
  const auto items = [&] {
    double all = 0;
    for (const auto& [series, value] : watched.Scrape()) {
      if (series.starts_with(R"(zerotouch_operation_items_total{kind="unclaim")")) all += value;
    }
    return all;
  };
  EXPECT_EQ(watched.Scrape().at(unfinished), 0);
  // Each item has one result: it was run, or it was cancelled.
  EXPECT_EQ(items(), 400);
}

TEST(Metrics, OtherPathsAndMethods_AreRefused_AndThePublicPortHasNoMetrics) {
  Watched watched;
  EXPECT_EQ(CallUrl("GET", watched.url() + "/healthz", "", "").status, 200);
  EXPECT_EQ(CallUrl("GET", watched.url() + "/readyz", "", "").status, 200);
  EXPECT_EQ(CallUrl("GET", watched.url() + "/v1/partners", "", "").status, 404);
  EXPECT_EQ(CallUrl("POST", watched.url() + "/metrics", "", "").status, 404);
  EXPECT_EQ(CallUrl("GET", watched.sandbox().endpoint + "/metrics", "", "").status, 404);
}

TEST(Metrics, HealthCommand_SaysWhetherTheServerIsReady) {
  Watched watched;
  const std::string address = watched.url().substr(7);
  EXPECT_EQ(RunZerotouchd({"health", "--metrics-listen", address}).exit_code, 0);
  watched.server().Kill();
  const ProgramRun run = RunZerotouchd({"health", "--metrics-listen", address});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("no server answers at " + address));
}

TEST(Metrics, AddressThatIsInUse_KeepsTheServerFromStarting) {
  Watched watched;
  const TempDir dir;
  const ProgramRun run = RunZerotouchd({"sandbox", "--listen", "127.0.0.1:0", "--data-dir",
                                        dir / "data", "--metrics-listen", watched.url().substr(7)});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("metrics-listen"));
}

TEST(Metrics, LogLine_HasTraceIdAndPeer) {
  Watched watched;
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const Answer answer = CallUrl("GET", watched.sandbox().endpoint + "/healthz", "", "",
                                {"traceparent: 00-" + trace + "-00f067aa0ba902b7-01"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(CallUrl("GET", watched.sandbox().endpoint + "/none", "", "").status, 404);
  watched.server().Terminate();
  EXPECT_THAT(watched.log(),
              testing::ContainsRegex("\"requestId\":\"[0-9a-f]+\",\"traceId\":\"" + trace +
                                     "\",\"peer\":\"127.0.0.1\",\"method\":\"GET\","
                                     "\"path\":\"/healthz\""));
  EXPECT_THAT(watched.log(),
              testing::ContainsRegex("\"traceId\":\"[0-9a-f]+\",\"peer\":\"127.0.0.1\","
                                     "\"method\":\"GET\",\"path\":\"/none\""));
}

// A call that a quota refuses is its account's in the log, by whatever protocol it came.
TEST(Metrics, CallPastAQuota_HasItsAccountInTheLog) {
  Watched watched(
      {"--quota-per-100s", "1", "--token-quota-per-minute", "1", "--access-log", "errors"});
  const Sandbox& sandbox = watched.sandbox();
  ApiCaller caller(sandbox.endpoint, sandbox.first.credentials);
  const std::string path = "/v1/partners/" + sandbox.first.partner;
  EXPECT_EQ(caller.Get(path + "/customers").status, 200);
  EXPECT_EQ(caller.Get(path + "/vendors").status, 429);
  EXPECT_EQ(caller.Post(path + "/devices:claim", "{}").status, 429);
  crypto::JwtClaims claims = ClaimsOf(sandbox.first.credentials, sandbox.endpoint);
  claims.audience = sandbox.endpoint + "/token";
  const std::string form =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
      SignToken(sandbox.first.credentials, claims);
  Answer token;
  for (int i = 0; i < 2; ++i) token = PostForm(sandbox.endpoint + "/token", form);
  EXPECT_EQ(token.status, 429) << token.body;
  watched.server().Terminate();
  const std::string account = "\"account\":\"" + claims.issuer + "\"";
  int refused = 0;
  std::istringstream lines(watched.log());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"status\":429") == std::string::npos) continue;
    EXPECT_THAT(line, HasSubstr(account));
    ++refused;
  }
  EXPECT_EQ(refused, 3);
}

TEST(Metrics, AccessLog_IsForErrorsOrOff) {
  for (const auto& [lines, has_errors] :
       std::map<std::string, bool>{{"errors", true}, {"off", false}}) {
    Watched watched({"--access-log", lines});
    EXPECT_EQ(CallUrl("GET", watched.sandbox().endpoint + "/healthz", "", "").status, 200);
    EXPECT_EQ(CallUrl("GET", watched.sandbox().endpoint + "/none", "", "").status, 404);
    watched.server().Terminate();
    EXPECT_THAT(watched.log(), Not(HasSubstr("/healthz"))) << lines;
    EXPECT_EQ(watched.log().find("/none") != std::string::npos, has_errors) << lines;
  }
}

}  // namespace
}  // namespace zerotouch::test
