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
  table.Register(MethodKind::kShortWrite, devices, &Devices::Claim);
  table.Register(MethodKind::kLong, devices, &Devices::ClaimAsync);
  table.Register(MethodKind::kShortWrite, devices, &Devices::Unclaim);
  table.Register(MethodKind::kLong, devices, &Devices::UnclaimAsync);
  table.Register(MethodKind::kShortRead, devices, &Devices::FindByIdentifier);
  table.Register(MethodKind::kLong, devices, &Devices::FindByOwner);
  table.Register(MethodKind::kShortRead, devices, &Devices::Get);
  table.Register(MethodKind::kShortRead, devices, &Devices::GetSimLockState);
  table.Register(MethodKind::kShortWrite, devices, &Devices::UpdateMetadata);
  table.Register(MethodKind::kLong, devices, &Devices::UpdateMetadataAsync);
  table.Register(MethodKind::kShortWrite, services.partner_customers,
                 &service::PartnerCustomers::Create);
  table.Register(MethodKind::kLong, services.partner_customers, &service::PartnerCustomers::List);
  table.Register(MethodKind::kLong, services.vendors, &Vendors::List);
  table.Register(MethodKind::kLong, services.vendors, &Vendors::ListCustomers);
}

void AddCustomerMethods(Services& services, MethodTable& table) {
  table.Register(MethodKind::kShortRead, services.customers, &service::Customers::List);
  Configurations& configurations = services.configurations;
  table.Register(MethodKind::kShortWrite, configurations, &Configurations::Create);
  table.Register(MethodKind::kShortWrite, configurations, &Configurations::Delete);
  table.Register(MethodKind::kShortRead, configurations, &Configurations::Get);
  table.Register(MethodKind::kLong, configurations, &Configurations::List);
  table.Register(MethodKind::kShortWrite, configurations, &Configurations::Update);
  CustomerDevices& devices = services.customer_devices;
  table.Register(MethodKind::kShortWrite, devices, &CustomerDevices::ApplyConfiguration);
  table.Register(MethodKind::kShortRead, devices, &CustomerDevices::Get);
  table.Register(MethodKind::kLong, devices, &CustomerDevices::List);
  table.Register(MethodKind::kShortWrite, devices, &CustomerDevices::RemoveConfiguration);
  table.Register(MethodKind::kShortWrite, devices, &CustomerDevices::Unclaim);
  table.Register(MethodKind::kShortRead, services.dpcs, &service::Dpcs::List);
}

void AddOperationMethods(Services& services, MethodTable& table) {
  Operations& operations = services.operations;
  table.Register(MethodKind::kLong, operations, &Operations::List);
  table.Register(MethodKind::kLong, operations, &Operations::Get);
  table.Register(MethodKind::kLong, operations, &Operations::Delete);
  table.Register(MethodKind::kShortWrite, operations, &Operations::Cancel);
  table.Register(MethodKind::kWait, operations, &Operations::Wait);
}

void AddHistoryMethods(Services& services, MethodTable& table) {
  table.Register(MethodKind::kLong, services.history, &service::History::OfPartner);
  table.Register(MethodKind::kLong, services.history, &service::History::OfCustomer);
}

void AddBatchMethods(Services& services, MethodTable& table) {
  service::Batches& batches = services.batches;
  table.Register(MethodKind::kLong, batches, &service::Batches::PreviewClaim);
  table.Register(MethodKind::kLong, batches, &service::Batches::PreviewUnclaim);
  table.Register(MethodKind::kLong, batches, &service::Batches::Undo);
  table.Register(MethodKind::kLong, batches, &service::Batches::List);
  table.Register(MethodKind::kShortRead, batches, &service::Batches::Get);
  table.Register(MethodKind::kShortWrite, services.customer_devices, &CustomerDevices::UndoUnclaim);
}

void AddUserMethods(Services& services, MethodTable& table) {
  service::Users& users = services.users;
  table.Register(MethodKind::kShortRead, users, &service::Users::ListOfPartner);
  table.Register(MethodKind::kShortWrite, users, &service::Users::CreateOfPartner);
  table.Register(MethodKind::kShortWrite, users, &service::Users::DeleteOfPartner);
  table.Register(MethodKind::kShortRead, users, &service::Users::ListOfCustomer);
  table.Register(MethodKind::kShortWrite, users, &service::Users::CreateOfCustomer);
  table.Register(MethodKind::kShortWrite, users, &service::Users::DeleteOfCustomer);
  service::ServiceAccounts& accounts = services.service_accounts;
  table.Register(MethodKind::kLong, accounts, &service::ServiceAccounts::List);
  table.Register(MethodKind::kLong, accounts, &service::ServiceAccounts::Create);
  table.Register(MethodKind::kShortWrite, accounts, &service::ServiceAccounts::Delete);
}

void AddWebhookMethods(service::Webhooks& webhooks, MethodTable& table) {
  using service::Webhooks;
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::CreateOfPartner);
  table.Register(MethodKind::kLong, webhooks, &Webhooks::ListOfPartner);
  table.Register(MethodKind::kShortRead, webhooks, &Webhooks::GetOfPartner);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::UpdateOfPartner);
  // It deletes the deliveries too.
  table.Register(MethodKind::kLong, webhooks, &Webhooks::DeleteOfPartner);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::TestOfPartner);
  table.Register(MethodKind::kLong, webhooks, &Webhooks::ListDeliveriesOfPartner);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::RedeliverOfPartner);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::CreateOfCustomer);
  table.Register(MethodKind::kLong, webhooks, &Webhooks::ListOfCustomer);
  table.Register(MethodKind::kShortRead, webhooks, &Webhooks::GetOfCustomer);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::UpdateOfCustomer);
  table.Register(MethodKind::kLong, webhooks, &Webhooks::DeleteOfCustomer);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::TestOfCustomer);
  table.Register(MethodKind::kLong, webhooks, &Webhooks::ListDeliveriesOfCustomer);
  table.Register(MethodKind::kShortWrite, webhooks, &Webhooks::RedeliverOfCustomer);
}

}  // namespace

MethodTable ApiMethods(Services& services) {
  MethodTable table;
  AddPartnerMethods(services, table);
  AddCustomerMethods(services, table);
  AddOperationMethods(services, table);
  AddHistoryMethods(services, table);
  AddBatchMethods(services, table);
  AddUserMethods(services, table);
  AddWebhookMethods(services.webhooks, table);
  return table;
}

}  // namespace zerotouch::wire
