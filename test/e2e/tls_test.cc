// SPDX-License-Identifier: Apache-2.0
// zerotouchd with a certificate, called by curl, openssl and zerotouch.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "support/certificate.h"
#include "support/cli_process.h"
#include "support/free_port.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Returns the output of a shell command on both streams.
std::string Shell(const std::string& command) {
  FILE* const pipe = popen(("exec 2>&1; " + command).c_str(), "r");
  std::string text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    Write("ca.pem", authority_.pem());
    Renew("first");
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::trunc) << text;
    chmod((dir_ / name).c_str(), 0600);
    return dir_ / name;
  }
  // Replaces the certificate.
  void Renew(const std::string& name, int days = 30) {
    const Certificate own(name, {.issuer = &authority_, .valid_until_days = days});
    Write("cert.pem", own.pem());
    Write("key.pem", own.key_pem());
  }

  std::vector<std::string> With(std::vector<std::string> arguments, const std::string& certificate,
                                const std::string& key) {
    const std::vector<std::string> more = {"--listen",  "127.0.0.1:0",       "--log-level",
                                           "error",     "--tls-certificate", dir_ / certificate,
                                           "--tls-key", dir_ / key};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::vector<std::string> SandboxArguments() {
    return With({"sandbox", "--data-dir", dir_ / "data"}, "cert.pem", "key.pem");
  }
  std::string Curl(const std::string& arguments) {
    return Shell(fmt::format("curl -sS --max-time 60 --cacert {} {}", dir_ / "ca.pem", arguments));
  }
  // Returns the name in the certificate of the server.
  static std::string NameShownBy(const std::string& endpoint) {
    return Shell("openssl s_client -connect " + endpoint.substr(8) +
                 " </dev/null 2>/dev/null | sed -n 's/^subject=CN = //p'");
  }

  const Certificate authority_{"authority"};
  TempDir dir_;
};

