// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_FAULT_MATCH_H_
#define ZEROTOUCH_SANDBOX_FAULT_MATCH_H_

#include "sandbox/fault_rules.h"

namespace zerotouch::sandbox {

// Returns true if the call is for this reseller: the one that its path names, else the
// caller's.
bool IsForPartner(const FaultCall& call, int64_t partner);

// The same for a customer. A caller may have several.
bool IsForCustomer(const FaultCall& call, int64_t customer);

// Returns true if `request` names the device anywhere: by its id, also in a resource
// name, or by one of the identifiers.
bool NamesDevice(const google::protobuf::Message& request, const proto::FaultDevice& device);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_FAULT_MATCH_H_
