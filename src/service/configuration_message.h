// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_CONFIGURATION_MESSAGE_H_
#define ZEROTOUCH_SERVICE_CONFIGURATION_MESSAGE_H_

#include "base/ids.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "store/companies.h"

namespace zerotouch::service {

// Returns the API's message of a stored configuration.
api::Configuration ConfigurationMessage(const store::Configuration& stored);

// Returns what to store. `message` must be valid (CheckConfiguration).
store::Configuration StoredConfiguration(CustomerId customer, ConfigurationId id,
                                         const api::Configuration& message);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_CONFIGURATION_MESSAGE_H_
