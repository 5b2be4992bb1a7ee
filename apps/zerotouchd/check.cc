// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/check.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "auth/oidc.h"
#include "base/clock.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "crypto/key_set.h"
#include "store/database_url.h"
#include "store/inspection.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/issuer_keys.h"
#include "zerotouchd/production.h"
#include "zerotouchd/sign_in.h"
#include "zerotouchd/tls_files.h"

namespace zerotouch::daemon {
namespace {

using Findings = std::vector<Finding>;

Finding Ok(std::string_view about, std::string text) {
  return {std::string(about), Verdict::kOk, std::move(text)};
}
Finding Warning(std::string_view about, std::string text) {
  return {std::string(about), Verdict::kWarning, std::move(text)};
}
Finding Error(std::string_view about, const absl::Status& status) {
  return {std::string(about), Verdict::kError, std::string(MessageOf(status))};
}

// Returns whether a program listens on the address, which may be the server itself.
// FAILED_PRECONDITION says why no server could listen there.
absl::StatusOr<bool> IsInUse(const ListenAddress& address) {
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int unresolved =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &found);
  if (unresolved != 0) return absl::FailedPreconditionError(gai_strerror(unresolved));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return absl::FailedPreconditionError(strerror(errno));
  const absl::Cleanup closed = [socket] { close(socket); };
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(socket, found->ai_addr, found->ai_addrlen) == 0) return false;
  if (errno == EADDRINUSE) return true;
  return absl::FailedPreconditionError(strerror(errno));
}

void CheckAddress(std::string_view setting, const std::string& text, const std::string& how,
                  Findings& findings) {
  const absl::StatusOr<bool> is_in_use = IsInUse(*ParseListenAddress(text));
  if (is_in_use.ok()) {
    const char* now = *is_in_use ? "; a program listens there now, such as the running server" : "";
    return findings.push_back(Ok(setting, text + how + now));
  }
  findings.push_back(Error(setting, absl::FailedPreconditionError(fmt::format(
                                        "cannot listen on {}: {}; use an address of this machine "
                                        "and a port that this user may use",
                                        text, MessageOf(is_in_use.status())))));
}

void CheckAddresses(const Settings& settings, Findings& findings) {
  const bool is_private = IsLoopback(*ParseListenAddress(settings.listen));
  if (const absl::Status status = CheckListener(settings); !status.ok()) {
    findings.push_back(Error("listen", status));
  } else {
    const char* how = !settings.tls_certificate.empty() ? " with TLS"
                      : is_private                      ? " without TLS, for this machine only"
                                                        : " without TLS, as --insecure allows";
    CheckAddress("listen", settings.listen, how, findings);
  }
  if (settings.metrics_listen.empty()) return;
  if (const absl::Status status = CheckMetricsListener(settings); !status.ok()) {
    findings.push_back(Error("metrics-listen", status));
  } else {
    CheckAddress("metrics-listen", settings.metrics_listen, "", findings);
  }
}

void CheckTls(const Settings& settings, Findings& findings) {
  const auto tls = LoadTls(settings);
  if (!tls.ok()) return findings.push_back(Error("tls-certificate", tls.status()));
  if (*tls == nullptr) return;
  const absl::Time now = absl::Now();
  const absl::Time until = (*tls)->valid_until();
  const std::string day = absl::FormatTime("%Y-%m-%d", until, absl::UTCTimeZone());
  const std::string& path = settings.tls_certificate;
  const int64_t days = (until - now) / absl::Hours(24);
  if (until < now) {
    findings.push_back(
        Error("tls-certificate", absl::FailedPreconditionError(fmt::format(
                                     "{} expired on {}: clients refuse it; renew it", path, day))));
  } else if ((*tls)->valid_from() > now) {
    findings.push_back(Error(
        "tls-certificate",
        absl::FailedPreconditionError(fmt::format("{} is not valid yet; check the clock", path))));
  } else if (until - now < limits::kCertificateWarning) {
    findings.push_back(Warning(
        "tls-certificate",
        fmt::format("{} expires on {}, in {} days; renew it, then send SIGHUP", path, day, days)));
  } else {
    findings.push_back(
        Ok("tls-certificate",
           fmt::format("{} is valid until {}, for {} days; the key is its own", path, day, days)));
  }
}

void CheckIssuers(const Settings& settings, Findings& findings) {
  const absl::StatusOr<std::vector<auth::Issuer>> issuers = ReadIssuers(settings);
  if (!issuers.ok()) return findings.push_back(Error("token-issuers", issuers.status()));
  for (const auth::Issuer& issuer : *issuers) {
    const absl::StatusOr<std::string> body = FetchKeySet(issuer);
    const auto keys = body.ok() ? crypto::ParseKeySet(*body, limits::kKeySetKeys) : body.status();
    findings.push_back(
        keys.ok() ? Ok("token-issuers", fmt::format("{} has {} keys", issuer.url, keys->size()))
                  : Warning("token-issuers", fmt::format("{}: cannot use its keys ({}); its tokens "
                                                         "are refused until they can be fetched",
                                                         issuer.url, MessageOf(keys.status()))));
  }
}

// Asks the OpenID provider of the portal what a sign-in asks it.
void CheckSignIn(const Settings& settings, Findings& findings) {
  const absl::StatusOr<std::unique_ptr<auth::OidcClient>> client =
      MakeOidcClient(settings, /*secret=*/"");
  if (!client.ok()) return findings.push_back(Error("oidc-issuer", client.status()));
  if (*client == nullptr) return;
  const absl::Status reached = (*client)->Reach();
  findings.push_back(
      reached.ok() ? Ok("oidc-issuer", settings.oidc_issuer + " can be used to sign in")
                   : Warning("oidc-issuer", fmt::format("{}: {}; nobody can sign in to the portal "
                                                        "until it answers",
                                                        settings.oidc_issuer, MessageOf(reached))));
}

