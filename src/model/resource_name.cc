#include "model/resource_name.h"

#include <fmt/format.h>

#include <charconv>

namespace zerotouch {
namespace {

constexpr std::string_view kPartners = "partners/";
constexpr std::string_view kCustomers = "customers/";
constexpr std::string_view kSlashDevices = "/devices/";
constexpr std::string_view kSlashCustomers = "/customers/";
constexpr std::string_view kOperations = "operations/apibatchoperation/";

// Takes `text` off the front of `name`, if it is there.
bool Take(std::string_view text, std::string_view& name) {
  if (!name.starts_with(text)) return false;
  name.remove_prefix(text.size());
  return true;
}

// Takes an id off the front of `name`, if one is there.
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

}  // namespace

std::string FormatPartnerName(PartnerId partner) {
  return fmt::format("{}{}", kPartners, partner.value());
}

std::optional<PartnerId> ParsePartnerName(std::string_view name) {
  return ParseOneId<PartnerId>(kPartners, name);
}

std::optional<PartnerId> LeadingPartner(std::string_view name) {
  PartnerId partner;
  if (!Take(kPartners, name) || !TakeId(name, partner)) return std::nullopt;
  if (!name.empty() && name.front() != '/') return std::nullopt;
  return partner;
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

std::string FormatCustomerName(CustomerId customer) {
  return fmt::format("{}{}", kCustomers, customer.value());
}

std::optional<CustomerId> ParseCustomerName(std::string_view name) {
  return ParseOneId<CustomerId>(kCustomers, name);
}

std::string FormatOperationName(OperationId operation) {
  return fmt::format("{}{}", kOperations, operation.value());
}

std::optional<OperationId> ParseOperationName(std::string_view name) {
  return ParseOneId<OperationId>(kOperations, name);
}

}  // namespace zerotouch
