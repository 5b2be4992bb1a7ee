// SPDX-License-Identifier: Apache-2.0
// admin partners, vendors and customers.

#include <fmt/format.h>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/company.h"
#include "store/company_ids.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

constexpr char kListPartners[] = "partners list";

absl::Status CreatePartner(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckText("--name", flags.name));
  PartnerId id;
  ZT_RETURN_IF_ERROR(ChangeOrMake(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(id, store::FreePartnerId(tx));
    return tx.AddPartner({.id = id, .name = flags.name, .created = absl::Now()});
  }));
  PrintNew(flags, "partnerId", id.value());
  return absl::OkStatus();
}

absl::Status ListPartners(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto partners, snapshot.ListPartners());
    Table table({{"ID", "partnerId"}, {"NAME", "name"}});
    for (const store::Partner& partner : partners) table.Add({partner.id.value(), partner.name});
    Print(flags, table);
    return absl::OkStatus();
  });
}

// Returns NOT_FOUND for an unknown partner, for which lists would be empty.
absl::Status RequirePartner(store::CompanyReads& reads, int64_t id) {
  ZT_ASSIGN_OR_RETURN(const auto partner, reads.FindPartner(PartnerId(id)));
  if (partner.has_value()) return absl::OkStatus();
  return WithHint(absl::NotFoundError(fmt::format("unknown partner {}", id)), kListPartners);
}

absl::Status CreateVendor(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckText("--name", flags.name));
  VendorId id;
  ZT_RETURN_IF_ERROR(WithHint(Change(settings,
                                     [&](store::Transaction& tx) -> absl::Status {
                                       ZT_ASSIGN_OR_RETURN(id, store::FreeVendorId(tx));
                                       return tx.AddVendor({.id = id,
                                                            .partner = PartnerId(flags.partner),
                                                            .name = flags.name,
                                                            .created = absl::Now()});
                                     }),
                              kListPartners));
  PrintNew(flags, "vendorId", id.value());
  return absl::OkStatus();
}

absl::Status ListVendors(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_RETURN_IF_ERROR(RequirePartner(snapshot, flags.partner));
    ZT_ASSIGN_OR_RETURN(const auto vendors,
                        snapshot.ListVendors(PartnerId(flags.partner), VendorId(), 0));
    Table table({{"ID", "vendorId"}, {"NAME", "name"}});
    for (const store::Vendor& vendor : vendors.rows) table.Add({vendor.id.value(), vendor.name});
    Print(flags, table);
    return absl::OkStatus();
  });
}

absl::Status CreateCustomer(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckText("--name", flags.name));
  for (const std::string& email : flags.owner_emails) {
    ZT_RETURN_IF_ERROR(CheckText("--owner-email", email));
    ZT_RETURN_IF_ERROR(CheckEmail("--owner-email", email));
  }
  for (const std::string& email : flags.admin_emails) {
    ZT_RETURN_IF_ERROR(CheckText("--admin-email", email));
    ZT_RETURN_IF_ERROR(CheckEmail("--admin-email", email));
  }
  store::Customer customer{
      .id = {},
      .name = flags.name,
      .owner_emails = flags.owner_emails,
      .admin_emails = flags.admin_emails,
      .language_code = "",
      .terms = flags.accept_terms ? store::Terms::kAccepted : store::Terms::kNotAccepted,
      .default_configuration = {},
      .created = absl::Now()};
  ZT_RETURN_IF_ERROR(WithHint(Change(settings,
                                     [&](store::Transaction& tx) -> absl::Status {
                                       ZT_ASSIGN_OR_RETURN(customer.id, store::FreeCustomerId(tx));
                                       return tx.AddCustomer(customer, PartnerId(flags.partner),
                                                             VendorId(flags.vendor));
                                     }),
                              flags.vendor != 0 ? "vendors list --partner ID" : kListPartners));
  PrintNew(flags, "customerId", customer.id.value());
  return absl::OkStatus();
}

std::string TermsOf(const AdminFlags& flags, store::Terms terms) {
  if (flags.format == "json") {
    using Company = google::android::device::provisioning::v1::Company;
    return Company::TermsStatus_Name(static_cast<Company::TermsStatus>(terms));
  }
  switch (terms) {
    case store::Terms::kAccepted:
      return "accepted";
    case store::Terms::kStale:
      return "stale";
    case store::Terms::kNotAccepted:
      break;
  }
  return "not accepted";
}

