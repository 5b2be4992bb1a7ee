#include "service/customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/limits.h"
#include "base/status_macros.h"
#include "model/company.h"
#include "model/errors.h"
#include "model/resource_name.h"
#include "service/companies.h"
#include "service/listing.h"
#include "store/company_ids.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

api::Company PartnerViewOf(PartnerId partner, const store::Customer& customer) {
  return CompanyOf(FormatPartnerCustomerName(partner, customer.id), customer);
}

absl::Status CheckEmails(const char* field,
                         const google::protobuf::RepeatedPtrField<std::string>& emails) {
  if (emails.size() > limits::kCompanyEmails) {
    return errors::InvalidParameter(
        field, fmt::format("a company has at most {} of these", limits::kCompanyEmails));
  }
  for (int i = 0; i < emails.size(); ++i) {
    ZT_RETURN_IF_ERROR(CheckEmail(fmt::format("{}[{}]", field, i), emails[i]));
  }
  return absl::OkStatus();
}

absl::Status CheckNew(const api::Company& customer) {
  if (!customer.name().empty()) {
    return errors::InvalidParameter("customer.name",
                                    "the name is given by the server; leave it out");
  }
  if (customer.company_id() != 0) {
    return errors::InvalidParameter("customer.company_id",
                                    "the id is given by the server; leave it out");
  }
  ZT_RETURN_IF_ERROR(CheckCompanyName("customer.company_name", customer.company_name()));
  if (customer.owner_emails().empty()) {
    return errors::InvalidParameter("customer.owner_emails",
                                    "a customer needs at least one owner's e-mail address");
  }
  ZT_RETURN_IF_ERROR(CheckEmails("customer.owner_emails", customer.owner_emails()));
  ZT_RETURN_IF_ERROR(CheckEmails("customer.admin_emails", customer.admin_emails()));
  return CheckLanguageCode("customer.language_code", customer.language_code());
}

store::Customer CustomerOf(const api::Company& company, absl::Time now) {
  return {.id = {},
          .name = company.company_name(),
          .owner_emails = {company.owner_emails().begin(), company.owner_emails().end()},
          .admin_emails = {company.admin_emails().begin(), company.admin_emails().end()},
          .language_code = company.language_code(),
          .terms = store::Terms::kNotAccepted,
          .default_configuration = {},
          .created = now};
}

}  // namespace

absl::StatusOr<api::Company> PartnerCustomers::Create(const Caller& caller,
                                                      const api::CreateCustomerRequest& request) {
  ZT_RETURN_IF_ERROR(CheckNew(request.customer()));
  const PartnerId partner = caller.right().partner;
  store::Customer customer = CustomerOf(request.customer(), clock_.Now());
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(customer.id, store::FreeCustomerId(transaction));
    return transaction.AddCustomer(customer, partner, VendorId());
  }));
  return PartnerViewOf(partner, customer);
}

absl::StatusOr<api::ListCustomersResponse> PartnerCustomers::List(
    const Caller& caller, const api::ListPartnerCustomersRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size()));
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("partners.customers.list {}", partner.value()),
                    request.page_token()));
  ZT_ASSIGN_OR_RETURN(
      const store::Page<store::Customer> page,
      listing.snapshot().ListCustomersOfPartner(partner, CustomerId(listing.after()), size));
  api::ListCustomersResponse response;
  for (const store::Customer& customer : page.rows) {
    *response.add_customers() = PartnerViewOf(partner, customer);
  }
  response.set_total_size(TotalSize(page.total_size));
  if (page.more) {
    response.set_next_page_token(listing.TokenAfter(page.rows.back().id.value()));
  }
  return response;
}

absl::StatusOr<api::CustomerListCustomersResponse> Customers::List(
    const auth::Authorized<auth::ListsCustomers>& caller,
    const api::CustomerListCustomersRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size(), limits::kCustomersPage,
                                                   limits::kCustomersPage));
  ZT_ASSIGN_OR_RETURN(Listing listing,
                      Listing::Open(store_, "customers.list", request.page_token()));
  const std::vector<CustomerId>& customers = caller.right().customers;
  auto next = std::ranges::upper_bound(customers, CustomerId(listing.after()));
  api::CustomerListCustomersResponse response;
  for (; next != customers.end() && response.customers_size() < size; ++next) {
    ZT_ASSIGN_OR_RETURN(const std::optional<store::Customer> customer,
                        listing.snapshot().FindCustomer(*next));
    if (!customer.has_value()) continue;
    *response.add_customers() = CompanyOf(FormatCustomerName(*next), *customer);
  }
  if (next != customers.end()) {
    response.set_next_page_token(listing.TokenAfter(std::prev(next)->value()));
  }
  return response;
}

}  // namespace zerotouch::service
