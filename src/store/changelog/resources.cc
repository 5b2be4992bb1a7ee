// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/resources.h"

#include <fmt/format.h>

#include <vector>

#include "absl/time/time.h"
#include "model/resource_name.h"
#include "store/changelog/audit_line.h"
#include "store/changelog/json_object.h"

namespace zerotouch::store::changelog {
namespace {

// The texts of Company.TermsStatus.
std::string_view TextOf(Terms terms) {
  switch (terms) {
    case Terms::kNotAccepted:
      return "TERMS_STATUS_NOT_ACCEPTED";
    case Terms::kAccepted:
      return "TERMS_STATUS_ACCEPTED";
    case Terms::kStale:
      return "TERMS_STATUS_STALE";
  }
  return "";
}

}  // namespace

std::string NameOf(const Partner& partner) {
  return fmt::format("partners/{}", partner.id.value());
}
std::string NameOf(const Vendor& vendor) {
  return fmt::format("partners/{}/vendors/{}", vendor.partner.value(), vendor.id.value());
}
std::string NameOf(const Customer& customer) { return FormatCustomerName(customer.id); }
std::string NameOfConfiguration(CustomerId customer, ConfigurationId id) {
  return FormatConfigurationName(customer, id);
}
std::string NameOfDpc(std::string_view id) { return fmt::format("dpcs/{}", id); }
std::string NameOfAccount(std::string_view email) { return fmt::format("accounts/{}", email); }
std::string NameOfKey(std::string_view email, std::string_view key_id) {
  return fmt::format("accounts/{}/keys/{}", email, key_id);
}
std::string NameOf(const User& user) {
  return user.partner
             ? fmt::format("partners/{}/users/{}", user.partner.value(), user.id.value())
             : fmt::format("{}/users/{}", FormatCustomerName(user.customer), user.id.value());
}
std::string NameOfOperation(OperationId id) { return FormatOperationName(id); }

std::string NameOf(const Webhook& webhook) {
  return FormatWebhookName({.partner = webhook.owner.partner,
                            .customer = webhook.owner.customer,
                            .webhook = webhook.id});
}

std::string JsonOf(const Partner& partner) {
  return JsonObject().Text("companyName", partner.name).Finish();
}

std::string JsonOf(const Vendor& vendor) {
  return JsonObject().Text("companyName", vendor.name).Finish();
}

std::string JsonOf(const Customer& customer, PartnerId partner, VendorId vendor) {
  return JsonObject()
      .Text("companyName", customer.name)
      .Texts("ownerEmails", customer.owner_emails)
      .Texts("adminEmails", customer.admin_emails)
      .Text("languageCode", customer.language_code)
      .Text("termsStatus", TextOf(customer.terms))
      .Int64("partnerId", partner.value())
      .Int64("vendorId", vendor.value())
      .Finish();
}

std::string JsonOf(const Configuration& configuration) {
  JsonObject json;
  json.Text("configurationName", configuration.name)
      .Text("dpcResourcePath", FormatDpcName(configuration.customer, configuration.dpc))
      .Text("dpcExtras", configuration.dpc_extras)
      .Text("companyName", configuration.company_name)
      .Text("contactEmail", configuration.contact_email)
      .Text("contactPhone", configuration.contact_phone)
      .Text("customMessage", configuration.custom_message)
      .Bool("isDefault", configuration.is_default);
  if (configuration.forced_reset.has_value()) {
    json.Text("forcedResetTime",
              fmt::format("{}s", absl::ToDoubleSeconds(*configuration.forced_reset)));
  }
  return json.Finish();
}

std::string JsonOf(const Dpc& dpc) {
  return JsonObject()
      .Text("packageName", dpc.package_name)
      .Text("title", dpc.title)
      .Text("component", dpc.component)
      .Text("downloadLocation", dpc.download_location)
      .Text("signatureChecksum", dpc.signature_checksum)
      .Finish();
}

std::string JsonOf(const ServiceAccount& account) {
  std::vector<std::string> customers;
  for (const CustomerId customer : account.customers) {
    customers.push_back(fmt::format("{}", customer.value()));
  }
  JsonObject json;
  json.Text("clientId", account.client_id)
      .Int64("partnerId", account.partner.value())
      .Texts("customerIds", customers)
      .Bool("disabled", account.disabled);
  if (account.quota_per_100s.has_value()) {
    json.Text("quotaPer100s", fmt::format("{}", *account.quota_per_100s));
  }
  return json.Finish();
}

std::string JsonOf(const AccountKey& key) {
  return JsonObject().Text("createTime", TimeText(key.created)).Finish();
}

std::string JsonOf(const User& user) {
  return JsonObject()
      .Text("email", user.email)
      .Text("group", user.group)
      .Text("role", NameOf(user.role))
      .Finish();
}

std::string JsonOf(const OperationHead& operation) {
  const std::string_view state = operation.cancelled              ? "CANCELLED"
                                 : operation.finished.has_value() ? "FINISHED"
                                                                  : "UNFINISHED";
  return JsonObject().Text("state", state).Finish();
}

std::string JsonOf(const Webhook& webhook, bool has_new_secret) {
  std::vector<std::string> events;
  for (const EventType type : kSubscribedTypes) {
    if (webhook.events.Has(type)) events.emplace_back(NameOf(type));
  }
  return JsonObject()
      .Text("url", webhook.url)
      .Texts("events", events)
      .Bool("hasNewSecret", has_new_secret)
      .Finish();
}

}  // namespace zerotouch::store::changelog
