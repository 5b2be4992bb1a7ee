// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/settings.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/status_text.h"
#include "support/temp_dir.h"

namespace zerotouch::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

GivenTexts Flags(const Variables& texts) {
  GivenTexts flags;
  for (const auto& [name, text] : texts) flags[name] = {text, "--" + name};
  return flags;
}

Settings Resolve(Command command, const Variables& flags, const Variables& variables = {}) {
  absl::StatusOr<Settings> settings = ResolveSettings(command, Flags(flags), variables);
  EXPECT_TRUE(settings.ok()) << MessageOf(settings.status());
  return settings.ok() ? *settings : Settings();
}

std::string ErrorOf(Command command, const Variables& flags, const Variables& variables = {}) {
  const absl::StatusOr<Settings> settings = ResolveSettings(command, Flags(flags), variables);
  std::string message(MessageOf(settings.status()));
  EXPECT_FALSE(settings.ok());
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

std::string FileWith(const test::TempDir& dir, const std::string& content) {
  std::string path = dir / "zerotouchd.toml";
  std::ofstream(path) << content;
  return path;
}

TEST(Settings, NothingGiven_IsTheDefaultsThatHelpNames) {
  Settings from_table;
  for (const Setting& setting : SettingTable()) {
    if (*setting.by_default == '\0') continue;
    ASSERT_TRUE(setting.read(setting.by_default, from_table).ok()) << setting.name;
  }
  EXPECT_EQ(from_table, Settings());
  EXPECT_EQ(Resolve(kSandbox, {}), Settings());
}

// A setting, its texts in each source, and how they are then read.
struct Row {
  std::string name, variable, flag_text, variable_text, toml;
  std::function<std::string(const Settings&)> shown;
  std::string by_flag, by_variable, by_file;
};

std::vector<Row> MoreRows() {
  const auto access = [](const Settings& s) {
    return std::to_string(static_cast<int>(s.access_log.value_or(log::Access::kAll)));
  };
  return {
      {"tls-client-ca", "ZEROTOUCH_TLS_CLIENT_CA", "a", "b", "\"c\"",
       [](const Settings& s) { return s.tls_client_ca; }, "a", "b", "c"},
      {"token-issuers", "ZEROTOUCH_TOKEN_ISSUERS", "a", "b", "\"c\"",
       [](const Settings& s) { return s.token_issuers; }, "a", "b", "c"},
      {"insecure", "ZEROTOUCH_INSECURE", "true", "false", "true",
       [](const Settings& s) { return std::string(s.insecure ? "1" : "0"); }, "1", "0", "1"},
      {"portal", "ZEROTOUCH_PORTAL", "off", "on", "\"off\"",
       [](const Settings& s) { return std::string(s.portal ? "on" : "off"); }, "off", "on", "off"},
      {"oidc-issuer", "ZEROTOUCH_OIDC_ISSUER", "https://a", "https://b/", "\"https://c\"",
       [](const Settings& s) { return s.oidc_issuer; }, "https://a", "https://b/", "https://c"},
      {"oidc-client-id", "ZEROTOUCH_OIDC_CLIENT_ID", "a", "b", "\"c\"",
       [](const Settings& s) { return s.oidc_client_id; }, "a", "b", "c"},
      {"oidc-client-secret-file", "ZEROTOUCH_OIDC_CLIENT_SECRET_FILE", "a", "b", "\"c\"",
       [](const Settings& s) { return s.oidc_client_secret_file; }, "a", "b", "c"},
      {"oidc-groups-claim", "ZEROTOUCH_OIDC_GROUPS_CLAIM", "a", "b", "\"c\"",
       [](const Settings& s) { return s.oidc_groups_claim; }, "a", "b", "c"},
      {"oidc-ca", "ZEROTOUCH_OIDC_CA", "a", "b", "\"c\"",
       [](const Settings& s) { return s.oidc_ca; }, "a", "b", "c"},
      {"quota-per-100s", "ZEROTOUCH_QUOTA_PER_100S", "0", "2", "3",
       [](const Settings& s) { return std::to_string(s.quota_per_100s.value_or(-1)); }, "0", "2",
       "3"},
      {"token-quota-per-minute", "ZEROTOUCH_TOKEN_QUOTA_PER_MINUTE", "0", "2", "3",
       [](const Settings& s) { return std::to_string(s.token_quota_per_minute.value_or(-1)); }, "0",
       "2", "3"},
      {"token-quota-per-peer", "ZEROTOUCH_TOKEN_QUOTA_PER_PEER", "0", "2", "3",
       [](const Settings& s) { return std::to_string(s.token_quota_per_peer.value_or(-1)); }, "0",
       "2", "3"},
      {"seed", "ZEROTOUCH_SEED", "a", "b", "\"c\"", [](const Settings& s) { return s.seed; }, "a",
       "b", "c"},
      {"exec", "ZEROTOUCH_EXEC", "a", "b", "\"c\"", [](const Settings& s) { return s.exec; }, "a",
       "b", "c"},
      {"controls", "ZEROTOUCH_CONTROLS", "off", "on", "\"off\"",
       [](const Settings& s) { return std::string(s.controls ? "on" : "off"); }, "off", "on",
       "off"},
      {"access-log", "ZEROTOUCH_ACCESS_LOG", "off", "errors", "\"all\"", access, "0", "1", "2"},
      {"metrics-listen", "ZEROTOUCH_METRICS_LISTEN", "127.0.0.1:1", "127.0.0.1:2",
       "\"127.0.0.1:3\"", [](const Settings& s) { return s.metrics_listen; }, "127.0.0.1:1",
       "127.0.0.1:2", "127.0.0.1:3"},
      {"otlp-endpoint", "ZEROTOUCH_OTLP_ENDPOINT", "http://a:4318/", "http://b", "\"https://c/x\"",
       [](const Settings& s) { return s.otlp_endpoint; }, "http://a:4318", "http://b",
       "https://c/x"},
      {"webhook-ca", "ZEROTOUCH_WEBHOOK_CA", "a", "b", "\"c\"",
       [](const Settings& s) { return s.webhook_ca; }, "a", "b", "c"},
      {"webhook-allow", "ZEROTOUCH_WEBHOOK_ALLOW", "10.0.0.0/8,fd00::/8", "::1",
       "[\"127.0.0.1\", \"::1\"]",
       [](const Settings& s) { return fmt::format("{}", fmt::join(s.webhook_allow, " ")); },
       "10.0.0.0/8 fd00::/8", "::1", "127.0.0.1 ::1"},
  };
}

TEST(Settings, EverySetting_IsTakenFromFlagThenVariableThenFile) {
  std::vector<Row> rows = {
      {"listen", "ZEROTOUCH_LISTEN", "127.0.0.1:1", "127.0.0.1:2", "\"127.0.0.1:3\"",
       [](const Settings& s) { return s.listen; }, "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"},
      {"data-dir", "ZEROTOUCH_DATA_DIR", "a", "b", "\"c\"",
       [](const Settings& s) { return s.data_dir; }, "a", "b", "c"},
      {"database", "ZEROTOUCH_DATABASE", "sqlite:a", "sqlite:b", "\"sqlite:c\"",
       [](const Settings& s) { return s.database; }, "sqlite:a", "sqlite:b", "sqlite:c"},
      {"tls-certificate", "ZEROTOUCH_TLS_CERTIFICATE", "a", "b", "\"c\"",
       [](const Settings& s) { return s.tls_certificate; }, "a", "b", "c"},
      {"tls-key", "ZEROTOUCH_TLS_KEY", "a", "b", "\"c\"",
       [](const Settings& s) { return s.tls_key; }, "a", "b", "c"},
      {"public-url", "ZEROTOUCH_PUBLIC_URL", "https://a/", "http://b:81", "\"https://c\"",
       [](const Settings& s) { return s.public_url; }, "https://a", "http://b:81", "https://c"},
      {"lenient-identifiers", "ZEROTOUCH_LENIENT_IDENTIFIERS", "true", "false", "true",
       [](const Settings& s) { return std::string(s.lenient_identifiers ? "1" : "0"); }, "1", "0",
       "1"},
      {"threads", "ZEROTOUCH_THREADS", "1", "2", "3",
       [](const Settings& s) { return std::to_string(s.threads); }, "1", "2", "3"},
      {"worker-threads", "ZEROTOUCH_WORKER_THREADS", "1", "2", "3",
       [](const Settings& s) { return std::to_string(s.worker_threads); }, "1", "2", "3"},
      {"operation-workers", "ZEROTOUCH_OPERATION_WORKERS", "1", "4", "3",
       [](const Settings& s) { return std::to_string(s.operation_workers); }, "1", "4", "3"},
      {"log-level", "ZEROTOUCH_LOG_LEVEL", "debug", "warning", "\"error\"",
       [](const Settings& s) { return std::to_string(static_cast<int>(s.log_level)); },
       std::to_string(static_cast<int>(log::Level::kDebug)),
       std::to_string(static_cast<int>(log::Level::kWarning)),
       std::to_string(static_cast<int>(log::Level::kError))},
      {"max-body-bytes", "ZEROTOUCH_MAX_BODY_BYTES", "1024", "2048", "4096",
       [](const Settings& s) { return std::to_string(s.max_body_bytes); }, "1024", "2048", "4096"},
      {"memory-limit", "ZEROTOUCH_MEMORY_LIMIT", "64MiB", "67108865", "\"1GiB\"",
       [](const Settings& s) { return std::to_string(s.memory_limit); }, "67108864", "67108865",
       "1073741824"},
      {"drain-seconds", "ZEROTOUCH_DRAIN_SECONDS", "0", "1", "2",
       [](const Settings& s) { return std::to_string(s.drain_seconds); }, "0", "1", "2"},
      {"operation-items-per-second", "ZEROTOUCH_OPERATION_ITEMS_PER_SECOND", "1", "2", "3.0",
       [](const Settings& s) { return std::to_string(int(s.operation_items_per_second)); }, "1",
       "2", "3"},
      {"metadata-keys", "ZEROTOUCH_METADATA_KEYS", "Asset,b", "c", "[\"d\", \"e\"]",
       [](const Settings& s) {
         std::string all;
         for (const std::string& key : s.metadata_keys) all += key + ";";
         return all;
       },
       "asset;b;", "c;", "d;e;"},
  };
  for (Row& row : MoreRows()) rows.push_back(std::move(row));
  EXPECT_EQ(rows.size(), SettingTable().size());
  for (const Row& row : rows) {
    const test::TempDir dir;
    const std::string file = FileWith(dir, row.name + " = " + row.toml + "\n");
    const Variables variable = {{row.variable, row.variable_text}};
    const Variables config = {{"config", file}};
    const Variables config_and_flag = {{"config", file}, {row.name, row.flag_text}};
    EXPECT_EQ(row.shown(Resolve(kSandbox, config_and_flag, variable)), row.by_flag) << row.name;
    EXPECT_EQ(row.shown(Resolve(kSandbox, config, variable)), row.by_variable) << row.name;
    EXPECT_EQ(row.shown(Resolve(kSandbox, config)), row.by_file) << row.name;
    EXPECT_EQ(row.shown(Resolve(kSandbox, {}, {{"ZEROTOUCH_CONFIG", file}})), row.by_file);
  }
}

TEST(Settings, UnknownKeyInFile_IsNamedWithItsLine) {
  const test::TempDir dir;
  const std::string file = FileWith(dir, "listen = \"127.0.0.1:0\"\n\nlisen = 1\n");
  EXPECT_THAT(ErrorOf(kServe, {{"config", file}}),
              HasSubstr(file + ":3: unknown setting \"lisen\""));
}

TEST(Settings, WrongFile_IsNamedWithItsLine) {
  const test::TempDir dir;
  EXPECT_THAT(ErrorOf(kServe, {{"config", FileWith(dir, "[listen]\n")}}),
              HasSubstr(":1: invalid listen"));
  EXPECT_THAT(ErrorOf(kServe, {{"config", FileWith(dir, "\nlisten =")}}),
              HasSubstr("invalid TOML"));
  EXPECT_THAT(ErrorOf(kServe, {{"config", dir / "none"}}), HasSubstr("no such file"));
  EXPECT_THAT(ErrorOf(kServe, {{"config", dir.path()}}), HasSubstr(dir.path()));
  EXPECT_THAT(ErrorOf(kServe, {{"config", FileWith(dir, "metadata-keys = [1]")}}),
              HasSubstr("list of texts"));
}

TEST(Settings, UnknownVariable_IsNamed) {
  EXPECT_THAT(ErrorOf(kServe, {}, {{"ZEROTOUCH_LISEN", "x"}}), HasSubstr("ZEROTOUCH_LISEN"));
  EXPECT_EQ(Resolve(kServe, {}, {{"ZEROTOUCH_ENDPOINT", "x"}, {"PATH", "/"}}), Settings());
}

TEST(Settings, WrongValue_IsNamedWithItsSource) {
  EXPECT_THAT(ErrorOf(kServe, {{"worker-threads", "0"}}),
              HasSubstr("worker-threads (from --worker-threads): invalid \"0\": use a number"));
  for (const char* threads : {"0", "257", "-1", "2.5", "two", ""}) {
    EXPECT_THAT(ErrorOf(kServe, {{"threads", threads}}),
                HasSubstr(std::string("threads (from --threads): invalid \"") + threads +
                          "\": use a number from 1 to 256"));
  }
  EXPECT_THAT(ErrorOf(kServe, {}, {{"ZEROTOUCH_LOG_LEVEL", "loud"}}),
              HasSubstr("log-level (from ZEROTOUCH_LOG_LEVEL): invalid \"loud\""));
  const test::TempDir dir;
  const std::string file = FileWith(dir, "listen = 8080\n");
  EXPECT_THAT(ErrorOf(kServe, {{"config", file}}), HasSubstr("listen (from " + file + ":1)"));
  for (const char* listen : {"", "8080", "host", "host:", ":80", "host:65536", "::1:80", "[a]:1"}) {
    ErrorOf(kServe, {{"listen", listen}});
  }
  for (const char* url : {"", "zerotouch", "ftp://a", "https://", "https://a/b", "http://a:b"}) {
    ErrorOf(kServe, {{"public-url", url}});
  }
  ErrorOf(kServe, {{"metrics-listen", "9464"}});
  ErrorOf(kServe, {{"access-log", "some"}});
  ErrorOf(kServe, {{"lenient-identifiers", "maybe"}});
  ErrorOf(kSandbox, {{"operation-items-per-second", "nan"}});
  ErrorOf(kServe, {{"metadata-keys", "a,,b"}});
  ErrorOf(kServe, {{"metadata-keys", "a b"}});
  ErrorOf(kServe, {{"max-body-bytes", "64MB"}});
  ErrorOf(kServe, {{"memory-limit", "67108863"}});
  for (const char* bytes : {"512MB", "63MiB", "1025GiB", "99999999999999999999", "MiB", "-1MiB"}) {
    ErrorOf(kServe, {{"memory-limit", bytes}});
  }
}

TEST(Settings, Password_IsNeverPrinted_WhereverTheUrlIsGiven) {
  EXPECT_THAT(ErrorOf(kServe, {{"database", "secret"}}), testing::Not(HasSubstr("secret")));
  const std::string url = "postgresql://user:secret@host/db";
  for (const char* setting :
       {"listen", "public-url", "lenient-identifiers", "worker-threads", "log-level", "config"}) {
    EXPECT_THAT(ErrorOf(kServe, {{setting, url}}), testing::Not(HasSubstr("secret"))) << setting;
  }
  const test::TempDir dir;
  for (const char* line : {"database = ", "database = \"", "database: ", "listen = '", ""}) {
    const std::string error = ErrorOf(kServe, {{"config", FileWith(dir, line + url + "\n")}});
    EXPECT_THAT(error, testing::Not(HasSubstr("secret"))) << error;
  }
}

TEST(Settings, Password_IsRefusedWhereOthersSeeIt) {
  const std::string url = "postgresql://user:secret@host/db";
  for (const Command command : {kSandbox, kServe, kCheck, kAdmin}) {
    EXPECT_THAT(ErrorOf(command, {{"database", url}}), HasSubstr("ZEROTOUCH_DATABASE"));
    EXPECT_THAT(ErrorOf(command, {{"database", "postgresql://host/db?password=x"}}),
                HasSubstr("--config"));
  }
  const test::TempDir dir;
  const std::string file = FileWith(dir, "database = '" + url + "'\n");
  EXPECT_EQ(Resolve(kServe, {{"config", file}}).secret_file, file);
  // The file's password is not used, but it is there: only what is used is looked at.
  const Settings by_variable = Resolve(kServe, {{"config", file}}, {{"ZEROTOUCH_DATABASE", url}});
  EXPECT_EQ(by_variable.secret_file, "");
  EXPECT_EQ(by_variable.database, url);
  EXPECT_EQ(Resolve(kServe, {{"database", "postgresql://user@host/db"}}).secret_file, "");
}

TEST(Settings, Serve_RefusesTestSwitchesWhereverTheyComeFrom) {
  const test::TempDir dir;
  const std::string file = FileWith(dir, "operation-items-per-second = 10\n");
  for (const std::string& error :
       {ErrorOf(kServe, {{"operation-items-per-second", "10"}}),
        ErrorOf(kServe, {}, {{"ZEROTOUCH_OPERATION_ITEMS_PER_SECOND", "10"}}),
        ErrorOf(kServe, {{"config", file}}), ErrorOf(kServe, {{"controls", "on"}}),
        ErrorOf(kServe, {}, {{"ZEROTOUCH_CONTROLS", "off"}})}) {
    EXPECT_THAT(error, HasSubstr("is for tests and is not allowed in serve"));
  }
  EXPECT_EQ(Resolve(kSandbox, {{"config", file}}).operation_items_per_second, 10);
}

}  // namespace
}  // namespace zerotouch::daemon
