// SPDX-License-Identifier: Apache-2.0
// Refusals of serve in production, the words of check for them, and reloads by SIGHUP.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/certificate.h"
#include "support/postgres_cluster.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/tls_client.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Arguments = std::vector<std::string>;

class ProductionTest : public testing::Test {
 protected:
  ProductionTest() { WriteTls(certificate_); }

  // Writes a file that only its owner can read.
  std::string Write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(dir_ / name, std::ios::trunc) << text;
    chmod((dir_ / name).c_str(), mode);
    return dir_ / name;
  }
  void WriteTls(const Certificate& own) {
    Write("cert.pem", own.pem(), 0644);
    Write("key.pem", own.key_pem());
  }
  std::string Database() const { return "sqlite://" + dir_ / "registry.db"; }
  Arguments With(const std::string& command, const Arguments& more) const {
    Arguments all = {command, "--database", Database(), "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Arguments Tls() const {
    return {"--tls-certificate", dir_ / "cert.pem", "--tls-key", dir_ / "key.pem"};
  }
  // Returns the answer to a GET.
  static std::string Ask(const std::string& endpoint, const std::string& path,
                         const TlsClient::Options& options = {}) {
    const auto port = static_cast<uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    TlsClient client(port, options);
    client.Send(
        fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path));
    return client.Receive();
  }
  // Expects that serve and check refuse these arguments in the same words.
  static void ExpectRefused(const Arguments& arguments, const std::string& says) {
    Arguments command = arguments;
    command.insert(command.begin(), "serve");
    const ProgramRun served = RunZerotouchd(command);
    EXPECT_EQ(served.exit_code, 1);
    EXPECT_EQ(served.out, "");
    EXPECT_THAT(served.err, AllOf(StartsWith("zerotouchd: "), HasSubstr(says)));
    EXPECT_EQ(std::count(served.err.begin(), served.err.end(), '\n'), 1) << served.err;
    command.front() = "check";
    const ProgramRun checked = RunZerotouchd(command);
    EXPECT_EQ(checked.exit_code, 1) << checked.out;
    EXPECT_THAT(checked.out, AllOf(HasSubstr("\nserve would not start"), HasSubstr(says)));
  }

  TempDir dir_;
  const Certificate certificate_{"server", {.valid_until_days = 100}};
};

TEST_F(ProductionTest, ClearTextForOthers_NeedsInsecure) {
  for (const char* listen : {"0.0.0.0:0", "[::]:0"}) {
    ExpectRefused({"--database", Database(), "--listen", listen},
                  std::string("other machines can reach ") + listen);
  }
  EXPECT_FALSE(std::filesystem::exists(dir_ / "registry.db"));
  const Arguments allowed = {"--database", Database(), "--listen", "0.0.0.0:0", "--insecure"};
  Arguments command = allowed;
  command.insert(command.begin(), "check");
  EXPECT_EQ(RunZerotouchd(command).exit_code, 0);
  command.front() = "serve";
  ServerProcess insecure(command);
  EXPECT_THAT(insecure.ready_line(), HasSubstr("http://127.0.0.1:"));
  EXPECT_EQ(insecure.Terminate(), 0);
  Arguments secure = {"serve", "--database", Database(), "--listen", "0.0.0.0:0"};
  for (const std::string& each : Tls()) secure.push_back(each);
  ServerProcess with_tls(secure);
  EXPECT_THAT(with_tls.ready_line(), HasSubstr("https://127.0.0.1:"));
  EXPECT_EQ(with_tls.Terminate(), 0);
}

TEST_F(ProductionTest, FilesWithSecretsThatOthersRead_AreRefused) {
  Arguments arguments = {"--database",  Database(),    "--listen",
                         "127.0.0.1:0", "--log-level", "error"};
  for (const std::string& each : Tls()) arguments.push_back(each);
  const std::string key = dir_ / "key.pem";
  for (const mode_t mode : {0644, 0604, 0602}) {
    chmod(key.c_str(), mode);
    ExpectRefused(arguments,
                  fmt::format("{} {} (mode {:04o}), which holds secrets; run: chmod o= {}",
                              mode == 0602 ? "write" : "read", key, mode, key));
  }
  // The group may read it: services have one of their own.
  chmod(key.c_str(), 0640);
  Arguments serve = arguments;
  serve.insert(serve.begin(), "serve");
  EXPECT_EQ(ServerProcess(serve).Terminate(), 0);
  chmod((dir_ / "registry.db").c_str(), 0644);
  ExpectRefused(arguments, "registry.db (mode 0644)");
}

