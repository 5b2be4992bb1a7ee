// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_COMPANIES_H_
#define ZEROTOUCH_STORE_SQLITE_COMPANIES_H_

#include "store/companies.h"
#include "store/sqlite/connection.h"

// CompanyReads and CompanyWrites on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<std::vector<Partner>> ListPartners(Connection& db);
absl::StatusOr<std::optional<Partner>> FindPartner(Connection& db, PartnerId id);
absl::StatusOr<Page<Vendor>> ListVendors(Connection& db, PartnerId partner, VendorId after,
                                         int64_t limit);
absl::StatusOr<std::optional<Vendor>> FindVendor(Connection& db, VendorId id);
absl::StatusOr<std::optional<Customer>> FindCustomer(Connection& db, CustomerId id);
absl::StatusOr<Page<Customer>> ListCustomersOfPartner(Connection& db, PartnerId partner,
                                                      CustomerId after, int64_t limit);
absl::StatusOr<Page<Customer>> ListCustomersOfVendor(Connection& db, const Vendor& vendor,
                                                     CustomerId after, int64_t limit);
absl::StatusOr<std::vector<Customer>> ListCustomers(Connection& db);
absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(Connection& db, PartnerId partner,
                                                      std::span<const CustomerId> customers);
absl::StatusOr<std::vector<Dpc>> ListDpcs(Connection& db);

absl::Status AddPartner(Connection& db, const Partner& partner);
absl::Status AddVendor(Connection& db, const Vendor& vendor);
absl::Status AddCustomer(Connection& db, const Customer& customer, PartnerId partner,
                         VendorId vendor);
absl::Status SetTerms(Connection& db, CustomerId customer, Terms terms);
absl::Status PutDpc(Connection& db, const Dpc& dpc);
absl::Status RemoveDpc(Connection& db, const std::string& id);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_COMPANIES_H_
