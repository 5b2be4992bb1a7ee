// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CUSTOMER_RULES_H_
#define ZEROTOUCH_MODEL_CUSTOMER_RULES_H_

#include "base/ids.h"
#include "model/device.h"
#include "model/outcome.h"

// What customers may do with devices that were claimed for them; as the rules
// of rules.h. A device that nobody claimed for the customer counts as unknown,
// and so does one given as null.
namespace zerotouch {

// Whether a claim of any section is held for the customer.
bool IsOwnedBy(CustomerId customer, const DeviceState& device);

// Puts `configuration`, one of the customer's, on the device; none takes it off.
// The device must be claimed for zero touch.
ItemResult DecideConfiguration(CustomerId caller, ConfigurationId configuration,
                               DeviceState* device);

// Gives up the zero-touch claim, whichever reseller's. It stays visible to that
// reseller; a SIM-lock claim stays held.
ItemResult DecideCustomerUnclaim(CustomerId caller, DeviceState* device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CUSTOMER_RULES_H_
