// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CONFIGURATIONS_H_
#define ZEROTOUCH_ZEROTOUCH_CONFIGURATIONS_H_

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Run `zerotouch configurations create`, `update` and `apply`. Print errors to standard
// error.
ExitCode RunConfigurationCreate(const Invocation& invocation);
ExitCode RunConfigurationUpdate(const Invocation& invocation);
ExitCode RunConfigurationsApply(const Invocation& invocation);
// Runs `zerotouch configurations lint`.
ExitCode RunConfigurationsLint(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CONFIGURATIONS_H_
