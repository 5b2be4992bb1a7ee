// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_COMPANIES_H_
#define ZEROTOUCH_SERVICE_COMPANIES_H_

#include <string>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "store/companies.h"

namespace zerotouch::service {

// Returns the customer as an API resource with `name`, without the input-only
// fields (owner addresses and language).
api::Company CompanyOf(std::string name, const store::Customer& customer);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_COMPANIES_H_