TEST_F(TlsTest, Sandbox_ServesEveryProtocol) {
  ServerProcess server(SandboxArguments());
  const Sandbox sandbox = ParseSandbox(server.ready_line());
  ASSERT_THAT(sandbox.endpoint, StartsWith("https://127.0.0.1:"));
  EXPECT_THAT(ReadFile(sandbox.first.credentials),
              HasSubstr("\"token_uri\": \"" + sandbox.endpoint + "/token\""));
  const std::string token = ApiCaller(sandbox.endpoint, sandbox.first.credentials).token();
  const std::string call = fmt::format(
      " -H 'Authorization: Bearer {}' -o /dev/null -w '%{{http_code}} %{{http_version}}'"
      " {}/v1/partners/{}/customers",
      token, sandbox.endpoint, sandbox.first.partner);
  EXPECT_EQ(Curl("--http1.1" + call), "200 1.1");
  EXPECT_EQ(Curl("--http2" + call), "200 2");
  EXPECT_EQ(Curl("--no-alpn" + call), "200 1.1");
  EXPECT_EQ(Curl("--tlsv1.2 --tls-max 1.2 --http2" + call), "200 2");
  EXPECT_THAT(Curl("'" + sandbox.endpoint + "/$discovery/rest?version=v1'"),
              HasSubstr("\"rootUrl\": \"" + sandbox.endpoint + "/\""));
  EXPECT_THAT(Curl("http" + sandbox.endpoint.substr(5) + "/v1/customers"),
              AllOf(HasSubstr("\"code\": 400"), HasSubstr("https://")));

  const std::string connect =
      fmt::format("openssl s_client -CAfile {} -connect {} </dev/null -alpn ", dir_ / "ca.pem",
                  sandbox.endpoint.substr(8));
  EXPECT_THAT(Shell(connect + "h2,http/1.1"),
              AllOf(HasSubstr("ALPN protocol: h2"), HasSubstr("Verify return code: 0 (ok)")));
  EXPECT_THAT(Shell(connect + "http/1.1"), HasSubstr("ALPN protocol: http/1.1"));
  EXPECT_THAT(Shell(connect + "spdy/1"), HasSubstr("alert no application protocol"));
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(TlsTest, CommandLine_TrustsTheGivenAuthority) {
  ServerProcess server(SandboxArguments());
  const Sandbox sandbox = ParseSandbox(server.ready_line());
  const std::string file = Write("devices.csv", fmt::format("modemtype,modemid,profiletype,owner\n"
                                                            "IMEI,490154203237518,ZERO_TOUCH,{}\n",
                                                            sandbox.first.customer));
  const std::vector<std::string> claim = {"devices",       "claim",
                                          "--csv",         file,
                                          "--credentials", sandbox.first.credentials,
                                          "--partner",     sandbox.first.partner};
  CliProcess unknown(claim);
  EXPECT_EQ(unknown.Wait(), 1);
  EXPECT_THAT(unknown.err(),
              HasSubstr("for a private certificate authority, give its CA certificate"));

  std::vector<std::string> trusting = claim;
  trusting.insert(trusting.end(), {"--ca-certificate", dir_ / "ca.pem"});
  CliProcess by_flag(trusting);
  EXPECT_EQ(by_flag.Wait(), 0) << by_flag.err();
  for (const char* variable : {"ZEROTOUCH_CA_CERTIFICATE=", "SSL_CERT_FILE="}) {
    CliProcess by_variable(claim, {variable + (dir_ / "ca.pem")});
    EXPECT_EQ(by_variable.Wait(), 0) << by_variable.err();
  }

  trusting.back() = dir_ / "nothing.pem";
  CliProcess missing(trusting);
  EXPECT_EQ(missing.Wait(), 1);
  EXPECT_THAT(missing.err(), AllOf(HasSubstr(dir_ / "nothing.pem"), HasSubstr("--ca-certificate")));
  trusting.back() = file;
  CliProcess no_pem(trusting);
  EXPECT_EQ(no_pem.Wait(), 1);
  EXPECT_THAT(no_pem.err(), HasSubstr(file));
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(TlsTest, Hangup_ReloadsTheCertificate) {
  const std::string database = "sqlite://" + dir_ / "registry.db";
  ServerProcess server(With({"serve", "--database", database}, "cert.pem", "key.pem"));
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  ASSERT_THAT(endpoint, StartsWith("https://127.0.0.1:"));
  EXPECT_EQ(NameShownBy(endpoint), "first\n");
  Renew("second");
  EXPECT_EQ(NameShownBy(endpoint), "first\n");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] { return NameShownBy(endpoint) == "second\n"; }));
  // An invalid certificate is ignored; the next valid one is loaded.
  Write("key.pem", "nothing");
  kill(server.pid(), SIGHUP);
  EXPECT_EQ(NameShownBy(endpoint), "second\n");
  Renew("third");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] { return NameShownBy(endpoint) == "third\n"; }));
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(TlsTest, Metrics_SayWhenTheCertificateExpires) {
  const std::string watched = fmt::format("127.0.0.1:{}", FreePort());
  std::vector<std::string> arguments =
      With({"serve", "--database", "sqlite://" + dir_ / "registry.db", "--metrics-listen", watched},
           "cert.pem", "key.pem");
  ServerProcess server(arguments);
  ASSERT_THAT(server.ready_line(), HasSubstr("https://"));
  const auto days = [&] {
    const std::string name = "\nzerotouch_certificate_expiry_timestamp_seconds ";
    const std::string text = CallUrl("GET", "http://" + watched + "/metrics", "", "").body;
    const size_t at = text.find(name);
    if (at == std::string::npos) return 0.0;
    const absl::Time end =
        absl::FromUnixSeconds(static_cast<int64_t>(std::stod(text.substr(at + name.size()))));
    return absl::ToDoubleHours(end - absl::Now()) / 24;
  };
  EXPECT_NEAR(days(), 30, 0.1);
  Renew("second", 7);
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] { return days() < 10; }));
  EXPECT_NEAR(days(), 7, 0.1);
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(TlsTest, HangupWithoutACertificate_StopsTheServer) {
  ServerProcess server({"serve", "--database", "sqlite://" + dir_ / "registry.db", "--listen",
                        "127.0.0.1:0", "--log-level", "error"});
  ASSERT_THAT(server.ready_line(), HasSubstr("http://"));
  kill(server.pid(), SIGHUP);
  EXPECT_EQ(server.Wait(), 0);
}

TEST_F(TlsTest, InvalidFiles_PreventTheStart) {
  Write("empty.pem", "");
  Write("other.pem", Certificate("other").key_pem());
  std::filesystem::create_directory(dir_ / "folder.pem");
  struct Row {
    const char *certificate, *key, *says;
  };
  const Row rows[] = {
      {"none.pem", "key.pem", "tls-certificate: no such file"},
      {"cert.pem", "none.pem", "tls-key: no such file"},
      {"folder.pem", "key.pem", "tls-certificate: cannot read"},
      {"empty.pem", "key.pem", "holds no certificate in PEM form"},
      {"cert.pem", "empty.pem", "holds no private key in PEM form"},
      {"cert.pem", "other.pem", "does not belong to the first certificate"},
  };
  std::vector<std::pair<std::vector<std::string>, std::string>> runs;
  for (const Row& row : rows) {
    runs.emplace_back(With({"sandbox", "--data-dir", dir_ / "data"}, row.certificate, row.key),
                      row.says);
  }
  runs.emplace_back(std::vector<std::string>{"sandbox", "--data-dir", dir_ / "data",
                                             "--tls-certificate", dir_ / "cert.pem"},
                    "tls-certificate is given without tls-key");
  runs.emplace_back(std::vector<std::string>{"serve", "--database", "sqlite://" + dir_ / "data",
                                             "--tls-key", dir_ / "key.pem"},
                    "tls-key is given without tls-certificate");
  for (const auto& [arguments, says] : runs) {
    const ProgramRun run = RunZerotouchd(arguments);
    EXPECT_EQ(run.exit_code, 1) << says;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(StartsWith("zerotouchd: "), HasSubstr(says)));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
  EXPECT_FALSE(std::filesystem::exists(dir_ / "data")) << "nothing is left half-done";
}

}  // namespace
}  // namespace zerotouch::test
