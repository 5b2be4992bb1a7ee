// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_SIGNATURE_H_
#define ZEROTOUCH_WEBHOOK_SIGNATURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Secrets and signatures as in Standard Webhooks (standardwebhooks.com, version 1).
namespace zerotouch::webhook {

// Returns the bytes of a secret (`whsec_` and base64); nullopt unless it has 24 to 64 of them.
std::optional<std::string> ParseSecret(std::string_view secret);

std::string FormatSecret(std::string_view key);

// Returns the bytes of a new secret, which nobody can guess.
std::string NewKey();

// Returns the value of `webhook-signature`: `v1,` and the base64 of the HMAC-SHA-256 of
// `id.timestamp.body`. `timestamp` is in seconds since 1970.
std::string Sign(std::string_view key, std::string_view id, int64_t timestamp,
                 std::string_view body);

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_SIGNATURE_H_
