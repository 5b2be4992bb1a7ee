// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
#define ZEROTOUCH_WIRE_PUBLIC_ERROR_H_

#include "absl/status/status.h"

namespace zerotouch::wire {

// What a caller is told of `status`. An error made for callers (errors.h) is
// passed on as it is. A failure inside is logged with its text, and becomes
// errors::Unavailable if it may have gone by the next attempt (UNAVAILABLE,
// ABORTED), errors::TooBusy (RESOURCE_EXHAUSTED) or errors::Internal.
absl::Status PublicError(const absl::Status& status);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
