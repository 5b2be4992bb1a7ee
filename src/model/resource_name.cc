// SPDX-License-Identifier: Apache-2.0
#include "model/resource_name.h"

#include <fmt/format.h>

#include <charconv>

namespace zerotouch {
namespace {

constexpr std::string_view kPartners = "partners/";
constexpr std::string_view kCustomers = "customers/";
constexpr std::string_view kSlashDevices = "/devices/";
constexpr std::string_view kSlashCustomers = "/customers/";
constexpr std::string_view kSlashVendors = "/vendors/";
constexpr std::string_view kSlashConfigurations = "/configurations/";
constexpr std::string_view kSlashDpcs = "/dpcs/";
constexpr std::string_view kSlashWebhooks = "/webhooks/";
constexpr std::string_view kSlashDeliveries = "/deliveries/";
constexpr std::string_view kOperations = "operations/apibatchoperation/";

// Removes the prefix `text` from `name`. Returns false if it is not there.
bool Take(std::string_view text, std::string_view& name) {
  if (!name.starts_with(text)) return false;
  name.remove_prefix(text.size());
  return true;
}

// Removes an id from the front of `name`. Returns false if it is not there.
template <class AnyId>
bool TakeId(std::string_view& name, AnyId& id) {
  if (name.empty() || name.front() < '1' || name.front() > '9') return false;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc()) return false;
  name.remove_prefix(static_cast<size_t>(end - name.data()));
  id = AnyId(value);
  return true;
}

template <class AnyId>
std::optional<AnyId> ParseOneId(std::string_view collection, std::string_view name) {
  AnyId id;
  if (Take(collection, name) && TakeId(name, id) && name.empty()) return id;
  return std::nullopt;
}

template <class ChildId>
bool ParseOfPartner(std::string_view name, std::string_view collection, PartnerId& partner,
                    ChildId& child) {
  return Take(kPartners, name) && TakeId(name, partner) && Take(collection, name) &&
         TakeId(name, child) && name.empty();
}

template <class ChildId>
bool ParseOfCustomer(std::string_view name, std::string_view collection, CustomerId& customer,
                     ChildId& child) {
  return Take(kCustomers, name) && TakeId(name, customer) && Take(collection, name) &&
         TakeId(name, child) && name.empty();
}

// Removes the name of a webhook from the front of `name`. Returns false if it is not there.
bool TakeWebhook(std::string_view& name, WebhookName& webhook) {
  const bool has_company = Take(kPartners, name)
                               ? TakeId(name, webhook.partner)
                               : Take(kCustomers, name) && TakeId(name, webhook.customer);
  return has_company && Take(kSlashWebhooks, name) && TakeId(name, webhook.webhook);
}

// Returns the id after `collection` at the front of `name`.
template <class AnyId>
std::optional<AnyId> LeadingId(std::string_view collection, std::string_view name) {
  AnyId id;
  if (!Take(collection, name) || !TakeId(name, id)) return std::nullopt;
  if (!name.empty() && name.front() != '/') return std::nullopt;
  return id;
}

}  // namespace

std::string FormatPartnerName(PartnerId partner) {
  return fmt::format("{}{}", kPartners, partner.value());
}

std::optional<PartnerId> ParsePartnerName(std::string_view name) {
  return ParseOneId<PartnerId>(kPartners, name);
}

std::optional<PartnerId> LeadingPartner(std::string_view name) {
  return LeadingId<PartnerId>(kPartners, name);
}

std::optional<CustomerId> LeadingCustomer(std::string_view name) {
  return LeadingId<CustomerId>(kCustomers, name);
}

std::string FormatDeviceName(PartnerId partner, DeviceId device) {
  return fmt::format("{}{}{}{}", kPartners, partner.value(), kSlashDevices, device.value());
}

std::optional<DeviceName> ParseDeviceName(std::string_view name) {
  DeviceName parsed;
  if (!ParseOfPartner(name, kSlashDevices, parsed.partner, parsed.device)) return std::nullopt;
  return parsed;
}