absl::Status ListCustomers(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    std::vector<store::Customer> customers;
    if (flags.partner != 0) {
      ZT_RETURN_IF_ERROR(RequirePartner(snapshot, flags.partner));
      ZT_ASSIGN_OR_RETURN(
          auto page, snapshot.ListCustomersOfPartner(PartnerId(flags.partner), CustomerId(), 0));
      customers = std::move(page.rows);
    } else {
      ZT_ASSIGN_OR_RETURN(customers, snapshot.ListCustomers());
    }
    Table table({{"ID", "customerId"},
                 {"NAME", "name"},
                 {"TERMS", "termsStatus"},
                 {"OWNERS", "ownerEmails"},
                 {"ADMINS", "adminEmails"}});
    for (const store::Customer& customer : customers) {
      table.Add({customer.id.value(), customer.name, TermsOf(flags, customer.terms),
                 customer.owner_emails, customer.admin_emails});
    }
    Print(flags, table);
    return absl::OkStatus();
  });
}

AdminGroup::Run SetTerms(store::Terms terms) {
  return [terms](const Settings& settings, const AdminFlags& flags) {
    return WithHint(Change(settings,
                           [&](store::Transaction& tx) {
                             return tx.SetTerms(CustomerId(flags.customer), terms);
                           }),
                    "customers list");
  };
}

void AddPartnerCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "partners", "Resellers, which claim devices for their customers", action);
  AdminFlags& flags = group.flags();
  group.AddPrinting("create", "Add a reseller and print its id", CreatePartner)
      .add_option("--name", flags.name, "Name of the company")
      ->type_name("NAME")
      ->required();
  group.AddPrinting("list", "List the resellers", ListPartners);
}

void AddVendorCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "vendors", "Companies that sell for a reseller", action);
  AdminFlags& flags = group.flags();
  CLI::App& create = group.AddPrinting("create", "Add a vendor and print its id", CreateVendor);
  create.add_option("--partner", flags.partner, "Id of the reseller")->type_name("ID")->required();
  create.add_option("--name", flags.name, "Name of the company")->type_name("NAME")->required();
  group.AddPrinting("list", "List the vendors of a reseller", ListVendors)
      .add_option("--partner", flags.partner, "Id of the reseller")
      ->type_name("ID")
      ->required();
}

void AddCustomerCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "customers",
                   "Companies that buy devices, and their acceptance of the terms of service",
                   action);
  AdminFlags& flags = group.flags();
  CLI::App& create = group.AddPrinting("create", "Add a customer and print its id", CreateCustomer);
  create.add_option("--partner", flags.partner, "Id of the customer's reseller")
      ->type_name("ID")
      ->required();
  create.add_option("--vendor", flags.vendor, "Id of the vendor through which it buys")
      ->type_name("ID");
  create.add_option("--name", flags.name, "Name of the company")->type_name("NAME")->required();
  create
      .add_option("--owner-email", flags.owner_emails,
                  "E-mail address of an owner; may be repeated")
      ->type_name("EMAIL")
      ->required();
  create
      .add_option("--admin-email", flags.admin_emails,
                  "E-mail address of an administrator; may be repeated")
      ->type_name("EMAIL");
  create.add_flag("--accept-terms", flags.accept_terms, "Record the terms of service as accepted");
  group.AddPrinting("list", "List the customers, of all resellers or of one", ListCustomers)
      .add_option("--partner", flags.partner, "Id of the reseller")
      ->type_name("ID");
  group
      .Add("accept-terms", "Record the terms as accepted, so that the customer can use the API",
           SetTerms(store::Terms::kAccepted))
      .add_option("id", flags.customer, "Id of the customer")
      ->required();
  group
      .Add("reset-terms", "Record the terms as not accepted; the customer's calls fail with 403",
           SetTerms(store::Terms::kNotAccepted))
      .add_option("id", flags.customer, "Id of the customer")
      ->required();
}

}  // namespace

void AddCompanyCommands(CLI::App& app, AdminAction& action) {
  AddPartnerCommands(app, action);
  AddVendorCommands(app, action);
  AddCustomerCommands(app, action);
}

}  // namespace zerotouch::daemon
