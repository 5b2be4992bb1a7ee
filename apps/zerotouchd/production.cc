// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/production.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "store/database_url.h"
#include "terminal/typed_text.h"
#include "zerotouchd/endpoint.h"

namespace zerotouch::daemon {
namespace {

std::vector<SecretFile> SettingsFilesOf(const Settings& settings) {
  std::vector<SecretFile> files;
  if (!settings.tls_key.empty()) files.push_back({"tls-key", settings.tls_key});
  if (!settings.secret_file.empty()) files.push_back({"config", settings.secret_file});
  if (!settings.oidc_client_secret_file.empty()) {
    files.push_back({"oidc-client-secret-file", settings.oidc_client_secret_file});
  }
  const std::pair<const char*, const std::string&> trusted[] = {
      {"token-issuers", settings.token_issuers},
      {"tls-client-ca", settings.tls_client_ca},
      {"oidc-ca", settings.oidc_ca},
      {"webhook-ca", settings.webhook_ca}};
  for (const auto& [setting, path] : trusted) {
    if (!path.empty()) files.push_back({setting, path, /*is_secret=*/false});
  }
  return files;
}

std::vector<SecretFile> RegistryFilesOf(const Settings& settings) {
  const auto path = store::SqlitePath(settings.database);
  if (!path.has_value()) return {};
  return {{"database", *path}, {"database", *path + "-wal"}};
}

}  // namespace

absl::Status CheckListener(const Settings& settings) {
  const std::optional<ListenAddress> address = ParseListenAddress(settings.listen);
  const bool has_tls = !settings.tls_certificate.empty();
  if (has_tls || settings.insecure || !address.has_value() || IsLoopback(*address)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      fmt::format("listen: other machines can reach {}, and it has no TLS: they would send their "
                  "credentials in clear text; give --tls-certificate and --tls-key, listen on "
                  "127.0.0.1, or give --insecure if a TLS proxy is in front of it",
                  settings.listen));
}

absl::Status CheckMetricsListener(const Settings& settings) {
  const std::optional<ListenAddress> calls = ParseListenAddress(settings.listen);
  const std::optional<ListenAddress> metrics = ParseListenAddress(settings.metrics_listen);
  if (!calls.has_value() || !metrics.has_value() || calls->port == 0 ||
      calls->port != metrics->port || calls->host != metrics->host) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("metrics-listen: {} is the address of listen too; choose another port",
                  settings.metrics_listen));
}

absl::Status NoDatabase() {
  return absl::InvalidArgumentError(
      "no database; give --database sqlite:///var/lib/zerotouch/registry.db or "
      "--database postgresql://user@host/database");
}

std::vector<SecretFile> SecretFilesOf(const Settings& settings) {
  std::vector<SecretFile> files = SettingsFilesOf(settings);
  for (SecretFile& file : RegistryFilesOf(settings)) files.push_back(std::move(file));
  return files;
}

absl::Status CheckPrivate(const SecretFile& file) {
  struct stat info = {};
  if (stat(file.path.c_str(), &info) != 0) return absl::OkStatus();
  const unsigned mode = info.st_mode & 07777U;
  const bool is_read = file.is_secret && (mode & S_IROTH) != 0;
  const bool is_written = (mode & S_IWOTH) != 0;
  if (!S_ISREG(info.st_mode) || (!is_read && !is_written)) return absl::OkStatus();
  const std::string path = terminal::WithoutPasswords(file.path);
  return absl::FailedPreconditionError(
      fmt::format("{}: every user of this machine can {} {} (mode {:04o}), which {}; run: chmod "
                  "{} {}",
                  file.setting, is_read ? "read" : "write", path, mode,
                  file.is_secret ? "holds secrets" : "decides who is who",
                  file.is_secret ? "o=" : "o-w", path));
}

absl::Status CheckSettingsFiles(const Settings& settings) {
  for (const SecretFile& file : SettingsFilesOf(settings)) ZT_RETURN_IF_ERROR(CheckPrivate(file));
  return absl::OkStatus();
}

absl::Status CheckRegistryFiles(const Settings& settings) {
  for (const SecretFile& file : RegistryFilesOf(settings)) ZT_RETURN_IF_ERROR(CheckPrivate(file));
  return absl::OkStatus();
}

}  // namespace zerotouch::daemon
