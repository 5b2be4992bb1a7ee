// SPDX-License-Identifier: Apache-2.0
#include "store/company_ids.h"

#include "base/random.h"
#include "base/status_macros.h"

namespace zerotouch::store {
namespace {

constexpr int kAttempts = 10;

int64_t RandomNumber() { return RandomBetween(100'000'000, 9'999'999'999); }

}  // namespace

absl::StatusOr<PartnerId> FreePartnerId(CompanyReads& reads) {
  for (int i = 0; i < kAttempts; ++i) {
    const PartnerId id(RandomNumber());
    ZT_ASSIGN_OR_RETURN(const std::optional<Partner> taken, reads.FindPartner(id));
    if (!taken.has_value()) return id;
  }
  return absl::InternalError("found no free partner id");
}

absl::StatusOr<CustomerId> FreeCustomerId(CompanyReads& reads) {
  for (int i = 0; i < kAttempts; ++i) {
    const CustomerId id(RandomNumber());
    ZT_ASSIGN_OR_RETURN(const std::optional<Customer> taken, reads.FindCustomer(id));
    if (!taken.has_value()) return id;
  }
  return absl::InternalError("found no free customer id");
}

absl::StatusOr<VendorId> FreeVendorId(CompanyReads& reads) {
  for (int i = 0; i < kAttempts; ++i) {
    const VendorId id(RandomNumber());
    ZT_ASSIGN_OR_RETURN(const std::optional<Vendor> taken, reads.FindVendor(id));
    if (!taken.has_value()) return id;
  }
  return absl::InternalError("found no free vendor id");
}

ConfigurationId RandomConfigurationId() {
  return ConfigurationId(RandomBetween(1'000'000'000'000'000, 8'999'999'999'999'999));
}

}  // namespace zerotouch::store
