// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/ascii.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/database_url.h"
#include "terminal/typed_text.h"
#include "webhook/policy.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/provider_call.h"
#include "zerotouchd/setting_values.h"
#include "zerotouchd/settings_file.h"

namespace zerotouch::daemon {
namespace {

constexpr char kVariablePrefix[] = "ZEROTOUCH_";
constexpr char kItemsPerSecond[] = "operation-items-per-second";
constexpr char kDatabase[] = "database";

// Variables of the `zerotouch` CLI, which are often set in the same shell.
constexpr std::string_view kClientVariables[] = {
    "ZEROTOUCH_ENDPOINT", "ZEROTOUCH_PARTNER",  "ZEROTOUCH_CREDENTIALS",
    "ZEROTOUCH_FORMAT",   "ZEROTOUCH_CUSTOMER", "ZEROTOUCH_CA_CERTIFICATE"};

absl::Status ReadListen(std::string_view text, Settings& settings) {
  if (!ParseListenAddress(text).has_value()) {
    return Invalid(text, "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  }
  settings.listen = text;
  return absl::OkStatus();
}

absl::Status ReadDataDir(std::string_view text, Settings& settings) {
  if (text.empty()) return Invalid(text, "the path of a folder");
  settings.data_dir = text;
  return absl::OkStatus();
}

absl::Status ReadDatabase(std::string_view text, Settings& settings) {
  // The value is not printed, because it may hold a password.
  if (text.find(':') == std::string_view::npos) {
    return absl::InvalidArgumentError(
        "value: use sqlite:///path/to/registry.db or postgresql://user@host/database");
  }
  settings.database = text;
  return absl::OkStatus();
}

absl::Status ReadTlsCertificate(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.tls_certificate);
}

absl::Status ReadTlsKey(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.tls_key);
}

absl::Status ReadTlsClientCa(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.tls_client_ca);
}

absl::Status ReadTokenIssuers(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.token_issuers, "JSON");
}

absl::Status ReadInsecure(std::string_view text, Settings& settings) {
  return ReadBool(text, settings.insecure);
}

absl::Status ReadPublicUrl(std::string_view text, Settings& settings) {
  const std::optional<Endpoint> endpoint = ParsePublicUrl(text);
  if (!endpoint.has_value()) {
    return Invalid(text, "scheme and host, such as https://zerotouch.example.com");
  }
  settings.public_url = endpoint->http;
  return absl::OkStatus();
}

absl::Status ReadLenient(std::string_view text, Settings& settings) {
  return ReadBool(text, settings.lenient_identifiers);
}

bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

absl::Status ReadMetadataKeys(std::string_view text, Settings& settings) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string key = AsciiLower(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (key.empty() || key.size() > limits::kMetadataKeyBytes ||
        !std::all_of(key.begin(), key.end(), IsKeyCharacter)) {
      return Invalid(key, "keys of letters, digits, '_', '-' and '.', separated by commas");
    }
    keys.push_back(std::move(key));
  }
  settings.metadata_keys = std::move(keys);
  return absl::OkStatus();
}

absl::Status ReadThreads(std::string_view text, Settings& settings) {
  return ReadNumber(text, 1, limits::kEventLoops, settings.threads);
}

absl::Status ReadWorkerThreads(std::string_view text, Settings& settings) {
  return ReadNumber(text, 1, 1024, settings.worker_threads);
}

absl::Status ReadOperationWorkers(std::string_view text, Settings& settings) {
  return ReadNumber(text, 1, 64, settings.operation_workers);
}

absl::Status ReadLogLevel(std::string_view text, Settings& settings) {
  constexpr std::pair<std::string_view, log::Level> kLevels[] = {{"debug", log::Level::kDebug},
                                                                 {"info", log::Level::kInfo},
                                                                 {"warning", log::Level::kWarning},
                                                                 {"error", log::Level::kError}};
  for (const auto& [name, level] : kLevels) {
    if (text != name) continue;
    settings.log_level = level;
    return absl::OkStatus();
  }
  return Invalid(text, "debug, info, warning or error");
}

