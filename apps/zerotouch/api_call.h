// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_API_CALL_H_
#define ZEROTOUCH_ZEROTOUCH_API_CALL_H_

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Runs `zerotouch api METHOD PATH`: sends the call, signed unless its path begins with
// /sandbox/, and prints the body of the answer as it came; on a terminal with control
// characters escaped.
ExitCode RunApiCall(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_API_CALL_H_
