// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_COMPANY_IDS_H_
#define ZEROTOUCH_STORE_COMPANY_IDS_H_

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "store/companies.h"

namespace zerotouch::store {

// Return an unused id for a new company: a random number of 9 or 10 digits, as in
// the API's samples.
absl::StatusOr<PartnerId> FreePartnerId(CompanyReads& reads);
absl::StatusOr<CustomerId> FreeCustomerId(CompanyReads& reads);
absl::StatusOr<VendorId> FreeVendorId(CompanyReads& reads);

// Returns a random id for a new configuration. With 16 digits it is very likely
// unused, and every JSON reader can still represent it as a number.
ConfigurationId RandomConfigurationId();

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_COMPANY_IDS_H_