absl::Status ReadAccessLog(std::string_view text, Settings& settings) {
  constexpr std::pair<std::string_view, log::Access> kLines[] = {
      {"off", log::Access::kOff}, {"errors", log::Access::kErrors}, {"all", log::Access::kAll}};
  for (const auto& [name, access] : kLines) {
    if (text != name) continue;
    settings.access_log = access;
    return absl::OkStatus();
  }
  return Invalid(text, "off, errors or all");
}

absl::Status ReadMetricsListen(std::string_view text, Settings& settings) {
  if (!ParseListenAddress(text).has_value()) {
    return Invalid(text, "HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464");
  }
  settings.metrics_listen = text;
  return absl::OkStatus();
}

absl::Status ReadMaxBodyBytes(std::string_view text, Settings& settings) {
  return ReadBytes(text, 1024, uint64_t{1} << 30, settings.max_body_bytes);
}

absl::Status ReadMemoryLimit(std::string_view text, Settings& settings) {
  return ReadBytes(text, limits::kLeastMemoryBytes, limits::kMostMemoryBytes,
                   settings.memory_limit);
}

absl::Status ReadDrainSeconds(std::string_view text, Settings& settings) {
  return ReadNumber(text, 0, 3600, settings.drain_seconds);
}

absl::Status ReadQuota(std::string_view text, std::optional<int64_t>& out) {
  int64_t quota = 0;
  ZT_RETURN_IF_ERROR(ReadNumber(text, int64_t{0}, limits::kLargestQuota, quota));
  out = quota;
  return absl::OkStatus();
}

absl::Status ReadCallQuota(std::string_view text, Settings& settings) {
  return ReadQuota(text, settings.quota_per_100s);
}

absl::Status ReadTokenQuota(std::string_view text, Settings& settings) {
  return ReadQuota(text, settings.token_quota_per_minute);
}

absl::Status ReadPeerQuota(std::string_view text, Settings& settings) {
  return ReadQuota(text, settings.token_quota_per_peer);
}

absl::Status ReadOtlpEndpoint(std::string_view text, Settings& settings) {
  const webhook::Policy any{.any_url = true, .allowed = {}, .ca_file = {}};
  if (any.Refuse(std::string(text)).has_value()) {
    return Invalid(text, "the URL of a collector, such as http://127.0.0.1:4318");
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  settings.otlp_endpoint = text;
  return absl::OkStatus();
}

absl::Status ReadWebhookCa(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.webhook_ca);
}

absl::Status ReadWebhookAllow(std::string_view text, Settings& settings) {
  std::vector<std::string> blocks;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view block = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!webhook::AddressBlock::Parse(block).has_value()) {
      return Invalid(block, "blocks of addresses, such as 10.0.0.0/8 or fd00::/8");
    }
    blocks.emplace_back(block);
  }
  settings.webhook_allow = std::move(blocks);
  return absl::OkStatus();
}

absl::Status ReadItemsPerSecond(std::string_view text, Settings& settings) {
  return ReadNumber(text, 0.0, 1e6, settings.operation_items_per_second);
}

absl::Status ReadControls(std::string_view text, Settings& settings) {
  return ReadOnOff(text, settings.controls);
}

absl::Status ReadPortal(std::string_view text, Settings& settings) {
  return ReadOnOff(text, settings.portal);
}

absl::Status ReadOidcIssuer(std::string_view text, Settings& settings) {
  ZT_RETURN_IF_ERROR(CheckProviderUrl(text));
  settings.oidc_issuer = text;
  return absl::OkStatus();
}

absl::Status ReadOidcClientId(std::string_view text, Settings& settings) {
  return ReadNotEmpty(text, "the id of this server's client at the provider",
                      settings.oidc_client_id);
}

