// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_DEVICES_H_
#define ZEROTOUCH_ZEROTOUCH_DEVICES_H_

#include "zerotouch/command.h"
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

// Run `zerotouch devices claim`, `unclaim` and `metadata`: one device by flags, or the rows
// of a CSV file. Print errors to standard error.
ExitCode RunClaim(const Invocation& invocation);
ExitCode RunUnclaim(const Invocation& invocation);
ExitCode RunMetadata(const Invocation& invocation);

// Run `zerotouch devices apply-configuration` and `remove-configuration`: one device by
// flags, or a call for each row of a CSV file.
ExitCode RunApplyConfiguration(const Invocation& invocation);
ExitCode RunRemoveConfiguration(const Invocation& invocation);

// Run `zerotouch devices get`, `find`, `history` and `list`.
ExitCode RunDeviceGet(const Invocation& invocation);
ExitCode RunDeviceFind(const Invocation& invocation);
ExitCode RunDeviceHistory(const Invocation& invocation);
ExitCode RunDeviceList(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICES_H_