TEST_F(ProductionTest, PasswordOfTheDatabase_IsKeptFromOthers) {
  const std::string url = "postgresql://user:s3cr3t@127.0.0.1:1/db";
  for (const std::string& given :
       {url, std::string("postgresql://127.0.0.1:1/db?password=s3cr3t")}) {
    ExpectRefused({"--database", given}, "ZEROTOUCH_DATABASE");
    const ProgramRun run = RunZerotouchd({"serve", "--database", given});
    EXPECT_THAT(run.err, AllOf(Not(HasSubstr("s3cr3t")), HasSubstr("--config")));
  }
  const std::string settings = Write(
      "settings.toml", fmt::format("database = \"{}\"\nlisten = \"127.0.0.1:0\"\n", url), 0644);
  ExpectRefused({"--config", settings}, "settings.toml (mode 0644)");
  chmod(settings.c_str(), 0600);
  ExpectRefused({"--config", settings}, "onnect");  // nobody listens there
  // A file without a password may be read.
  Write("settings.toml", fmt::format("database = \"{}\"\nlisten = \"127.0.0.1:0\"\n", Database()),
        0644);
  EXPECT_EQ(RunZerotouchd({"check", "--config", settings}).exit_code, 0);
}

TEST_F(ProductionTest, Check_SaysWhatServeWouldDo_AndDoesNothing) {
  const ProgramRun fresh = RunZerotouchd(With("check", Tls()));
  EXPECT_EQ(fresh.exit_code, 0) << fresh.out << fresh.err;
  EXPECT_THAT(fresh.out, AllOf(HasSubstr("there is no registry yet; serve creates one"),
                               HasSubstr("the key is its own"), HasSubstr("MiB are free in"),
                               HasSubstr("\nserve would start\n")));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "registry.db"));
  {
    ServerProcess server(With("serve", {}));
    ASSERT_NE(server.ready_line(), "");
    const ProgramRun beside = RunZerotouchd(With("check", {"--format", "json"}));
    EXPECT_EQ(beside.exit_code, 0) << beside.out;
    EXPECT_THAT(beside.out, AllOf(StartsWith("{\"verdict\":\"ok\""),
                                  HasSubstr("as this program's, and a server has it open")));
    EXPECT_EQ(server.Terminate(), 0);
  }
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  const std::vector<std::string> before = files();
  EXPECT_THAT(RunZerotouchd(With("check", {})).out, HasSubstr("as this program's\n"));
  EXPECT_EQ(files(), before);
}

