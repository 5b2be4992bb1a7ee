// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ISSUER_KEYS_H_
#define ZEROTOUCH_ZEROTOUCHD_ISSUER_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/issuers.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Returns the issuers in the file of `token-issuers`; none if it is not given. An error is
// one line that names the file.
absl::StatusOr<std::vector<auth::Issuer>> ReadIssuers(const Settings& settings);

// Fetches the key set of an issuer from the URL of the settings, by libcurl: without
// redirects, at most limits::kKeySetBytes and limits::kKeySetTimeout.
absl::StatusOr<std::string> FetchKeySet(const auth::Issuer& issuer);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ISSUER_KEYS_H_