absl::Status ReadOidcSecretFile(std::string_view text, Settings& settings) {
  return ReadNotEmpty(text, "the path of a file", settings.oidc_client_secret_file);
}

absl::Status ReadOidcGroupsClaim(std::string_view text, Settings& settings) {
  return ReadNotEmpty(text, "the name of a claim, such as groups", settings.oidc_groups_claim);
}

absl::Status ReadOidcCa(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.oidc_ca);
}

absl::Status ReadSeedName(std::string_view text, Settings& settings) {
  return ReadFileName(text, settings.seed, "JSON");
}

absl::Status ReadExec(std::string_view text, Settings& settings) {
  if (text.empty()) return Invalid(text, "a command, such as 'npm test'");
  settings.exec = text;
  return absl::OkStatus();
}

// `check` has the settings of `serve`.
constexpr uint8_t kServers = kSandbox | kServe | kCheck;

constexpr Setting kSettings[] = {
    {"listen", "HOST:PORT", "127.0.0.1:8080", "Address for HTTP and gRPC; port 0 picks a free port",
     kServers, false, ReadListen},
    {"data-dir", "DIR", "",
     "Folder of the sandbox: registry, key files and sandbox.json (sandbox only; default: "
     "zerotouch-sandbox)",
     kSandbox | kAdmin, false, ReadDataDir},
    {kDatabase, "URL", "",
     "Registry: sqlite:///absolute/path.db, or postgresql://user@host/database for several "
     "replicas (default in a sandbox: registry.db in its folder)",
     kServers | kAdmin, false, ReadDatabase},
    {"tls-certificate", "FILE", "",
     "PEM file of the TLS certificate and the intermediate certificates; SIGHUP reloads it and "
     "the key (default: no TLS)",
     kServers, false, ReadTlsCertificate},
    {"tls-key", "FILE", "", "PEM file of the private key of the certificate, without a passphrase",
     kServers, false, ReadTlsKey},
    {"tls-client-ca", "FILE", "",
     "PEM file of the authorities of client certificates; clients without one are refused "
     "(default: no client certificates)",
     kServers, false, ReadTlsClientCa},
    {"insecure", "", "false",
     "Serve clear text on an address that other machines can reach, for a TLS proxy in front",
     kServe | kCheck, false, ReadInsecure},
    {"public-url", "URL", "",
     "URL of the server for clients behind a proxy, such as https://zerotouch.example.com",
     kServers, false, ReadPublicUrl},
    {"token-issuers", "FILE", "",
     "JSON file of OpenID providers whose tokens are accepted, and the accounts they stand for",
     kServers, false, ReadTokenIssuers},
    {"lenient-identifiers", "", "false", "Accept 15-digit IMEIs with a wrong check digit", kServers,
     false, ReadLenient},
    {"metadata-keys", "KEY,...", "", "Metadata keys to accept in addition to those of the API",
     kServers, true, ReadMetadataKeys},
    {"threads", "N", "",
     "Number of event loops, each on a thread of its own (default: one for each processor)",
     kServers, false, ReadThreads},
    {"worker-threads", "N", "16", "Maximum number of requests that may block, handled in parallel",
     kServers, false, ReadWorkerThreads},
    {"operation-workers", "N", "2",
     "Maximum number of batches run in parallel, at most one for each partner", kServers, false,
     ReadOperationWorkers},
    {"log-level", "LEVEL", "info", "Least severe level to log: debug, info, warning or error",
     kServers, false, ReadLogLevel},
    {"access-log", "CALLS", "",
     "Calls that have a line in the log: off, errors (answered with 400 and above) or all "
     "(default: errors in serve, all in sandbox)",
     kServers, false, ReadAccessLog},
    {"metrics-listen", "HOST:PORT", "",
     "Address for /metrics, /healthz and /readyz, such as 127.0.0.1:9464; port 0 picks a free "
     "port, which the log says (default: off)",
     kServers | kHealth, false, ReadMetricsListen},
    {"max-body-bytes", "BYTES", "64MiB",
     "Maximum size of a request body, in bytes after decompression", kServers, false,
     ReadMaxBodyBytes},
    {"memory-limit", "BYTES", "512MiB",
     "Maximum memory in bytes for requests, answers and batches in progress, in addition to what "
     "an idle server uses",
     kServers, false, ReadMemoryLimit},
    {"drain-seconds", "SECONDS", "10",
     "Time in seconds for requests in flight to finish at shutdown", kServers, false,
     ReadDrainSeconds},
    {"quota-per-100s", "N", "",
     "Maximum number of calls of each account in 100 seconds; 0 is no limit (default: 1000 in "
     "serve, 0 in sandbox)",
     kServers, false, ReadCallQuota},
    {"token-quota-per-minute", "N", "",
     "Maximum number of access tokens for each account in a minute; 0 is no limit (default: 60 in "
     "serve, 0 in sandbox)",
     kServers, false, ReadTokenQuota},
    {"token-quota-per-peer", "N", "",
     "Maximum number of token requests from each client address in a minute; 0 is no limit "
     "(default: 600 in serve, 0 in sandbox)",
     kServers, false, ReadPeerQuota},
    {"otlp-endpoint", "URL", "",
     "Base URL of a collector of traces (OTLP over HTTP), such as http://127.0.0.1:4318 "
     "(default: none)",
     kServers, false, ReadOtlpEndpoint},
    {"webhook-ca", "FILE", "",
     "PEM file of certificate authorities for the receivers of webhooks, beside those of the "
     "system",
     kServers, false, ReadWebhookCa},
    {"webhook-allow", "CIDR,...", "",
     "Blocks of addresses that webhooks may lead to although they are not of the Internet, such "
     "as 10.0.0.0/8",
     kServers, true, ReadWebhookAllow},
    {kItemsPerSecond, "N", "0",
     "Speed limit of each batch in items per second, for tests; 0 is full speed", kSandbox, false,
     ReadItemsPerSecond},
    {"seed", "FILE", "", "JSON file from which a new sandbox makes its registry", kSandbox, false,
     ReadSeedName},
    {"exec", "COMMAND", "",
     "Run a command with the variables of zerotouch env, then stop and return its exit code",
     kSandbox, false, ReadExec},
    {"controls", "on|off", "on", "Serve the controls of the sandbox under /sandbox/", kSandbox,
     false, ReadControls},
    {"portal", "on|off", "on", "Serve the portal, the registry in a browser, under /portal/",
     kServers, false, ReadPortal},
    {"oidc-issuer", "URL", "",
     "OpenID provider at which people sign in to the portal: its issuer URL, to the letter",
     kServe | kCheck, false, ReadOidcIssuer},
    {"oidc-client-id", "ID", "", "Id of this server's client at the OpenID provider",
     kServe | kCheck, false, ReadOidcClientId},
    {"oidc-client-secret-file", "FILE", "",
     "File with the secret of this server's client (default: a public client)", kServe | kCheck,
     false, ReadOidcSecretFile},
    {"oidc-groups-claim", "CLAIM", "",
     "Claim of the ID token with a person's groups, such as groups (default: groups are not used)",
     kServe | kCheck, false, ReadOidcGroupsClaim},
    {"oidc-ca", "FILE", "",
     "PEM file of the authority of the OpenID provider's certificate (default: the system's)",
     kServe | kCheck, false, ReadOidcCa},
};

