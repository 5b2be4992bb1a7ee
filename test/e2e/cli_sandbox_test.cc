// SPDX-License-Identifier: Apache-2.0
// Runs each command of `zerotouch sandbox`.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "support/cli_process.h"
#include "support/json_reader.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kBootSeed[] = R"({
  "resellers": [{"partnerId": "100000001", "name": "Alpha", "customers": [
    {"customerId": "100000021", "companyName": "Kiosks",
     "configurations": [{"configurationName": "Kiosk", "dpcResourcePath": "dpcs/clouddpc",
                         "contactEmail": "it@example.com", "contactPhone": "+1 800 555 0100",
                         "customMessage": "Keep it.",
                         "dpcExtras": "{\"android.app.extra.PROVISIONING_LOCALE\":\"de_DE\"}"}],
     "defaultConfiguration": "Kiosk"}]}],
  "devices": [{"deviceIdentifier": {"imei": "490154203237518"}}],
  "faults": [{"method": "operations.get", "times": 1, "error": {"status": "UNAVAILABLE"}}]})";

class CliSandboxTest : public testing::Test {
 protected:
  CliSandboxTest() : ready_(StartServer().ready_line()) {}

  ServerProcess& StartServer() {
    std::ofstream(dir_ / "seed.json") << kBootSeed;
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data",
                                 "--seed", dir_ / "seed.json", "--log-level", "error"});
    return *server_;
  }

  std::vector<std::string> Environment() const {
    return {"ZEROTOUCH_ENDPOINT=" + ready_["/endpoint"], "ZEROTOUCH_PARTNER=100000001",
            "ZEROTOUCH_CUSTOMER=100000021",
            "ZEROTOUCH_CREDENTIALS=" + ready_["/resellers/0/credentials"]};
  }
  // Runs `zerotouch sandbox` with these words. Returns the exit code.
  int Sandbox(std::vector<std::string> words) {
    words.insert(words.begin(), "sandbox");
    return Run(words);
  }
  int Run(const std::vector<std::string>& words) {
    process_ = std::make_unique<CliProcess>(words, Environment());
    return process_->Wait();
  }
  // Runs it, expects success, and returns its output.
  std::string Done(const std::vector<std::string>& words) {
    EXPECT_EQ(Sandbox(words), 0) << process_->err();
    return process_->out();
  }
  Json Members(std::vector<std::string> words) {
    words.insert(words.end(), {"--format", "json"});
    return Json(Done(words));
  }

  TempDir dir_;
  std::unique_ptr<ServerProcess> server_;
  const Json ready_;
  std::unique_ptr<CliProcess> process_;
};

TEST_F(CliSandboxTest, Faults_AreMadeListedAndDeleted) {
  EXPECT_THAT(Done({"faults", "list"}), AllOf(HasSubstr("faults/1"), HasSubstr("operations.get")));
  const Json made =
      Members({"faults", "create", "--method", "partners.vendors.list", "--skip", "1", "--times",
               "2", "--error-status", "RESOURCE_EXHAUSTED", "--error-retry-after", "1.5s"});
  EXPECT_EQ(made["/name"], "faults/2");
  EXPECT_EQ(made["/error/retryAfter"], "1.500s");
  for (const std::vector<std::string>& action :
       {std::vector<std::string>{"--delay", "10ms"},
        {"--disconnect", "AFTER"},
        {"--truncate", "10"},
        {"--raw-http-status", "502", "--raw-body", "x"},
        {"--item-status", "SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS", "--device-id", "5"},
        {"--data", R"({"delay":"1s"})"}}) {
    std::vector<std::string> words = {"faults", "create"};
    words.insert(words.end(), action.begin(), action.end());
    EXPECT_EQ(Sandbox(words), 0) << action[0] << ": " << process_->err();
  }
  EXPECT_EQ(Members({"faults", "list"}).Size("/faults"), 8u);
  Done({"faults", "delete", "faults/2"});
  EXPECT_THAT(Done({"faults", "list"}), Not(HasSubstr("faults/2 ")));
  EXPECT_EQ(Sandbox({"faults", "delete", "2"}), 1) << "it is gone";
  EXPECT_EQ(Sandbox({"faults", "delete"}), 1);
  Done({"faults", "delete", "--all"});
  EXPECT_EQ(Done({"faults", "list"}), "no faults\n");
  EXPECT_EQ(Sandbox({"faults", "create", "--method", "nothing", "--delay", "1s"}), 1);
  EXPECT_THAT(process_->err(), HasSubstr("method"));
}

