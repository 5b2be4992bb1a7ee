// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_WEBHOOKS_H_
#define ZEROTOUCH_SERVICE_WEBHOOKS_H_

#include <utility>

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/v1/webhooks.pb.h"
#include "webhook/policy.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements openzerotouch.v1.WebhookService: the same methods for resellers and for customers.
// webhook::Sender sends what it stores. Thread-safe.
class Webhooks {
 public:
  // The references must outlive it. `policy` says which URLs are taken.
  Webhooks(store::Store& store, const Clock& clock, webhook::Policy policy)
      : store_(store), clock_(clock), policy_(std::move(policy)) {}

  using Reseller = auth::Authorized<auth::ActsForPartner>;
  using Customer = auth::Authorized<auth::ActsForCustomer>;
  template <class Message>
  using Answer = absl::StatusOr<Message>;
  using Hook = openzerotouch::v1::Webhook;
  using HookList = openzerotouch::v1::ListWebhooksResponse;
  using Delivery = openzerotouch::v1::WebhookDelivery;
  using DeliveryList = openzerotouch::v1::ListWebhookDeliveriesResponse;
  using Empty = google::protobuf::Empty;

  Answer<Hook> CreateOfPartner(const Reseller& caller,
                               const openzerotouch::v1::CreatePartnerWebhookRequest& request);
  Answer<HookList> ListOfPartner(const Reseller& caller,
                                 const openzerotouch::v1::ListPartnerWebhooksRequest& request);
  Answer<Hook> GetOfPartner(const Reseller& caller,
                            const openzerotouch::v1::GetPartnerWebhookRequest& request);
  Answer<Hook> UpdateOfPartner(const Reseller& caller,
                               const openzerotouch::v1::UpdatePartnerWebhookRequest& request);
  Answer<Empty> DeleteOfPartner(const Reseller& caller,
                                const openzerotouch::v1::DeletePartnerWebhookRequest& request);
  Answer<Delivery> TestOfPartner(const Reseller& caller,
                                 const openzerotouch::v1::TestPartnerWebhookRequest& request);
  Answer<DeliveryList> ListDeliveriesOfPartner(
      const Reseller& caller,
      const openzerotouch::v1::ListPartnerWebhookDeliveriesRequest& request);
  Answer<Delivery> RedeliverOfPartner(
      const Reseller& caller,
      const openzerotouch::v1::RedeliverPartnerWebhookDeliveryRequest& request);

  Answer<Hook> CreateOfCustomer(const Customer& caller,
                                const openzerotouch::v1::CreateCustomerWebhookRequest& request);
  Answer<HookList> ListOfCustomer(const Customer& caller,
                                  const openzerotouch::v1::ListCustomerWebhooksRequest& request);
  Answer<Hook> GetOfCustomer(const Customer& caller,
                             const openzerotouch::v1::GetCustomerWebhookRequest& request);
  Answer<Hook> UpdateOfCustomer(const Customer& caller,
                                const openzerotouch::v1::UpdateCustomerWebhookRequest& request);
  Answer<Empty> DeleteOfCustomer(const Customer& caller,
                                 const openzerotouch::v1::DeleteCustomerWebhookRequest& request);
  Answer<Delivery> TestOfCustomer(const Customer& caller,
                                  const openzerotouch::v1::TestCustomerWebhookRequest& request);
  Answer<DeliveryList> ListDeliveriesOfCustomer(
      const Customer& caller,
      const openzerotouch::v1::ListCustomerWebhookDeliveriesRequest& request);
  Answer<Delivery> RedeliverOfCustomer(
      const Customer& caller,
      const openzerotouch::v1::RedeliverCustomerWebhookDeliveryRequest& request);

 private:
  // The methods, for either side.
  template <class Caller, class Request>
  Answer<Hook> Create(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<HookList> List(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<Hook> Get(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<Hook> Update(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<Empty> Delete(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<Delivery> Test(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<DeliveryList> ListDeliveries(const Caller& caller, const Request& request);
  template <class Caller, class Request>
  Answer<Delivery> Redeliver(const Caller& caller, const Request& request);

  store::Store& store_;
  const Clock& clock_;
  const webhook::Policy policy_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_WEBHOOKS_H_
