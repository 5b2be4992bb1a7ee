// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_CONFIGURATIONS_H_
#define ZEROTOUCH_STORE_SQLITE_CONFIGURATIONS_H_

#include "store/companies.h"
#include "store/sqlite/connection.h"

// The configurations of CompanyReads and CompanyWrites, on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<std::vector<Configuration>> ListConfigurations(Connection& db, CustomerId customer);
absl::StatusOr<std::optional<Configuration>> FindConfiguration(Connection& db, CustomerId customer,
                                                               ConfigurationId id);
absl::Status PutConfiguration(Connection& db, const Configuration& configuration);
absl::Status RemoveConfiguration(Connection& db, CustomerId customer, ConfigurationId id);

// Whether a device uses the configuration given.
extern const char kConfigurationInUse[];

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_CONFIGURATIONS_H_
