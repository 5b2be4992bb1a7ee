// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_AUTH_TOKEN_H_
#define ZEROTOUCH_ZEROTOUCH_AUTH_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "zerotouch/command.h"
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

// Returns the OAuth 2.0 scope that --scope means: the words `reseller` and
// `customer` stand for the scopes of this API; a text with "://" is taken as it
// is. INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> ScopeOf(const std::string& text);

// Runs `zerotouch auth token`: exchanges an assertion signed by the key file for
// an access token (JWT-bearer grant, RFC 7523) at the file's token_uri, and
// prints the token and a line feed on standard output.
ExitCode RunToken(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_AUTH_TOKEN_H_