TEST_F(ProductionTest, Check_NamesEachFault) {
  const ProgramRun none = RunZerotouchd({"check"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.out, HasSubstr("error    database         no database; give --database"));
  const ProgramRun invalid = RunZerotouchd({"check", "--threads", "0", "--format", "json"});
  EXPECT_EQ(invalid.exit_code, 1);
  EXPECT_THAT(invalid.out, AllOf(StartsWith("{\"verdict\":\"error\""), HasSubstr("threads")));
  Write("registry.db",
        "This is a text of more than a hundred bytes, and so it is not a registry of "
        "devices, nor any other database.");
  ExpectRefused({"--database", Database(), "--listen", "127.0.0.1:0"}, "is not a registry");
  ExpectRefused({"--database", "sqlite:///none/registry.db", "--listen", "127.0.0.1:0"},
                "folder that exists and is writable");
  const ProgramRun elsewhere =
      RunZerotouchd({"check", "--database", Database(), "--listen", "192.0.2.1:0", "--insecure"});
  EXPECT_THAT(elsewhere.out, HasSubstr("cannot listen on 192.0.2.1:0"));
}

TEST_F(ProductionTest, FilesOfAuthorities_AreReadAtTheStart) {
  const std::string missing = dir_ / "none.pem";
  const std::string text = Write("text.pem", "no certificate\n", 0644);
  const std::string key = Write("a-key.pem", certificate_.key_pem(), 0644);
  const std::string good = Write("ca.pem", certificate_.pem(), 0666);
  const Arguments more[] = {
      {"webhook-ca"}, {"oidc-ca", "--oidc-issuer", "https://127.0.0.1:1", "--oidc-client-id", "a"}};
  for (Arguments arguments : more) {
    const std::string setting = arguments.front();
    arguments.front() = "--" + setting;
    for (const auto& [path, says] : {std::pair(missing, ": no such file "), std::pair(text, ": "),
                                     std::pair(key, ": "), std::pair(good, ": every user ")}) {
      Arguments all = With("serve", arguments);
      all.erase(all.begin());
      all.insert(std::find(all.begin(), all.end(), "--" + setting) + 1, path);
      ExpectRefused(all, setting + says);
    }
  }
  chmod(good.c_str(), 0644);
  EXPECT_EQ(RunZerotouchd(With("check", {"--webhook-ca", good})).exit_code, 0);
}

TEST_F(ProductionTest, SettingsOfTheProvider_GoTogether) {
  for (const auto& [setting, value] :
       {std::pair("oidc-client-id", "a"), std::pair("oidc-groups-claim", "groups"),
        std::pair("oidc-client-secret-file", "none")}) {
    Arguments all = With("serve", {std::string("--") + setting, value});
    all.erase(all.begin());
    ExpectRefused(all, fmt::format("{} is given without oidc-issuer", setting));
  }
  Arguments alone = With("serve", {"--oidc-issuer", "https://127.0.0.1:1"});
  alone.erase(alone.begin());
  ExpectRefused(alone, "give --oidc-client-id");
  const ProgramRun away = RunZerotouchd(
      With("check", {"--oidc-issuer", "https://127.0.0.1:1", "--oidc-client-id", "a"}));
  EXPECT_EQ(away.exit_code, 2) << away.out;
  EXPECT_THAT(away.out, HasSubstr("nobody can sign in to the portal until it answers"));
}

TEST_F(ProductionTest, Addresses_MustDiffer_AndCheckSaysWhatIsInUse) {
  ServerProcess server(With("serve", {}));
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  const std::string used = endpoint.substr(endpoint.rfind('/') + 1);
  ExpectRefused({"--database", Database(), "--listen", used, "--metrics-listen", used},
                "metrics-listen: " + used + " is the address of listen too");
  const ProgramRun beside = RunZerotouchd({"check", "--database", Database(), "--listen", used});
  EXPECT_EQ(beside.exit_code, 0) << beside.out;
  EXPECT_THAT(beside.out, HasSubstr("a program listens there now, such as the running server"));
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(ProductionTest, Check_WarnsOfACertificateThatEndsSoon) {
  WriteTls(Certificate("soon", {.valid_until_days = 29}));
  const ProgramRun soon = RunZerotouchd(With("check", Tls()));
  EXPECT_EQ(soon.exit_code, 2);
  EXPECT_THAT(soon.out, AllOf(HasSubstr("warning  tls-certificate"), HasSubstr("in 28 days"),
                              HasSubstr("\nserve would start; see the warnings\n")));
  WriteTls(Certificate("old", {.valid_from_days = -2, .valid_until_days = -1}));
  const ProgramRun expired = RunZerotouchd(With("check", Tls()));
  EXPECT_EQ(expired.exit_code, 1);
  EXPECT_THAT(expired.out, HasSubstr("expired on"));
  Write("key.pem", certificate_.key_pem());
  EXPECT_THAT(RunZerotouchd(With("check", Tls())).out, HasSubstr("does not belong"));
}

TEST_F(ProductionTest, Check_LooksIntoPostgres) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string url = cluster.CreateDatabase();
  const Arguments check = {"check", "--database", url, "--listen", "127.0.0.1:0"};
  const ProgramRun fresh = RunZerotouchd(check);
  EXPECT_EQ(fresh.exit_code, 0) << fresh.out;
  EXPECT_THAT(fresh.out, AllOf(HasSubstr("there is no registry yet"),
                               HasSubstr("ok       clock            the database's clock is ")));
  EXPECT_EQ(RunZerotouchd({"admin", "--database", url, "partners", "create", "--name", "First"})
                .exit_code,
            0);
  EXPECT_THAT(RunZerotouchd(check).out, HasSubstr("as this program's"));
  cluster.Run("UPDATE registry_version SET schema = 3", PostgresCluster::DatabaseOf(url));
  EXPECT_THAT(RunZerotouchd(check).out, HasSubstr("schema version 3; serve migrates it to "));
  cluster.Run("UPDATE registry_version SET schema = 999, oldest_program = 999",
              PostgresCluster::DatabaseOf(url));
  const ProgramRun newer = RunZerotouchd(check);
  EXPECT_EQ(newer.exit_code, 1);
  EXPECT_THAT(newer.out, HasSubstr("it was used by a newer zerotouchd"));
}

TEST_F(ProductionTest, ClientCertificates_AreDemandedWhereAsked) {
  const Certificate authority("authority");
  const Certificate known("known", {.issuer = &authority});
  Arguments more = Tls();
  more.insert(more.end(), {"--tls-client-ca", Write("clients.pem", authority.pem())});
  ServerProcess server(With("serve", more));
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  const auto answer_with = [&](const TlsClient::Options& options) {
    return Ask(endpoint, "/healthz", options).substr(0, 12);
  };
  EXPECT_EQ(answer_with({}), "");
  EXPECT_EQ(answer_with({.certificate = known.pem(), .key = known.key_pem()}), "HTTP/1.1 200");
  // A reload reads the authorities too.
  const Certificate other("other");
  const Certificate late("late", {.issuer = &other});
  Write("clients.pem", authority.pem() + other.pem());
  EXPECT_EQ(answer_with({.certificate = late.pem(), .key = late.key_pem()}), "");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] {
    return answer_with({.certificate = late.pem(), .key = late.key_pem()}) == "HTTP/1.1 200";
  }));
  EXPECT_EQ(server.Terminate(), 0);
  ExpectRefused({"--database", Database(), "--tls-client-ca", dir_ / "clients.pem"},
                "tls-client-ca is given without tls-certificate");
}

