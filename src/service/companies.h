// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_COMPANIES_H_
#define ZEROTOUCH_SERVICE_COMPANIES_H_

#include <string>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "store/companies.h"

namespace zerotouch::service {

// A customer as the API shows it, under the name that the caller knows it by.
// Owner addresses and language are input only.
api::Company CompanyOf(std::string name, const store::Customer& customer);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_COMPANIES_H_
