// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SIGN_IN_H_
#define ZEROTOUCH_ZEROTOUCHD_SIGN_IN_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace zerotouch::auth {
class OidcClient;
}
namespace zerotouch::daemon {

struct Settings;

// Returns the client of the OpenID provider at which people sign in to the portal; null if the
// settings name no provider. INVALID_ARGUMENT says which setting to change. `secret` is that of
// the store.
absl::StatusOr<std::unique_ptr<auth::OidcClient>> MakeOidcClient(const Settings& settings,
                                                                 std::string_view secret);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SIGN_IN_H_
