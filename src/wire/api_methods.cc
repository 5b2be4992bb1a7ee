// SPDX-License-Identifier: Apache-2.0
#include "wire/api_methods.h"

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
  Devices& devices = services.devices;
  table.Register(devices, &Devices::Claim);
  table.Register(devices, &Devices::ClaimAsync);
  table.Register(devices, &Devices::Unclaim);
  table.Register(devices, &Devices::UnclaimAsync);
  table.Register(devices, &Devices::FindByIdentifier);
  table.Register(devices, &Devices::FindByOwner);
  table.Register(devices, &Devices::Get);
  table.Register(devices, &Devices::GetSimLockState);
  table.Register(devices, &Devices::UpdateMetadata);
  table.Register(devices, &Devices::UpdateMetadataAsync);
  table.Register(services.partner_customers, &service::PartnerCustomers::Create);
  table.Register(services.partner_customers, &service::PartnerCustomers::List);
  table.Register(services.vendors, &Vendors::List);
  table.Register(services.vendors, &Vendors::ListCustomers);
}

void AddCustomerMethods(Services& services, MethodTable& table) {
  table.Register(services.customers, &service::Customers::List);
  Configurations& configurations = services.configurations;
  table.Register(configurations, &Configurations::Create);
  table.Register(configurations, &Configurations::Delete);
  table.Register(configurations, &Configurations::Get);
  table.Register(configurations, &Configurations::List);
  table.Register(configurations, &Configurations::Update);
  CustomerDevices& devices = services.customer_devices;
  table.Register(devices, &CustomerDevices::ApplyConfiguration);
  table.Register(devices, &CustomerDevices::Get);
  table.Register(devices, &CustomerDevices::List);
  table.Register(devices, &CustomerDevices::RemoveConfiguration);
  table.Register(devices, &CustomerDevices::Unclaim);
  table.Register(services.dpcs, &service::Dpcs::List);
}

void AddOperationMethods(Services& services, MethodTable& table) {
  Operations& operations = services.operations;
  table.Register(operations, &Operations::List);
  table.Register(operations, &Operations::Get);
  table.Register(operations, &Operations::Delete);
  table.Register(operations, &Operations::Cancel);
  table.Register(operations, &Operations::Wait);
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
