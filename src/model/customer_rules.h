// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CUSTOMER_RULES_H_
#define ZEROTOUCH_MODEL_CUSTOMER_RULES_H_

#include "base/ids.h"
#include "model/device.h"
#include "model/outcome.h"

// The rules for changes that customers make to their devices; pure functions, like
// those of rules.h. A device that is not claimed for the customer, or null, is
// unknown to it.
namespace zerotouch {

// Returns true if a claim of either section is held for the customer.
bool IsOwnedBy(CustomerId customer, const DeviceState& device);

// Applies `configuration`, one of the customer's, to the device, or removes the
// device's configuration if it is not set. The device must have a zero-touch claim.
ItemResult DecideConfiguration(CustomerId caller, ConfigurationId configuration,
                               DeviceState* device);

// Gives up the zero-touch claim, whichever reseller made it. The device stays
// visible to that reseller, and a SIM-lock claim stays held.
ItemResult DecideCustomerUnclaim(CustomerId caller, DeviceState* device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CUSTOMER_RULES_H_