TEST_F(CliSandboxTest, Clock_IsMoved) {
  EXPECT_EQ(Members({"clock", "get"})["/frozen"], "false");
  EXPECT_EQ(Members({"clock", "freeze"})["/frozen"], "true");
  const std::string frozen = Members({"clock", "get"})["/now"];
  EXPECT_EQ(Members({"clock", "get"})["/now"], frozen);
  EXPECT_NE(Members({"clock", "advance", "1h30m"})["/now"], frozen);
  Done({"clock", "advance", "--duration", "10s"});
  EXPECT_EQ(Members({"clock", "resume"})["/frozen"], "false");
  EXPECT_EQ(Sandbox({"clock", "advance", "-1s"}), 1);
}

TEST_F(CliSandboxTest, Operations_ArePausedSteppedAndSlowed) {
  Done({"operations", "pause"});
  ASSERT_EQ(Run({"devices", "unclaim", "--imei", "490154203237518", "--async"}), 0);
  const std::string operation = process_->out().substr(0, process_->out().find('\n'));
  EXPECT_EQ(Members({"operations", "step", "10"})["/itemsRun"], "1");
  EXPECT_EQ(Members({"operations", "step", "--items", "10"})["/itemsRun"], "0");
  ASSERT_EQ(Run({"operations", "get", operation, "--format", "json"}), 0) << process_->err();
  EXPECT_EQ(Json(process_->out())["/done"], "true");
  Done({"operations", "set-speed", "500"});
  Done({"operations", "set-speed", "--items-per-second", "0"});
  Done({"operations", "resume"});
  EXPECT_EQ(Sandbox({"operations", "step", "1"}), 1) << "it is not paused";
}

TEST_F(CliSandboxTest, Calls_AreListedWatchedAndDeleted) {
  CliProcess watch({"sandbox", "calls", "watch", "--limit", "1"}, Environment());
  // A call that comes before the watcher is not sent to it.
  while (!watch.HasEnded()) ASSERT_EQ(Run({"vendors", "list"}), 0);
  EXPECT_EQ(watch.Wait(), 0) << watch.err();
  EXPECT_EQ(Json(watch.out())["/protocol"], "HTTP/1.1") << watch.out();
  const Json listed = Members({"calls", "list", "--filter", "method=partners.vendors.list"});
  EXPECT_GE(listed.Size("/calls"), 1u);
  EXPECT_EQ(listed["/calls/0/status"], "OK");
  EXPECT_THAT(Done({"calls", "list", "--limit", "1"}), HasSubstr("partners.vendors.list"));
  Done({"calls", "delete"});
  EXPECT_EQ(Done({"calls", "list"}), "no calls\n");
  EXPECT_EQ(Sandbox({"calls", "list", "--filter", "x"}), 1);
}

TEST_F(CliSandboxTest, Watch_EndsWhenTheSandboxStops) {
  CliProcess watch({"sandbox", "calls", "watch"}, Environment());
  while (watch.out().empty()) ASSERT_EQ(Run({"vendors", "list"}), 0);
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_EQ(watch.Wait(), 0) << watch.err();
}

