// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_KEY_FILE_H_
#define ZEROTOUCH_CRYPTO_KEY_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace zerotouch::crypto {

// A service-account key in Google's JSON key format
// (https://google.aip.dev/auth/4112).
struct KeyFile {
  std::string project_id;
  std::string private_key_id;
  std::string private_key;  // PKCS #8 PEM; a secret
  std::string client_email;
  std::string client_id;
  std::string auth_uri;
  std::string token_uri;
  std::string universe_domain = "googleapis.com";
};

// Parses a key file, with or without a byte-order mark. Returns INVALID_ARGUMENT
// that names the missing or invalid field, never its value.
absl::StatusOr<KeyFile> ParseKeyFile(std::string_view json);

// Returns the key file as pretty-printed JSON, `"type": "service_account"` first.
std::string WriteKeyFile(const KeyFile& file);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_KEY_FILE_H_
