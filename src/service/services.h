// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_SERVICES_H_
#define ZEROTOUCH_SERVICE_SERVICES_H_

#include <utility>

#include "service/batches.h"
#include "service/configurations.h"
#include "service/customer_devices.h"
#include "service/customers.h"
#include "service/devices.h"
#include "service/dpcs.h"
#include "service/history.h"
#include "service/operations.h"
#include "service/service_accounts.h"
#include "service/users.h"
#include "service/vendors.h"
#include "service/webhooks.h"

namespace zerotouch::service {

// All services of the API on one registry. Thread-safe.
struct Services {
  // The references must outlive it. `webhook_policy` says which URLs webhooks may have.
  Services(store::Store& store, batch::Engine& engine, const RegistryRules& rules,
           const auth::Audience& audience, const Clock& clock, webhook::Policy webhook_policy = {})
      : devices(store, engine, rules, clock),
        partner_customers(store, clock),
        vendors(store),
        customers(store),
        configurations(store),
        customer_devices(store, engine, clock),
        dpcs(store),
        operations(store, clock),
        history(store),
        batches(store, engine),
        users(store, clock),
        service_accounts(store, audience, clock),
        webhooks(store, clock, std::move(webhook_policy)) {}

  Devices devices;
  PartnerCustomers partner_customers;
  Vendors vendors;
  Customers customers;
  Configurations configurations;
  CustomerDevices customer_devices;
  Dpcs dpcs;
  Operations operations;
  History history;
  Batches batches;
  Users users;
  ServiceAccounts service_accounts;
  Webhooks webhooks;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_SERVICES_H_
