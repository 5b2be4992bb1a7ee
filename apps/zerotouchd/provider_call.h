// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_PROVIDER_CALL_H_
#define ZEROTOUCH_ZEROTOUCHD_PROVIDER_CALL_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "auth/oidc.h"

namespace zerotouch::daemon {

// Returns OK if `url` is https, or http on loopback: secrets are sent to it. The error continues
// the text "invalid …".
absl::Status CheckProviderUrl(std::string_view url);

// Calls the identity provider by https, or by http on loopback, without following redirects.
// `ca_file` is a PEM file of authorities; empty: those of the system.
auth::ProviderCall CallProvider(const std::string& ca_file);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_PROVIDER_CALL_H_
