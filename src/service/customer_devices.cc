// SPDX-License-Identifier: Apache-2.0
#include "service/customer_devices.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/engine.h"
#include "errors/errors.h"
#include "model/customer_rules.h"
#include "model/identity.h"
#include "model/resource_name.h"
#include "model/views.h"
#include "service/listing.h"
#include "service/paged_list.h"
#include "service/visible_device.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

// Returns the answer to a change of one device. Some outcomes have a message of
// their own for customers.
absl::StatusOr<google::protobuf::Empty> EmptyOr(const absl::StatusOr<ItemResult>& result,
                                                const api::DeviceReference& device) {
  ZT_RETURN_IF_ERROR(result.status());
  switch (result->outcome) {
    case Outcome::kUnknownDevice:
      return errors::UnknownDeviceOfCustomer();
    case Outcome::kInvalidConfiguration:
      return errors::InvalidParameter(
          "configuration", "use a configuration of this customer (customers.configurations.list)");
    default:
      ZT_RETURN_IF_ERROR(StatusOf(result->outcome,
                                  DescribeInvisible(device.device_identifier(), result->outcome)));
      return google::protobuf::Empty();
  }
}

}  // namespace

absl::StatusOr<api::Device> CustomerDevices::Get(const Reader& caller,
                                                 const api::GetCustomerDeviceRequest& request) {
  const CustomerId customer = caller.right().customer;
  ZT_ASSIGN_OR_RETURN(const DeviceState device, ReadOwnedDevice(store_, customer, request.name()));
  return CustomerView(customer, device, clock_.Now());
}

absl::StatusOr<ListAnswer> CustomerDevices::List(const Reader& caller,
                                                 const api::CustomerListDevicesRequest& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size(), limits::kDevicesPageDefault,
                                                   limits::kDevicesPage));
  const CustomerId customer = caller.right().customer;
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("customers.devices.list {}", customer.value()),
                    request.page_token()));
  return PagedAnswer<DeviceState, api::CustomerListDevicesResponse>(
      store_, std::move(listing), size,
      [customer](store::Snapshot& snapshot, int64_t after, int64_t limit) {
        return snapshot.ListDevicesOfCustomer(customer, DeviceId(after), limit);
      },
      [ customer, now = clock_.Now() ](const DeviceState& device,
                                       api::CustomerListDevicesResponse& response) -> const auto& {
        return *response.add_devices() = CustomerView(customer, device, now);
      });
}

absl::StatusOr<google::protobuf::Empty> CustomerDevices::ApplyConfiguration(
    const Assigner& caller, const api::CustomerApplyConfigurationRequest& request) {
  const CustomerId customer = caller.right().customer;
  const std::optional<ConfigurationName> name = ParseConfigurationName(request.configuration());
  if (!name.has_value() || name->customer != customer) {
    return errors::InvalidParameter(
        "configuration",
        fmt::format("use the form {}/configurations/CONFIGURATION", FormatCustomerName(customer)));
  }
  return EmptyOr(
      engine_.ConfigureOne({customer, caller.actor()}, request.device(), name->configuration),
      request.device());
}

absl::StatusOr<google::protobuf::Empty> CustomerDevices::RemoveConfiguration(
    const Assigner& caller, const api::CustomerRemoveConfigurationRequest& request) {
  return EmptyOr(engine_.ConfigureOne({caller.right().customer, caller.actor()}, request.device(),
                                      ConfigurationId()),
                 request.device());
}

absl::StatusOr<google::protobuf::Empty> CustomerDevices::Unclaim(
    const Manager& caller, const api::CustomerUnclaimDeviceRequest& request) {
  return EmptyOr(
      engine_.CustomerUnclaimOne({caller.right().customer, caller.actor()}, request.device()),
      request.device());
}

absl::StatusOr<google::protobuf::Empty> CustomerDevices::UndoUnclaim(
    const Manager& caller, const openzerotouch::v1::UndoCustomerUnclaimRequest& request) {
  const std::optional<CustomerDeviceName> name = ParseCustomerDeviceName(request.name());
  if (!name.has_value()) {
    return errors::InvalidParameter("name", "use the form customers/CUSTOMER/devices/DEVICE");
  }
  store::Actor actor = caller.actor();
  actor.method = "openzerotouch.undo";  // as histories name an undo of a reseller
  return EmptyOr(engine_.UndoCustomerUnclaimOne({name->customer, std::move(actor)}, name->device),
                 {});
}

}  // namespace zerotouch::service
