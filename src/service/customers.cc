#include "service/customers.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "model/company.h"
#include "model/errors.h"
#include "model/resource_name.h"
#include "service/page_token.h"
#include "store/company_ids.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

// A customer as its reseller sees it. Owner addresses and language are input
// only.
api::Company PartnerViewOf(PartnerId partner, const store::Customer& customer) {
  api::Company company;
  company.set_name(FormatPartnerCustomerName(partner, customer.id));
  company.set_company_id(customer.id.value());
  company.set_company_name(customer.name);
  company.mutable_admin_emails()->Assign(customer.admin_emails.begin(),
                                         customer.admin_emails.end());
  company.set_terms_status(static_cast<api::Company::TermsStatus>(customer.terms));
  return company;
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
  if (request.page_size() < 0) {
    return errors::InvalidParameter("page_size", "a page has at least one row");
  }
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::string secret, snapshot->ServerSecret());
  const std::string list = fmt::format("partners.customers.list {}", partner.value());
  ZT_ASSIGN_OR_RETURN(const int64_t after, ReadPageToken(secret, list, request.page_token()));
  ZT_ASSIGN_OR_RETURN(
      const store::Page<store::Customer> page,
      snapshot->ListCustomersOfPartner(partner, CustomerId(after), request.page_size()));
  api::ListCustomersResponse response;
  for (const store::Customer& customer : page.rows) {
    *response.add_customers() = PartnerViewOf(partner, customer);
  }
  response.set_total_size(static_cast<int32_t>(page.total_size));
  if (page.more) {
    response.set_next_page_token(MakePageToken(secret, list, page.rows.back().id.value()));
  }
  return response;
}

}  // namespace zerotouch::service
