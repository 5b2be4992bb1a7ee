// SPDX-License-Identifier: Apache-2.0
// zerotouchd sandbox --seed, --public-url and --exec.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "e2e/sandbox_test_base.h"
#include "support/cli_process.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

constexpr char kSeed[] = R"({
  "resellers": [
    {"partnerId": "100000001", "name": "Alpha",
     "vendors": [{"vendorId": "100000011", "companyName": "Shop"}],
     "customers": [
       {"customerId": "100000021", "companyName": "Kiosks", "ownerEmails": ["o@example.com"],
        "configurations": [
          {"configurationName": "Kiosk", "dpcResourcePath": "dpcs/mine",
           "contactEmail": "it@example.com", "contactPhone": "1"}],
        "defaultConfiguration": "Kiosk"},
       {"customerId": "100000022", "companyName": "Late", "termsAccepted": false}]},
    {"partnerId": "100000002", "name": "Beta"}],
  "dpcs": [{"dpcId": "mine", "packageName": "com.example.mine", "title": "Mine",
            "component": "com.example.mine/.Admin"}],
  "devices": [
    {"partnerId": "100000001", "customerId": "100000021",
     "deviceIdentifier": {"imei": "490154203237518"}, "metadata": {"ordernumber": "7"}}],
  "devicesCsv": ["more.csv"],
  "accounts": [{"email": "both@example.com", "partnerId": "100000001",
                "customerIds": ["100000021", "100000022"]}]})";

class SeedProgramTest : public testing::Test {
 protected:
  std::string data() const { return dir_.path() + "/data"; }
  std::string Write(const std::string& name, std::string_view text) {
    const std::string path = dir_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  std::vector<std::string> Arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"sandbox", "--listen",    "127.0.0.1:0", "--data-dir",
                                    data(),    "--log-level", "error"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  TempDir dir_;
};

TEST_F(SeedProgramTest, Seed_IsWhatTheSandboxHas) {
  Write("more.csv", "modemtype,modemid,owner\nIMEI,490154203237526,100000021\n");
  const std::string seed = Write("seed.json", kSeed);
  std::string account;
  for (int start = 0; start < 2; ++start) {
    ServerProcess server(Arguments({"--seed", seed}));
    const Json ready(server.ready_line());
    ASSERT_TRUE(ready.Has("/endpoint")) << server.ready_line();
    EXPECT_EQ(ready["/resellers/0/partnerId"], "100000001");
    EXPECT_EQ(ready["/resellers/0/vendorIds/0"], "100000011");
    EXPECT_EQ(ready["/resellers/1/name"], "Beta");
    EXPECT_EQ(ready["/accounts/0/email"], "both@example.com");
    if (start == 1) {
      EXPECT_EQ(ready["/accounts/0/credentials"], account);
    }
    account = ready["/accounts/0/credentials"];
    ApiCaller reseller(ready["/endpoint"], account);
    const Answer found =
        reseller.Post("/v1/partners/100000001/devices:findByIdentifier",
                      R"({"deviceIdentifier":{"imei":"490154203237526"},"limit":1})");
    EXPECT_EQ(Json(found.body)["/devices/0/claims/0/ownerCompanyId"], "100000021") << found.body;
    ApiCaller customer(ready["/endpoint"], account, kCustomerScope);
    const Answer devices = customer.Get("/v1/customers/100000021/devices");
    EXPECT_THAT(devices.body, HasSubstr("customers/100000021/configurations/"));
    EXPECT_EQ(customer.Get("/v1/customers/100000022/devices").status, 403);
    const Answer boot = CallUrl("POST", ready["/endpoint"] + "/sandbox/v1/devices:boot",
                                R"({"deviceIdentifier":{"imei":"490154203237518"}})", "");
    EXPECT_EQ(Json(boot.body)["/outcome"], "CONFIGURED") << boot.body;
    EXPECT_EQ(server.Terminate(), 0);
  }
}

TEST_F(SeedProgramTest, WrongSeed_NamesAllFaults_AndMakesNothing) {
  const std::string seed = Write("seed.json",
                                 R"({"resellers":[{"customers":[{"ownerEmails":["x"]}]}],
          "devices":[{"deviceIdentifier":{"imei":"1"}}],"accounts":[{"email":"y"}]})");
  const ProgramRun run = RunZerotouchd(Arguments({"--seed", seed}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("\nresellers[0].customers[0].ownerEmails[0]: "));
  EXPECT_THAT(run.err, HasSubstr("\naccounts[0].email: "));
  EXPECT_FALSE(std::filesystem::exists(data()));
  Write("seed.json", R"({"resellers":[{"customers":[{}]}],
                         "devices":[{"deviceIdentifier":{"imei":"1"}}]})");
  const ProgramRun device = RunZerotouchd(Arguments({"--seed", seed}));
  EXPECT_EQ(device.exit_code, 1);
  EXPECT_THAT(device.err, HasSubstr("\ndevices[0]: "));
  EXPECT_FALSE(std::filesystem::exists(data()));
  EXPECT_EQ(RunZerotouchd(Arguments({"--seed", dir_.path() + "/missing.json"})).exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(data()));
}

