// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_CREDENTIALS_H_
#define ZEROTOUCH_CLIENT_CREDENTIALS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/keys.h"

namespace zerotouch::client {

// Google's URL of this API.
inline constexpr std::string_view kGoogleEndpoint =
    "https://androiddeviceprovisioning.googleapis.com";

// The OAuth 2.0 scope of reseller methods.
inline constexpr std::string_view kResellerScope =
    "https://www.googleapis.com/auth/androidworkprovisioning";

// The OAuth 2.0 scope of customer methods.
inline constexpr std::string_view kCustomerScope =
    "https://www.googleapis.com/auth/androidworkzerotouchemm";

// A service account that calls the API. Immutable, thread-safe.
struct Credentials {
  std::string email;
  std::string key_id;
  crypto::PrivateKey key;
  std::string token_uri;  // the token endpoint

  // Returns the root URL of the API that the key is for, without a slash at the end:
  // Google's if token_uri is Google's, else the root of token_uri.
  std::string DefaultEndpoint() const;
};

// Reads a service-account key file in Google's JSON format. Errors are one line that
// names the file and shows no part of its content.
absl::StatusOr<Credentials> ReadCredentials(const std::string& path);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_CREDENTIALS_H_
