// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
#define ZEROTOUCH_WIRE_PUBLIC_ERROR_H_

#include "absl/status/status.h"

namespace zerotouch::wire {

// Returns the error that a caller sees for `status`. Errors made for callers
// (errors.h) are returned unchanged. An internal failure is logged with its text and
// becomes errors::Unavailable if it may be transient (UNAVAILABLE, ABORTED),
// errors::TooBusy (RESOURCE_EXHAUSTED) or errors::Internal.
absl::Status PublicError(const absl::Status& status);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