std::string VariableOf(std::string_view name) {
  std::string variable = kVariablePrefix;
  for (const char c : name) {
    variable += c == '-' ? '_' : AsciiUpper(c);
  }
  return variable;
}

bool IsKnownVariable(std::string_view variable) {
  return variable == "ZEROTOUCH_CONFIG" ||
         std::find(std::begin(kClientVariables), std::end(kClientVariables), variable) !=
             std::end(kClientVariables) ||
         std::any_of(std::begin(kSettings), std::end(kSettings),
                     [&](const Setting& setting) { return VariableOf(setting.name) == variable; });
}

absl::Status CheckVariables(const std::map<std::string, std::string>& variables) {
  for (const auto& [variable, text] : variables) {
    if (!variable.starts_with(kVariablePrefix) || IsKnownVariable(variable)) continue;
    return absl::InvalidArgumentError(
        fmt::format("unknown variable {}; unset it, or see zerotouchd serve --help (the variable "
                    "of --log-level is ZEROTOUCH_LOG_LEVEL)",
                    variable));
  }
  return absl::OkStatus();
}

// Returns the settings of the file; empty if no file is given.
absl::StatusOr<GivenTexts> ReadFile(const GivenTexts& flags,
                                    const std::map<std::string, std::string>& variables) {
  if (const auto flag = flags.find("config"); flag != flags.end()) {
    return ReadSettingsFile(flag->second.text);
  }
  if (const auto variable = variables.find("ZEROTOUCH_CONFIG"); variable != variables.end()) {
    return ReadSettingsFile(variable->second);
  }
  return GivenTexts();
}

