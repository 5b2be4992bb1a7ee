// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/sign_in.h"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <utility>

#include "auth/oidc.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "zerotouchd/provider_call.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {
namespace {

// Returns the first line of a file with a secret; an empty text if there is no file.
absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string secret;
  if (!std::getline(file, secret) || secret.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("cannot read a secret from {}; check --oidc-client-secret-file", path));
  }
  if (secret.ends_with('\r')) secret.pop_back();
  return secret;
}

}  // namespace

absl::StatusOr<std::unique_ptr<auth::OidcClient>> MakeOidcClient(const Settings& settings,
                                                                 std::string_view secret) {
  if (settings.oidc_issuer.empty()) {
    const std::pair<const char*, const std::string&> others[] = {
        {"oidc-client-id", settings.oidc_client_id},
        {"oidc-client-secret-file", settings.oidc_client_secret_file},
        {"oidc-groups-claim", settings.oidc_groups_claim},
        {"oidc-ca", settings.oidc_ca}};
    for (const auto& [setting, value] : others) {
      if (value.empty()) continue;
      return absl::InvalidArgumentError(fmt::format(
          "{} is given without oidc-issuer; give the issuer URL of the provider too", setting));
    }
    return nullptr;
  }
  if (settings.oidc_client_id.empty()) {
    return absl::InvalidArgumentError("give --oidc-client-id with --oidc-issuer");
  }
  ZT_ASSIGN_OR_RETURN(const std::string client_secret,
                      ReadSecret(settings.oidc_client_secret_file));
  return std::make_unique<auth::OidcClient>(
      auth::OidcSettings{.issuer = settings.oidc_issuer,
                         .client_id = settings.oidc_client_id,
                         .client_secret = client_secret,
                         .groups_claim = settings.oidc_groups_claim},
      CallProvider(settings.oidc_ca), secret, Clock::System());
}

}  // namespace zerotouch::daemon
