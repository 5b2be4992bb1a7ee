// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_FAULT_CHECK_H_
#define ZEROTOUCH_SANDBOX_FAULT_CHECK_H_

#include <string_view>
#include <vector>

#include "base/violation.h"
#include "sandbox/fault_rules.h"

namespace zerotouch::sandbox {

// Returns all that is wrong with a rule that a caller sends. Fields are named as in
// JSON.
std::vector<Violation> CheckFault(const proto::Fault& fault, const MethodNames& names);

// Returns true if items of this method, a full RPC name, can get results from rules.
bool IsBatchMethod(std::string_view method);

// Returns the error of a rule that passed the check.
errors::MadeError ErrorOf(const proto::FaultError& error);

// Returns a duration of a message; infinite if it is out of range.
absl::Duration DurationOf(const google::protobuf::Duration& duration);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_FAULT_CHECK_H_
