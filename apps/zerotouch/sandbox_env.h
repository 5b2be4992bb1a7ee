// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SANDBOX_ENV_H_
#define ZEROTOUCH_ZEROTOUCH_SANDBOX_ENV_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "zerotouch/command.h"
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

// Returns the `export` lines for the first reseller of the sandbox in
// `data_dir`, and for that reseller's first customer: ZEROTOUCH_ENDPOINT,
// ZEROTOUCH_PARTNER, ZEROTOUCH_CUSTOMER, ZEROTOUCH_CREDENTIALS and
// GOOGLE_APPLICATION_CREDENTIALS. Reads `data_dir`/sandbox.json. With `customer`, the
// credentials are that customer's. INVALID_ARGUMENT if the file is missing or is not a
// sandbox's.
absl::StatusOr<std::string> SandboxExports(const std::string& data_dir, int64_t customer = 0);

// Returns the key file of a customer that the sandbox in `data_dir` lists; empty if there is
// no such file or customer.
std::string CustomerKeyFile(const std::string& data_dir, int64_t customer);

// Runs `zerotouch env`: prints SandboxExports on standard output, for `eval`.
ExitCode RunEnv(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SANDBOX_ENV_H_
