// SPDX-License-Identifier: Apache-2.0
#include "service/vendors.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/companies.h"
#include "service/listing.h"
#include "service/paged_list.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

api::Company VendorCompany(const store::Vendor& vendor) {
  api::Company company;
  company.set_name(FormatVendorName(vendor.partner, vendor.id));
  company.set_company_id(vendor.id.value());
  company.set_company_name(vendor.name);
  return company;
}

}  // namespace

absl::StatusOr<ListAnswer> Vendors::List(const Reader& caller,
                                         const api::ListVendorsRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size()));
  const PartnerId partner = caller.right().partner;
  if (ParsePartnerName(request.parent()) != partner) {
    return errors::InvalidParameter("parent", "use the form partners/PARTNER");
  }
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("partners.vendors.list {}", partner.value()),
                    request.page_token()));
  return PagedAnswer<store::Vendor, api::ListVendorsResponse>(
      store_, std::move(listing), size,
      [partner](store::Snapshot& snapshot, int64_t after, int64_t limit) {
        return snapshot.ListVendors(partner, VendorId(after), limit);
      },
      [](const store::Vendor& vendor, api::ListVendorsResponse& response) -> const auto& {
        return *response.add_vendors() = VendorCompany(vendor);
      });
}

absl::StatusOr<ListAnswer> Vendors::ListCustomers(const Reader& caller,
                                                  const api::ListVendorCustomersRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size()));
  const std::optional<VendorName> name = ParseVendorName(request.parent());
  if (!name.has_value()) return errors::UnknownVendor();
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("partners.vendors.customers.list {}", request.parent()),
                    request.page_token()));
  ZT_ASSIGN_OR_RETURN(const std::optional<store::Vendor> vendor,
                      listing.snapshot().FindVendor(name->vendor));
  if (!vendor.has_value() || vendor->partner != caller.right().partner) {
    return errors::UnknownVendor();
  }
  return PagedAnswer<store::Customer, api::ListVendorCustomersResponse>(
      store_, std::move(listing), size,
      [vendor](store::Snapshot& snapshot, int64_t after, int64_t limit) {
        return snapshot.ListCustomersOfVendor(*vendor, CustomerId(after), limit);
      },
      [vendor](const store::Customer& customer,
               api::ListVendorCustomersResponse& response) -> const auto& {
        return *response.add_customers() = CompanyOf(
                   FormatVendorCustomerName(vendor->partner, vendor->id, customer.id), customer);
      });
}

}  // namespace zerotouch::service
