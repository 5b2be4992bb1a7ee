// SPDX-License-Identifier: Apache-2.0
#include "service/companies.h"

#include <utility>

namespace zerotouch::service {

api::Company CompanyOf(std::string name, const store::Customer& customer) {
  api::Company company;
  company.set_name(std::move(name));
  company.set_company_id(customer.id.value());
  company.set_company_name(customer.name);
  company.mutable_admin_emails()->Assign(customer.admin_emails.begin(),
                                         customer.admin_emails.end());
  company.set_terms_status(static_cast<api::Company::TermsStatus>(customer.terms));
  return company;
}

}  // namespace zerotouch::service