TEST_F(ProductionTest, Hangup_ReadsTheSettingsFileAgain) {
  const std::string log = dir_ / "log";
  const auto settings_with = [&](const std::string& more) {
    return Write("settings.toml", fmt::format("tls-certificate = \"{}\"\ntls-key = \"{}\"\n{}",
                                              dir_ / "cert.pem", dir_ / "key.pem", more));
  };
  const std::string file = settings_with("access-log = \"off\"\n");
  ServerProcess server(With("serve", {"--config", file}), log);
  ASSERT_THAT(server.ready_line(), HasSubstr("https://"));
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  const auto calls = [&] {
    EXPECT_THAT(Ask(endpoint, "/v1/nothing"), StartsWith("HTTP/1.1 404"));
    return ReadFile(log);
  };
  EXPECT_THAT(calls(), Not(HasSubstr("/v1/nothing")));
  settings_with("access-log = \"all\"\n");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] { return calls().find("/v1/nothing") != std::string::npos; }));
  EXPECT_THAT(ReadFile(log), HasSubstr("\"message\":\"settings read\""));
  settings_with("worker-threads = 3\n");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil(
      [&] { return ReadFile(log).find("take effect after a restart") != std::string::npos; }));
  settings_with("access-log = \"some\"\n");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] {
    return ReadFile(log).find("cannot read the settings; keeping the current ones") !=
           std::string::npos;
  }));
  // A key that others can read is not taken.
  Write("key.pem", certificate_.key_pem(), 0644);
  settings_with("");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(WaitUntil([&] { return ReadFile(log).find("chmod o=") != std::string::npos; }));
  EXPECT_EQ(server.Terminate(), 0);
}

}  // namespace
}  // namespace zerotouch::test