// A restart keeps what the rules became; a reset brings the seed's back.
TEST_F(SeedProgramTest, Faults_AreThereAtTheFirstStart_AndAfterAReset) {
  const std::string seed = Write("seed.json", R"({"resellers": [{"partnerId": "100000001"}],
    "faults": [{"method": "partners.vendors.list", "times": 1,
                "error": {"status": "UNAVAILABLE"}},
               {"method": "token", "times": 1, "skip": 1, "delay": "0s"}]})");
  std::string endpoint;
  const auto faults = [&] {
    return Json(CallUrl("GET", endpoint + "/sandbox/v1/faults", "", "").body);
  };
  for (int start = 0; start < 2; ++start) {
    ServerProcess server(Arguments({"--seed", seed}));
    const Json ready(server.ready_line());
    ASSERT_TRUE(ready.Has("/endpoint")) << server.ready_line();
    endpoint = ready["/endpoint"];
    ASSERT_EQ(faults().Size("/faults"), 2u) << "start " << start;
    EXPECT_EQ(faults()["/faults/0/hits"], start == 0 ? "0" : "1");
    if (start == 1) {
      const Answer reset = CallUrl("POST", endpoint + "/sandbox/v1/state:reset", "{}", "");
      EXPECT_EQ(reset.status, 200) << reset.body;
      ASSERT_EQ(faults().Size("/faults"), 2u);
      EXPECT_EQ(faults()["/faults/0/hits"], "0");
    }
    ApiCaller reseller(endpoint, ready["/resellers/0/credentials"]);
    EXPECT_EQ(reseller.Get("/v1/partners/100000001/vendors").status, 503);
    EXPECT_EQ(reseller.Get("/v1/partners/100000001/vendors").status, 200);
    EXPECT_EQ(faults()["/faults/0/hits"], "1");
    EXPECT_EQ(server.Terminate(), 0);
  }
}

TEST_F(SeedProgramTest, PublicUrl_IsWhatClientsUse) {
  ServerProcess server(Arguments({"--public-url", "http://sandbox.example.com:9000"}));
  const Json ready(server.ready_line());
  EXPECT_EQ(ready["/endpoint"], "http://sandbox.example.com:9000");
  EXPECT_EQ(ready["/grpcEndpoint"], "sandbox.example.com:9000");
  EXPECT_EQ(Json(ReadFile(ready["/resellers/0/credentials"]))["/token_uri"],
            "http://sandbox.example.com:9000/token");
}

TEST_F(SeedProgramTest, Exec_RunsTheCommand_AndReturnsItsCode) {
  const ProgramRun run =
      RunZerotouchd(Arguments({"--exec",
                               "echo $ZEROTOUCH_ENDPOINT $ZEROTOUCH_PARTNER; test -f "
                               "\"$GOOGLE_APPLICATION_CREDENTIALS\" && exit 7"}));
  EXPECT_EQ(run.exit_code, 7) << run.err;
  EXPECT_THAT(run.out, testing::MatchesRegex("http://127.0.0.1:[0-9]+ [0-9]+\n"));
  EXPECT_EQ(RunZerotouchd(Arguments({"--exec", "true"})).exit_code, 0);
  EXPECT_EQ(RunZerotouchd(Arguments({"--exec", "kill -KILL $$"})).exit_code, 128 + SIGKILL);
}

TEST_F(SeedProgramTest, Exec_PassesSignalsOn) {
  CliProcess program(Arguments({"--exec",
                                "trap 'echo stopped; exit 5' TERM; echo started >&2; "
                                "while true; do sleep 0.05; done"}),
                     {}, Program::kZerotouchd);
  ASSERT_TRUE(program.WaitForError("started"));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 5);
  EXPECT_EQ(program.out(), "stopped\n");
}

TEST_F(SeedProgramTest, Serve_HasNoneOfIt) {
  for (const char* flag : {"--seed", "--exec"}) {
    EXPECT_EQ(RunZerotouchd({"serve", "--database", "sqlite://" + data(), flag, "x"}).exit_code, 1);
  }
}

}  // namespace
}  // namespace zerotouch::test
