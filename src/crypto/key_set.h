// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_KEY_SET_H_
#define ZEROTOUCH_CRYPTO_KEY_SET_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/keys.h"

namespace zerotouch::crypto {

// A key of a key set, for signatures.
struct SetKey {
  std::string key_id;  // kid; empty if absent
  PublicKey key;
};

// Returns the keys of a JWK Set (RFC 7517) that sign by RS256 or ES256. Skips other keys,
// as section 5 says, and malformed ones. INVALID_ARGUMENT if it is no JWK Set, has more
// than `most` keys, or none that can be used.
absl::StatusOr<std::vector<SetKey>> ParseKeySet(std::string_view json, size_t most);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_KEY_SET_H_