TEST_F(CliSandboxTest, State_IsKeptRestoredResetAndExported) {
  EXPECT_EQ(Members({"snapshots", "create", "before"})["/name"], "snapshots/before");
  EXPECT_EQ(Sandbox({"snapshots", "create", "--snapshot-id", "before"}), 1);
  EXPECT_THAT(Done({"snapshots", "list"}), HasSubstr("snapshots/before"));
  ASSERT_EQ(Run({"devices", "unclaim", "--imei", "490154203237518"}), 0);
  EXPECT_EQ(Members({"boot", "--imei", "490154203237518"})["/outcome"], "NOT_CLAIMED");
  Done({"snapshots", "restore", "snapshots/before"});
  EXPECT_EQ(Members({"boot", "--imei", "490154203237518"})["/outcome"], "CONFIGURED");
  Done({"snapshots", "delete", "before"});
  EXPECT_EQ(Done({"snapshots", "list"}), "no snapshots\n");
  EXPECT_EQ(Sandbox({"snapshots", "restore", "before"}), 1);

  Done({"faults", "delete", "--all"});
  ASSERT_EQ(Run({"devices", "unclaim", "--imei", "490154203237518"}), 0);
  Done({"state", "reset"});
  EXPECT_EQ(Members({"boot", "--imei", "490154203237518"})["/outcome"], "CONFIGURED");
  EXPECT_THAT(Done({"faults", "list"}), HasSubstr("operations.get")) << "the seed's";
  Done({"state", "export", "--out", dir_ / "registry.zta"});
  EXPECT_GT(std::filesystem::file_size(dir_ / "registry.zta"), 1'000u);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "registry.zta.part"));
}

TEST_F(CliSandboxTest, Tenants_AreMadeAndTakenAway) {
  const std::string file = dir_ / "reseller.json";
  const Json reseller =
      Members({"tenants", "create-reseller", "--name", "XYZ", "--key-file", file});
  EXPECT_FALSE(reseller.Has("/credentials"));
  const Json key(ReadFile(file));
  struct stat about = {};
  stat(file.c_str(), &about);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  const Json customer =
      Members({"tenants", "create-customer", "--partner-id", reseller["/partnerId"],
               "--company-name", "Late Ltd", "--terms-accepted=false"});
  EXPECT_EQ(customer["/credentials/type"], "service_account");
  EXPECT_EQ(Sandbox({"tenants", "create-customer", "--partner-id", "7", "--company-name", "X"}), 1);
  const Json account = Members({"tenants", "create-account", "--partner-id", reseller["/partnerId"],
                                "--customer-ids", customer["/customerId"]});
  const std::string email = account["/email"];
  Done({"tenants", "set-terms", customer["/customerId"], "--accepted"});
  Done({"tenants", "set-terms", customer["/customerId"], "--accepted=false"});
  EXPECT_NE(Sandbox({"tenants", "set-terms", customer["/customerId"]}), 0) << "no answer";

  const auto vendors = [&] {
    return Run({"vendors", "list", "--partner", reseller["/partnerId"], "--credentials", file});
  };
  EXPECT_EQ(vendors(), 0) << process_->err();
  Done({"tenants", "disable", key["/client_email"]});
  EXPECT_EQ(vendors(), 3);
  Done({"tenants", "enable", key["/client_email"]});
  EXPECT_EQ(vendors(), 0) << process_->err();
  Done({"tenants", "revoke-keys", key["/client_email"]});
  EXPECT_EQ(vendors(), 3);
  Done({"tenants", "add-key", key["/client_email"], "--key-file", file});
  EXPECT_EQ(vendors(), 0) << process_->err();
  EXPECT_EQ(Sandbox({"tenants", "disable", "nobody@example.com"}), 1);
  EXPECT_THAT(email, HasSubstr("@"));
}

// --- The virtual device.

// Returns what a scanner reads from an image; empty if it finds no code.
std::string Scanned(const std::string& path) {
  const std::string command = "zbarimg --quiet --raw --oneshot " + path;
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    text += static_cast<char>(c);
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// Writes what a terminal with a dark background shows of block characters as an image.
void WriteScreen(const std::string& text, const std::string& path) {
  constexpr int kScale = 4;
  std::vector<std::string> rows;  // of half characters: 'x' is lit
  std::istringstream lines(text);
  size_t width = 0;
  for (std::string line; std::getline(lines, line);) {
    std::string upper, lower;
    for (size_t i = 0; i < line.size();) {
      const std::string_view rest = std::string_view(line).substr(i);
      const bool is_full = rest.starts_with("█");
      const bool is_upper = is_full || rest.starts_with("▀");
      const bool is_lower = is_full || rest.starts_with("▄");
      upper += is_upper ? 'x' : ' ';
      lower += is_lower ? 'x' : ' ';
      i += is_upper || is_lower ? 3 : 1;
    }
    width = std::max(width, upper.size());
    rows.push_back(upper);
    rows.push_back(lower);
  }
  std::ofstream image(path, std::ios::binary);
  image << fmt::format("P5 {} {} 255\n", width * kScale, rows.size() * kScale);
  for (const std::string& row : rows) {
    for (int y = 0; y < kScale; ++y) {
      for (size_t x = 0; x < width * kScale; ++x) {
        const size_t at = x / kScale;
        image << static_cast<char>(at < row.size() && row[at] == 'x' ? 255 : 0);
      }
    }
  }
}

TEST_F(CliSandboxTest, Boot_ShowsThePhone_AndACodeThatScannersRead) {
  const std::string png = dir_ / "setup.png";
  const Json boot = Members({"boot", "--imei", "490154203237518", "--qr", png});
  const std::string code = boot["/qrCode"];
  EXPECT_THAT(code, StartsWith("{\"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME\":"));
  EXPECT_EQ(Scanned(png), code);
  const std::string screen = Done({"boot", "--imei", "490154203237518"});
  for (const char* shown : {"CONFIGURED", "Kiosks", "Keep it.", "it@example.com", "+1 800 555 0100",
                            "PROVISIONING_LOCALE = de_DE"}) {
    EXPECT_THAT(screen, HasSubstr(shown));
  }
  WriteScreen(screen.substr(screen.find("\n\n") + 2), dir_ / "screen.pgm");
  EXPECT_EQ(Scanned(dir_ / "screen.pgm"), code);
  EXPECT_THAT(Done({"boot", "--imei", "490154203237526"}), HasSubstr("UNKNOWN_DEVICE"));
  EXPECT_EQ(Sandbox({"boot", "--imei", "490154203237526", "--qr", dir_ / "none.png"}), 1);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "none.png"));
}

}  // namespace
}  // namespace zerotouch::test
