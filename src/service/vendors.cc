// SPDX-License-Identifier: Apache-2.0
#include "service/vendors.h"

#include <fmt/format.h>

#include <optional>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/companies.h"
#include "service/listing.h"
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

absl::StatusOr<api::ListVendorsResponse> Vendors::List(const Caller& caller,
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
  ZT_ASSIGN_OR_RETURN(const store::Page<store::Vendor> page,
                      listing.snapshot().ListVendors(partner, VendorId(listing.after()), size));
  api::ListVendorsResponse response;
  for (const store::Vendor& vendor : page.rows) *response.add_vendors() = VendorCompany(vendor);
  response.set_total_size(TotalSize(page.total_size));
  if (page.more) {
    response.set_next_page_token(listing.TokenAfter(page.rows.back().id.value()));
  }
  return response;
}

absl::StatusOr<api::ListVendorCustomersResponse> Vendors::ListCustomers(
    const Caller& caller, const api::ListVendorCustomersRequest& request) {
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
  ZT_ASSIGN_OR_RETURN(
      const store::Page<store::Customer> page,
      listing.snapshot().ListCustomersOfVendor(*vendor, CustomerId(listing.after()), size));
  api::ListVendorCustomersResponse response;
  for (const store::Customer& customer : page.rows) {
    *response.add_customers() =
        CompanyOf(FormatVendorCustomerName(vendor->partner, vendor->id, customer.id), customer);
  }
  response.set_total_size(TotalSize(page.total_size));
  if (page.more) {
    response.set_next_page_token(listing.TokenAfter(page.rows.back().id.value()));
  }
  return response;
}

}  // namespace zerotouch::service
