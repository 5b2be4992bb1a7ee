// SPDX-License-Identifier: Apache-2.0
#include "wire/api_methods.h"

#include <string>

#include "service/services.h"

namespace zerotouch::wire {
namespace {

using service::Configurations;
using service::CustomerDevices;
using service::Devices;
using service::Operations;
using service::Services;
using service::Vendors;

void AddPartnerMethods(Services& services, MethodTable& table) {
  const std::string partner = "google.android.device.provisioning.v1.PartnerService.";
  Devices& devices = services.devices;
  table.Register(partner + "ClaimDevice", devices, &Devices::Claim);
  table.Register(partner + "ClaimDevicesAsync", devices, &Devices::ClaimAsync);
  table.Register(partner + "UnclaimDevice", devices, &Devices::Unclaim);
  table.Register(partner + "UnclaimDevicesAsync", devices, &Devices::UnclaimAsync);
  table.Register(partner + "FindDevicesByDeviceIdentifier", devices, &Devices::FindByIdentifier);
  table.Register(partner + "FindDevicesByOwner", devices, &Devices::FindByOwner);
  table.Register(partner + "GetDevice", devices, &Devices::Get);
  table.Register(partner + "GetDeviceSimLockState", devices, &Devices::GetSimLockState);
  table.Register(partner + "UpdateDeviceMetadata", devices, &Devices::UpdateMetadata);
  table.Register(partner + "UpdateDeviceMetadataInBatch", devices, &Devices::UpdateMetadataAsync);
  table.Register(partner + "CreateCustomer", services.partner_customers,
                 &service::PartnerCustomers::Create);
  table.Register(partner + "ListCustomers", services.partner_customers,
                 &service::PartnerCustomers::List);
  table.Register(partner + "ListVendors", services.vendors, &Vendors::List);
  table.Register(partner + "ListVendorCustomers", services.vendors, &Vendors::ListCustomers);
}

void AddCustomerMethods(Services& services, MethodTable& table) {
  const std::string customer = "google.android.device.provisioning.v1.CustomerService.";
  table.Register(customer + "ListCustomers", services.customers, &service::Customers::List);
  Configurations& configurations = services.configurations;
  table.Register(customer + "CreateConfiguration", configurations, &Configurations::Create);
  table.Register(customer + "DeleteConfiguration", configurations, &Configurations::Delete);
  table.Register(customer + "GetConfiguration", configurations, &Configurations::Get);
  table.Register(customer + "ListConfigurations", configurations, &Configurations::List);
  table.Register(customer + "UpdateConfiguration", configurations, &Configurations::Update);
  CustomerDevices& devices = services.customer_devices;
  table.Register(customer + "ApplyConfiguration", devices, &CustomerDevices::ApplyConfiguration);
  table.Register(customer + "GetDevice", devices, &CustomerDevices::Get);
  table.Register(customer + "ListDevices", devices, &CustomerDevices::List);
  table.Register(customer + "RemoveConfiguration", devices, &CustomerDevices::RemoveConfiguration);
  table.Register(customer + "UnclaimDevice", devices, &CustomerDevices::Unclaim);
  table.Register(customer + "ListDpcs", services.dpcs, &service::Dpcs::List);
}

void AddOperationMethods(Services& services, MethodTable& table) {
  const std::string name = "google.longrunning.Operations.";
  Operations& operations = services.operations;
  table.Register(name + "ListOperations", operations, &Operations::List);
  table.Register(name + "GetOperation", operations, &Operations::Get);
  table.Register(name + "DeleteOperation", operations, &Operations::Delete);
  table.Register(name + "CancelOperation", operations, &Operations::Cancel);
  table.Register(name + "WaitOperation", operations, &Operations::Wait);
}

}  // namespace

MethodTable ApiMethods(Services& services) {
  MethodTable table;
  AddPartnerMethods(services, table);
  AddCustomerMethods(services, table);
  AddOperationMethods(services, table);
  return table;
}

}  // namespace zerotouch::wire
