// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
#define ZEROTOUCH_WIRE_PUBLIC_ERROR_H_

#include "absl/status/status.h"

namespace zerotouch::wire {

// Returns the error that a caller gets for `status`. A public error (errors.h) is
// returned as it is. An internal error is logged with its text, and becomes
// errors::Unavailable if it is transient (UNAVAILABLE, ABORTED), errors::TooBusy
// (RESOURCE_EXHAUSTED), errors::ChangeUnknown if a commit was not confirmed (UNKNOWN),
// or errors::Internal.
absl::Status PublicError(const absl::Status& status);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PUBLIC_ERROR_H_
