// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SANDBOX_BOOT_H_
#define ZEROTOUCH_ZEROTOUCH_SANDBOX_BOOT_H_

#include <string>

#include "absl/status/statusor.h"
#include "zerotouch/command.h"

namespace zerotouch::cli {

// Returns what a phone would show, from the JSON answer of devices:boot: the company, the
// message, whom to call, the DPC, the extras, and the setup QR code as block characters.
// Safe for a terminal.
absl::StatusOr<std::string> BootText(const std::string& answer);

// Runs `zerotouch sandbox boot`.
ExitCode RunBoot(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SANDBOX_BOOT_H_
