// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ACCOUNT_KEYS_H_
#define ZEROTOUCH_AUTH_ACCOUNT_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/key_file.h"
#include "store/accounts.h"

namespace zerotouch::auth {

// A new key of an account: the file for the client, and what the registry keeps.
struct NewKey {
  crypto::KeyFile file;
  store::AccountKey stored;
};

// Generates an RSA key, which takes about 100 ms of one processor. `project` is the name of the
// project in the file, `token_uri` where its
// client gets tokens; it may be set later.
absl::StatusOr<NewKey> GenerateKey(const store::ServiceAccount& account, std::string project,
                                   const std::string& token_uri, absl::Time now);

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ACCOUNT_KEYS_H_