std::string FormatPartnerCustomerName(PartnerId partner, CustomerId customer) {
  return fmt::format("{}{}{}{}", kPartners, partner.value(), kSlashCustomers, customer.value());
}

std::optional<PartnerCustomerName> ParsePartnerCustomerName(std::string_view name) {
  PartnerCustomerName parsed;
  if (!ParseOfPartner(name, kSlashCustomers, parsed.partner, parsed.customer)) return std::nullopt;
  return parsed;
}

std::string FormatVendorName(PartnerId partner, VendorId vendor) {
  return fmt::format("{}{}{}{}", kPartners, partner.value(), kSlashVendors, vendor.value());
}

std::optional<VendorName> ParseVendorName(std::string_view name) {
  VendorName parsed;
  if (!ParseOfPartner(name, kSlashVendors, parsed.partner, parsed.vendor)) return std::nullopt;
  return parsed;
}

std::string FormatVendorCustomerName(PartnerId partner, VendorId vendor, CustomerId customer) {
  return fmt::format("{}{}{}", FormatVendorName(partner, vendor), kSlashCustomers,
                     customer.value());
}

std::string FormatCustomerDeviceName(CustomerId customer, DeviceId device) {
  return fmt::format("{}{}{}{}", kCustomers, customer.value(), kSlashDevices, device.value());
}

std::optional<CustomerDeviceName> ParseCustomerDeviceName(std::string_view name) {
  CustomerDeviceName parsed;
  if (!ParseOfCustomer(name, kSlashDevices, parsed.customer, parsed.device)) return std::nullopt;
  return parsed;
}

std::string FormatConfigurationName(CustomerId customer, ConfigurationId configuration) {
  return fmt::format("{}{}{}{}", kCustomers, customer.value(), kSlashConfigurations,
                     configuration.value());
}

std::optional<ConfigurationName> ParseConfigurationName(std::string_view name) {
  ConfigurationName parsed;
  if (!ParseOfCustomer(name, kSlashConfigurations, parsed.customer, parsed.configuration)) {
    return std::nullopt;
  }
  return parsed;
}

std::string FormatDpcName(CustomerId customer, std::string_view dpc) {
  return fmt::format("{}{}{}{}", kCustomers, customer.value(), kSlashDpcs, dpc);
}

std::optional<DpcName> ParseDpcName(std::string_view name) {
  DpcName parsed;
  if (!Take(kCustomers, name) || !TakeId(name, parsed.customer) || !Take(kSlashDpcs, name) ||
      name.empty() || name.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  parsed.dpc = name;
  return parsed;
}

std::string FormatCustomerName(CustomerId customer) {
  return fmt::format("{}{}", kCustomers, customer.value());
}

std::optional<CustomerId> ParseCustomerName(std::string_view name) {
  return ParseOneId<CustomerId>(kCustomers, name);
}

std::string FormatWebhookName(const WebhookName& name) {
  const std::string company =
      name.partner ? FormatPartnerName(name.partner) : FormatCustomerName(name.customer);
  return fmt::format("{}{}{}", company, kSlashWebhooks, name.webhook.value());
}

std::optional<WebhookName> ParseWebhookName(std::string_view name) {
  WebhookName parsed;
  if (!TakeWebhook(name, parsed) || !name.empty()) return std::nullopt;
  return parsed;
}

std::string FormatDeliveryName(const DeliveryName& name) {
  return fmt::format("{}{}{}", FormatWebhookName(name.webhook), kSlashDeliveries,
                     name.delivery.value());
}

std::optional<DeliveryName> ParseDeliveryName(std::string_view name) {
  DeliveryName parsed;
  if (!TakeWebhook(name, parsed.webhook) || !Take(kSlashDeliveries, name) ||
      !TakeId(name, parsed.delivery) || !name.empty()) {
    return std::nullopt;
  }
  return parsed;
}

std::string FormatOperationName(OperationId operation) {
  return fmt::format("{}{}", kOperations, operation.value());
}

std::optional<OperationId> ParseOperationName(std::string_view name) {
  return ParseOneId<OperationId>(kOperations, name);
}

}  // namespace zerotouch
