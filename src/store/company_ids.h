// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_COMPANY_IDS_H_
#define ZEROTOUCH_STORE_COMPANY_IDS_H_

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "store/companies.h"

namespace zerotouch::store {

// Ids for new companies: random numbers of 9 or 10 digits, as the API's own
// samples have them, that nobody has yet.
absl::StatusOr<PartnerId> FreePartnerId(CompanyReads& reads);
absl::StatusOr<CustomerId> FreeCustomerId(CompanyReads& reads);
absl::StatusOr<VendorId> FreeVendorId(CompanyReads& reads);

// An id for a new configuration, random too: with 16 digits it is very likely
// to be free, and every JSON reader can still hold it as a number.
ConfigurationId RandomConfigurationId();

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_COMPANY_IDS_H_
