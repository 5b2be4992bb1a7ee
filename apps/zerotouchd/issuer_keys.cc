// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/issuer_keys.h"

#include <fmt/format.h>

#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "zerotouchd/files.h"
#include "zerotouchd/provider_call.h"

namespace zerotouch::daemon {
absl::StatusOr<std::vector<auth::Issuer>> ReadIssuers(const Settings& settings) {
  if (settings.token_issuers.empty()) return std::vector<auth::Issuer>();
  const absl::StatusOr<std::string> text =
      ReadWholeFile(settings.token_issuers, limits::kIssuersFileBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(fmt::format("token-issuers: {}", MessageOf(text.status())));
  }
  absl::StatusOr<std::vector<auth::Issuer>> issuers = auth::ParseIssuers(*text);
  if (issuers.ok()) return issuers;
  return absl::InvalidArgumentError(
      fmt::format("token-issuers: {}: {}", settings.token_issuers, MessageOf(issuers.status())));
}

absl::StatusOr<std::string> FetchKeySet(const auth::Issuer& issuer) {
  ZT_ASSIGN_OR_RETURN(
      auth::ProviderAnswer answer,
      CallProvider(issuer.ca_file)({.url = issuer.jwks_uri, .form = {}, .basic_auth = {}}));
  if (answer.status != 200) {
    return absl::UnavailableError(
        fmt::format("{}: HTTP status {}", issuer.jwks_uri, answer.status));
  }
  if (answer.body.size() > limits::kKeySetBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{}: more than {} bytes", issuer.jwks_uri, limits::kKeySetBytes));
  }
  return std::move(answer.body);
}

}  // namespace zerotouch::daemon