// Returns the value of `name` from its first source; nullopt if no source has it.
std::optional<GivenText> Given(const std::string& name, const GivenTexts& flags,
                               const std::map<std::string, std::string>& variables,
                               const GivenTexts& file) {
  if (const auto flag = flags.find(name); flag != flags.end()) return flag->second;
  const std::string variable = VariableOf(name);
  if (const auto set = variables.find(variable); set != variables.end()) {
    return GivenText{set->second, variable};
  }
  if (const auto line = file.find(name); line != file.end()) return line->second;
  return std::nullopt;
}

absl::Status CheckSwitches(Command command, const Setting& setting, const GivenText& given) {
  if ((command != kServe && command != kCheck) || setting.commands != kSandbox) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{} (from {}) is for tests and is not allowed in serve; remove it, or run "
                  "zerotouchd sandbox",
                  setting.name, given.source));
}

// Checks where the URL of the database, with which a password may come, was given.
// Notes the settings file if it holds a password.
absl::Status CheckPassword(const GivenTexts& flags, const GivenTexts& file,
                           const std::map<std::string, std::string>& variables,
                           Settings& settings) {
  if (!store::HasPassword(settings.database)) return absl::OkStatus();
  if (flags.find(kDatabase) != flags.end()) {
    return absl::InvalidArgumentError(
        "database (from --database): the URL has a password, which every user of this machine "
        "can see in the list of processes; give it in the settings file (--config) or in the "
        "variable ZEROTOUCH_DATABASE");
  }
  const auto line = file.find(kDatabase);
  if (line == file.end() || variables.find(VariableOf(kDatabase)) != variables.end()) {
    return absl::OkStatus();
  }
  // The source of a line is FILE:LINE.
  settings.secret_file = line->second.source.substr(0, line->second.source.rfind(':'));
  return absl::OkStatus();
}

}  // namespace

std::span<const Setting> SettingTable() { return kSettings; }

absl::StatusOr<Settings> ResolveSettings(Command command, const GivenTexts& flags,
                                         const std::map<std::string, std::string>& variables) {
  ZT_RETURN_IF_ERROR(CheckVariables(variables));
  ZT_ASSIGN_OR_RETURN(const GivenTexts file, ReadFile(flags, variables));
  Settings settings;
  for (const Setting& setting : kSettings) {
    const std::optional<GivenText> given = Given(setting.name, flags, variables, file);
    if (!given.has_value()) continue;
    ZT_RETURN_IF_ERROR(CheckSwitches(command, setting, *given));
    const absl::Status status = setting.read(given->text, settings);
    if (status.ok()) continue;
    return absl::InvalidArgumentError(
        fmt::format("{} (from {}): invalid {}", setting.name, given->source, MessageOf(status)));
  }
  ZT_RETURN_IF_ERROR(CheckPassword(flags, file, variables, settings));
  return settings;
}

}  // namespace zerotouch::daemon
