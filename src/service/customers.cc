// SPDX-License-Identifier: Apache-2.0
#include "service/customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/violation.h"
#include "errors/errors.h"
#include "model/company.h"
#include "model/resource_name.h"
#include "service/companies.h"
#include "service/listing.h"
#include "service/paged_list.h"
#include "store/company_ids.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

api::Company PartnerViewOf(PartnerId partner, const store::Customer& customer) {
  return CompanyOf(FormatPartnerCustomerName(partner, customer.id), customer);
}

// Adds a violation unless `reason` is empty.
void Note(std::string_view field, std::string_view reason, std::vector<Violation>& wrong) {
  if (!reason.empty()) wrong.push_back({fmt::format("customer.{}", field), std::string(reason)});
}

void CheckEmails(const char* field, const google::protobuf::RepeatedPtrField<std::string>& emails,
                 std::vector<Violation>& wrong) {
  if (emails.size() > limits::kCompanyEmails) {
    Note(field, fmt::format("use at most {} e-mail addresses", limits::kCompanyEmails), wrong);
    return;
  }
  for (int i = 0; i < emails.size(); ++i) {
    Note(fmt::format("{}[{}]", field, i), EmailFault(emails[i]), wrong);
  }
}

// Returns errors::InvalidParameters with all violations.
absl::Status CheckNew(const api::Company& customer) {
  std::vector<Violation> wrong;
  if (!customer.name().empty()) {
    Note("name", "leave it out: the server assigns the name", wrong);
  }
  if (customer.company_id() != 0) {
    Note("company_id", "leave it out: the server assigns the id", wrong);
  }
  Note("company_name", NameFault(customer.company_name()), wrong);
  if (customer.owner_emails().empty()) {
    Note("owner_emails", "use the e-mail address of at least one owner", wrong);
  }
  CheckEmails("owner_emails", customer.owner_emails(), wrong);
  CheckEmails("admin_emails", customer.admin_emails(), wrong);
  Note("language_code", LanguageFault(customer.language_code()), wrong);
  return wrong.empty() ? absl::OkStatus() : errors::InvalidParameters(wrong);
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

absl::StatusOr<api::Company> PartnerCustomers::Create(const Manager& caller,
                                                      const api::CreateCustomerRequest& request) {
  ZT_RETURN_IF_ERROR(CheckNew(request.customer()));
  const PartnerId partner = caller.right().partner;
  store::Customer customer = CustomerOf(request.customer(), clock_.Now());
  ZT_RETURN_IF_ERROR(
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(customer.id, store::FreeCustomerId(transaction));
        return transaction.AddCustomer(customer, partner, VendorId());
      }));
  return PartnerViewOf(partner, customer);
}

absl::StatusOr<ListAnswer> PartnerCustomers::List(const Reader& caller,
                                                  const api::ListPartnerCustomersRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size()));
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("partners.customers.list {}", partner.value()),
                    request.page_token()));
  return PagedAnswer<store::Customer, api::ListCustomersResponse>(
      store_, std::move(listing), size,
      [partner](store::Snapshot& snapshot, int64_t after, int64_t limit) {
        return snapshot.ListCustomersOfPartner(partner, CustomerId(after), limit);
      },
      [partner](const store::Customer& customer, api::ListCustomersResponse& response)
          -> const auto& { return *response.add_customers() = PartnerViewOf(partner, customer); });
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