void CheckSecrets(const Settings& settings, Findings& findings) {
  for (const SecretFile& file : SecretFilesOf(settings)) {
    struct stat info = {};
    if (stat(file.path.c_str(), &info) != 0) continue;
    const absl::Status status = CheckPrivate(file);
    findings.push_back(status.ok() ? Ok(file.setting, fmt::format("{} has mode {:04o}", file.path,
                                                                  info.st_mode & 07777U))
                                   : Error(file.setting, status));
  }
}

void CheckClock(absl::Duration ahead, Findings& findings) {
  const std::string text = fmt::format(
      "the database's clock is {} {} this machine's",
      absl::FormatDuration(absl::Trunc(absl::AbsDuration(ahead), absl::Milliseconds(1))),
      ahead < absl::ZeroDuration() ? "behind" : "ahead of");
  if (absl::AbsDuration(ahead) <= limits::kClockWarning) {
    return findings.push_back(Ok("clock", text));
  }
  findings.push_back(Warning("clock", text + "; set both by NTP"));
}

// Returns what serve would do with the registry.
std::string ActionFor(const store::Inspection& found) {
  const char* also = found.served ? ", and a server has it open" : "";
  if (found.schema == 0) {
    return fmt::format("there is no registry yet; serve creates one of schema version {}{}",
                       found.newest, also);
  }
  if (found.schema < found.newest) {
    return fmt::format("schema version {}; serve migrates it to {}{}", found.schema, found.newest,
                       also);
  }
  if (found.schema > found.newest) {
    return fmt::format("schema version {} of a newer zerotouchd, which this one of {} can use{}",
                       found.schema, found.newest, also);
  }
  return fmt::format("schema version {}, as this program's{}", found.schema, also);
}

void CheckRegistry(const Settings& settings, Findings& findings) {
  if (settings.database.empty()) return findings.push_back(Error("database", NoDatabase()));
  const absl::StatusOr<store::Inspection> found =
      store::Inspect(settings.database, Clock::System());
  if (!found.ok()) return findings.push_back(Error("database", found.status()));
  findings.push_back(Ok("database", ActionFor(*found)));
  if (found->clock_ahead.has_value()) CheckClock(*found->clock_ahead, findings);
}

void CheckDisk(const Settings& settings, Findings& findings) {
  const auto path = store::SqlitePath(settings.database);
  if (!path.has_value()) return;
  const std::filesystem::path parent = std::filesystem::path(*path).parent_path();
  const std::string folder = parent.empty() ? std::string(".") : parent.string();
  struct statvfs info = {};
  if (statvfs(folder.c_str(), &info) != 0) return;  // the registry has an error then
  const uint64_t bytes = uint64_t{info.f_bavail} * info.f_frsize;
  const std::string text = fmt::format("{} MiB are free in {}", bytes >> 20, folder);
  if (bytes >= limits::kLowDiskBytes) return findings.push_back(Ok("disk", text));
  findings.push_back(Warning("disk", text + "; make room: without any, changes are refused"));
}

std::string_view NameOf(Verdict verdict) {
  constexpr std::string_view kNames[] = {"ok", "warning", "error"};
  return kNames[static_cast<size_t>(verdict)];
}

Verdict WorstOf(const Findings& findings) {
  Verdict worst = Verdict::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

std::string JsonOf(const Findings& findings) {
  std::string json = fmt::format("{{\"verdict\":\"{}\",\"findings\":[", NameOf(WorstOf(findings)));
  for (const Finding& finding : findings) {
    if (&finding != findings.data()) json += ',';
    json += fmt::format("{{\"about\":\"{}\",\"verdict\":\"{}\",\"text\":", finding.about,
                        NameOf(finding.verdict));
    AppendJsonString(finding.text, json);
    json += '}';
  }
  return json + "]}\n";
}

std::string LinesOf(const Findings& findings) {
  std::string lines;
  for (const Finding& finding : findings) {
    lines += fmt::format("{:<8} {:<16} {}\n", NameOf(finding.verdict), finding.about,
                         ForTerminal(finding.text));
  }
  constexpr const char* kSums[] = {"serve would start", "serve would start; see the warnings",
                                   "serve would not start, or not be of use; see the errors"};
  return lines + kSums[static_cast<size_t>(WorstOf(findings))] + "\n";
}

}  // namespace

Findings CheckAll(const absl::StatusOr<Settings>& settings) {
  Findings findings;
  if (!settings.ok()) {
    findings.push_back(Error("settings", settings.status()));
    return findings;
  }
  CheckAddresses(*settings, findings);
  CheckTls(*settings, findings);
  if (const absl::Status status = CheckAuthorityFiles(*settings); !status.ok()) {
    findings.push_back(Error("authorities", status));
  }
  CheckSecrets(*settings, findings);
  CheckIssuers(*settings, findings);
  CheckSignIn(*settings, findings);
  CheckRegistry(*settings, findings);
  CheckDisk(*settings, findings);
  return findings;
}

int RunCheck(const absl::StatusOr<Settings>& settings, bool as_json) {
  log::SetLevel(log::Level::kOff);  // the findings say all
  const Findings findings = CheckAll(settings);
  const std::string text = as_json ? JsonOf(findings) : LinesOf(findings);
  std::fputs(text.c_str(), stdout);
  const Verdict worst = WorstOf(findings);
  return worst == Verdict::kError ? 1 : worst == Verdict::kWarning ? 2 : 0;
}

}  // namespace zerotouch::daemon
