// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/tls_files.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "terminal/typed_text.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

absl::StatusOr<http::PemFile> ReadPem(const char* setting, const std::string& path) {
  absl::StatusOr<std::optional<std::string>> content = ReadSmallFile(path);
  if (!content.ok()) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", setting, MessageOf(content.status())));
  }
  if (!content->has_value()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: no such file {}; give the path of a PEM file", setting,
                    terminal::WithoutPasswords(path)));
  }
  return http::PemFile{path, **std::move(content)};
}

void LogValidity(const http::TlsContext& tls, const std::string& path) {
  const auto text = [](absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); };
  const absl::Time now = absl::Now();
  const char* wrong = now > tls.valid_until()  ? "the TLS certificate has expired"
                      : now < tls.valid_from() ? "the TLS certificate is not valid yet"
                      : tls.valid_until() - now < limits::kCertificateWarning
                          ? "the TLS certificate expires soon"
                          : nullptr;
  if (wrong == nullptr) {
    log::Info("TLS certificate read", {{"file", path}, {"valid_until", text(tls.valid_until())}});
  } else {
    log::Warning(wrong, {{"file", path},
                         {"valid_from", text(tls.valid_from())},
                         {"valid_until", text(tls.valid_until())}});
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const http::TlsContext>> LoadTls(const Settings& settings) {
  const bool certificate_given = !settings.tls_certificate.empty();
  if (certificate_given != !settings.tls_key.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is given without {}; give both files, or neither for plain HTTP",
                    certificate_given ? "tls-certificate" : "tls-key",
                    certificate_given ? "tls-key" : "tls-certificate"));
  }
  if (!certificate_given && !settings.tls_client_ca.empty()) {
    return absl::InvalidArgumentError(
        "tls-client-ca is given without tls-certificate; clients send certificates only in TLS: "
        "give tls-certificate and tls-key too");
  }
  if (!certificate_given) return nullptr;
  ZT_ASSIGN_OR_RETURN(const http::PemFile certificate,
                      ReadPem("tls-certificate", settings.tls_certificate));
  ZT_ASSIGN_OR_RETURN(const http::PemFile key, ReadPem("tls-key", settings.tls_key));
  if (settings.tls_client_ca.empty()) return http::TlsContext::Create(certificate, key);
  ZT_ASSIGN_OR_RETURN(const http::PemFile authorities,
                      ReadPem("tls-client-ca", settings.tls_client_ca));
  return http::TlsContext::Create(certificate, key, &authorities);
}

absl::StatusOr<std::shared_ptr<const http::TlsContext>> ReadTls(const Settings& settings) {
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<const http::TlsContext> tls, LoadTls(settings));
  if (tls != nullptr) LogValidity(*tls, settings.tls_certificate);
  return tls;
}

absl::Status CheckAuthorityFiles(const Settings& settings) {
  struct AuthorityFile {
    const char* setting;
    const char* of_whom;
    const std::string& path;
  };
  const AuthorityFile files[] = {
      {"webhook-ca", "the receivers of webhooks", settings.webhook_ca},
      {"oidc-ca", "the OpenID provider", settings.oidc_ca},
  };
  for (const AuthorityFile& file : files) {
    if (file.path.empty()) continue;
    ZT_ASSIGN_OR_RETURN(const http::PemFile pem, ReadPem(file.setting, file.path));
    ZT_RETURN_IF_ERROR(http::CheckAuthorities(file.setting, file.of_whom, pem));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::daemon
