// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_HTTP_FAULT_H_
#define ZEROTOUCH_WIRE_HTTP_FAULT_H_

#include "absl/status/status.h"
#include "http/fault.h"

namespace zerotouch::wire {

// Returns the public error for a fault that the HTTP engine found.
absl::Status StatusOf(const http::Fault& fault);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_HTTP_FAULT_H_
