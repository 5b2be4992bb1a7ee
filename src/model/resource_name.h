// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_RESOURCE_NAME_H_
#define ZEROTOUCH_MODEL_RESOURCE_NAME_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

// The resource names of the API. `Parse…` accepts only the spelling that `Format…`
// produces and returns nullopt for any other: ids are positive decimal numbers of
// 63 bits, without a sign or leading zeros.
namespace zerotouch {

// `partners/P/devices/D`
struct DeviceName {
  PartnerId partner;
  DeviceId device;

  friend bool operator==(const DeviceName&, const DeviceName&) = default;
};

// `partners/P/customers/C`
struct PartnerCustomerName {
  PartnerId partner;
  CustomerId customer;

  friend bool operator==(const PartnerCustomerName&, const PartnerCustomerName&) = default;
};

// `partners/P/vendors/V`
struct VendorName {
  PartnerId partner;
  VendorId vendor;

  friend bool operator==(const VendorName&, const VendorName&) = default;
};

// `customers/C/devices/D`
struct CustomerDeviceName {
  CustomerId customer;
  DeviceId device;

  friend bool operator==(const CustomerDeviceName&, const CustomerDeviceName&) = default;
};

// `customers/C/configurations/F`
struct ConfigurationName {
  CustomerId customer;
  ConfigurationId configuration;

  friend bool operator==(const ConfigurationName&, const ConfigurationName&) = default;
};

// `customers/C/dpcs/D`; D is any text without a slash.
struct DpcName {
  CustomerId customer;
  std::string dpc;

  friend bool operator==(const DpcName&, const DpcName&) = default;
};

// `partners/P/webhooks/W` or `customers/C/webhooks/W`: only one of partner and customer is set.
struct WebhookName {
  PartnerId partner;
  CustomerId customer;
  WebhookId webhook;

  friend bool operator==(const WebhookName&, const WebhookName&) = default;
};

// The webhook's name and `/deliveries/D`.
struct DeliveryName {
  WebhookName webhook;
  DeliveryId delivery;

  friend bool operator==(const DeliveryName&, const DeliveryName&) = default;
};

// `partners/P`
std::string FormatPartnerName(PartnerId partner);
std::optional<PartnerId> ParsePartnerName(std::string_view name);
// Returns the partner of `partners/P` or of a name below it.
std::optional<PartnerId> LeadingPartner(std::string_view name);

// The same for a customer.
std::optional<CustomerId> LeadingCustomer(std::string_view name);

std::string FormatDeviceName(PartnerId partner, DeviceId device);
std::optional<DeviceName> ParseDeviceName(std::string_view name);

std::string FormatPartnerCustomerName(PartnerId partner, CustomerId customer);
std::optional<PartnerCustomerName> ParsePartnerCustomerName(std::string_view name);

std::string FormatVendorName(PartnerId partner, VendorId vendor);
std::optional<VendorName> ParseVendorName(std::string_view name);
// `partners/P/vendors/V/customers/C`
std::string FormatVendorCustomerName(PartnerId partner, VendorId vendor, CustomerId customer);

std::string FormatCustomerDeviceName(CustomerId customer, DeviceId device);
std::optional<CustomerDeviceName> ParseCustomerDeviceName(std::string_view name);

std::string FormatConfigurationName(CustomerId customer, ConfigurationId configuration);
std::optional<ConfigurationName> ParseConfigurationName(std::string_view name);

std::string FormatDpcName(CustomerId customer, std::string_view dpc);
std::optional<DpcName> ParseDpcName(std::string_view name);

// `customers/C`
std::string FormatCustomerName(CustomerId customer);
std::optional<CustomerId> ParseCustomerName(std::string_view name);

std::string FormatWebhookName(const WebhookName& name);
std::optional<WebhookName> ParseWebhookName(std::string_view name);

std::string FormatDeliveryName(const DeliveryName& name);
std::optional<DeliveryName> ParseDeliveryName(std::string_view name);

// `operations/apibatchoperation/<id>`, the form of Google's own names.
std::string FormatOperationName(OperationId operation);
std::optional<OperationId> ParseOperationName(std::string_view name);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_RESOURCE_NAME_H_
