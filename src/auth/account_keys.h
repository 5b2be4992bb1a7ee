// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_ACCOUNT_KEYS_H_
#define ZEROTOUCH_SANDBOX_ACCOUNT_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/key_file.h"
#include "store/accounts.h"

namespace zerotouch::sandbox {

// A new key of an account: the file for the client, and what the registry keeps.
struct NewKey {
  crypto::KeyFile file;
  store::AccountKey stored;
};

// Generates an RSA key, which takes about 100 ms of one processor. `token_uri` is where its
// client gets tokens; it may be set later.
absl::StatusOr<NewKey> GenerateKey(const store::ServiceAccount& account,
                                   const std::string& token_uri, absl::Time now);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_ACCOUNT_KEYS_H_
