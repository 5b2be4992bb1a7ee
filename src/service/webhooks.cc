// SPDX-License-Identifier: Apache-2.0
#include "service/webhooks.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/listing.h"
#include "service/webhook_message.h"
#include "store/store.h"
#include "webhook/signature.h"

namespace zerotouch::service {
namespace {

store::Subscriber OwnerOf(const Webhooks::Reseller& caller) {
  return {.partner = caller.right().partner, .customer = {}};
}
store::Subscriber OwnerOf(const Webhooks::Customer& caller) {
  return {.partner = {}, .customer = caller.right().customer};
}

// Returns the company's webhook of this name, or errors::UnknownWebhook.
absl::StatusOr<store::Webhook> FindOwnWebhook(store::WebhookReads& reads,
                                              const store::Subscriber& owner,
                                              const std::string& name) {
  const std::optional<WebhookName> parsed = ParseWebhookName(name);
  if (!parsed.has_value()) return errors::UnknownWebhook();
  ZT_ASSIGN_OR_RETURN(std::optional<store::Webhook> found,
                      reads.FindWebhook(owner, parsed->webhook));
  if (!found.has_value()) return errors::UnknownWebhook();
  return *std::move(found);
}

// Returns errors::InvalidOperation if the company has the most webhooks.
absl::Status CheckWebhookRoom(store::WebhookReads& reads, const store::Subscriber& owner) {
  ZT_ASSIGN_OR_RETURN(const int64_t count, reads.CountWebhooks(owner));
  if (count < limits::kWebhooksPerCompany) return absl::OkStatus();
  return errors::InvalidOperation(
      fmt::format("This company has {} webhooks, which is the limit. Delete one first.",
                  limits::kWebhooksPerCompany));
}

// Returns the page size that the request asks for.
template <class Request>
absl::StatusOr<int64_t> PageSizeOf(const Request& request) {
  return PageSize(request.page_size(), limits::kWebhooksPageDefault, limits::kWebhooksPage);
}

}  // namespace

template <class Caller, class Request>
absl::StatusOr<Webhooks::Hook> Webhooks::Create(const Caller& caller, const Request& request) {
  store::Webhook webhook{
      .id = WebhookId(RandomBetween(1'000'000'000'000'000, 8'999'999'999'999'999)),
      .owner = OwnerOf(caller),
      .created = clock_.Now()};
  ZT_RETURN_IF_ERROR(FillIn(request.webhook(), policy_, webhook));
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_RETURN_IF_ERROR(CheckWebhookRoom(transaction, webhook.owner));
        return transaction.AddWebhook(webhook);
      });
  ZT_RETURN_IF_ERROR(written);
  Hook message = WebhookMessage(webhook);
  message.set_secret(webhook::FormatSecret(webhook.key));
  return message;
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::HookList> Webhooks::List(const Caller& caller, const Request& request) {
  const store::Subscriber owner = OwnerOf(caller);
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSizeOf(request));
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_,
                    fmt::format("webhooks {} {}", owner.partner.value(), owner.customer.value()),
                    request.page_token()));
  ZT_ASSIGN_OR_RETURN(const store::Page<store::Webhook> page,
                      listing.snapshot().ListWebhooks(owner, WebhookId(listing.after()), size));
  HookList response;
  for (const store::Webhook& webhook : page.rows) {
    *response.add_webhooks() = WebhookMessage(webhook);
  }
  if (page.more) response.set_next_page_token(listing.TokenAfter(page.rows.back().id.value()));
  return response;
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::Hook> Webhooks::Get(const Caller& caller, const Request& request) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const store::Webhook webhook,
                      FindOwnWebhook(*snapshot, OwnerOf(caller), request.name()));
  return WebhookMessage(webhook);
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::Hook> Webhooks::Update(const Caller& caller, const Request& request) {
  store::Webhook webhook;
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(webhook,
                            FindOwnWebhook(transaction, OwnerOf(caller), request.webhook().name()));
        ZT_RETURN_IF_ERROR(Merge(request.webhook(), request.update_mask(), policy_, webhook));
        return transaction.UpdateWebhook(webhook);
      });
  ZT_RETURN_IF_ERROR(written);
  return WebhookMessage(webhook);
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::Empty> Webhooks::Delete(const Caller& caller, const Request& request) {
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const store::Webhook webhook,
                            FindOwnWebhook(transaction, OwnerOf(caller), request.name()));
        return transaction.RemoveWebhook(webhook.owner, webhook.id);
      });
  ZT_RETURN_IF_ERROR(written);
  return Empty();
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::Delivery> Webhooks::Test(const Caller& caller, const Request& request) {
  const store::Subscriber owner = OwnerOf(caller);
  store::Delivery delivery;
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const store::Webhook webhook,
                            FindOwnWebhook(transaction, owner, request.name()));
        delivery = store::NewDelivery(webhook.id, EventType::kPing, clock_.Now(), "");
        return transaction.AddDelivery(delivery);
      });
  ZT_RETURN_IF_ERROR(written);
  return DeliveryMessage(owner, delivery);
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::DeliveryList> Webhooks::ListDeliveries(const Caller& caller,
                                                                const Request& request) {
  const store::Subscriber owner = OwnerOf(caller);
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSizeOf(request));
  ZT_ASSIGN_OR_RETURN(
      Listing listing,
      Listing::Open(store_, fmt::format("deliveries {}", request.parent()), request.page_token()));
  ZT_ASSIGN_OR_RETURN(const store::Webhook webhook,
                      FindOwnWebhook(listing.snapshot(), owner, request.parent()));
  ZT_ASSIGN_OR_RETURN(const store::Page<store::Delivery> page,
                      listing.snapshot().ListDeliveries(webhook.id, listing.after(), size));
  DeliveryList response;
  for (const store::Delivery& delivery : page.rows) {
    *response.add_deliveries() = DeliveryMessage(owner, delivery);
  }
  if (page.more) response.set_next_page_token(listing.TokenAfter(page.rows.back().number));
  return response;
}

template <class Caller, class Request>
absl::StatusOr<Webhooks::Delivery> Webhooks::Redeliver(const Caller& caller,
                                                       const Request& request) {
  const store::Subscriber owner = OwnerOf(caller);
  const std::optional<DeliveryName> name = ParseDeliveryName(request.name());
  if (!name.has_value()) return errors::UnknownDelivery();
  std::optional<store::Delivery> delivery;
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_RETURN_IF_ERROR(
            FindOwnWebhook(transaction, owner, FormatWebhookName(name->webhook)).status());
        const absl::Status status =
            transaction.Redeliver(name->webhook.webhook, name->delivery, clock_.Now());
        if (absl::IsNotFound(status)) return errors::UnknownDelivery();
        ZT_RETURN_IF_ERROR(status);
        ZT_ASSIGN_OR_RETURN(delivery,
                            transaction.FindDelivery(name->webhook.webhook, name->delivery));
        return delivery.has_value() ? absl::OkStatus() : errors::UnknownDelivery();
      });
  ZT_RETURN_IF_ERROR(written);
  return DeliveryMessage(owner, *delivery);
}

absl::StatusOr<Webhooks::Hook> Webhooks::CreateOfPartner(
    const Reseller& caller, const openzerotouch::v1::CreatePartnerWebhookRequest& request) {
  return Create(caller, request);
}

absl::StatusOr<Webhooks::HookList> Webhooks::ListOfPartner(
    const Reseller& caller, const openzerotouch::v1::ListPartnerWebhooksRequest& request) {
  return List(caller, request);
}

absl::StatusOr<Webhooks::Hook> Webhooks::GetOfPartner(
    const Reseller& caller, const openzerotouch::v1::GetPartnerWebhookRequest& request) {
  return Get(caller, request);
}

absl::StatusOr<Webhooks::Hook> Webhooks::UpdateOfPartner(
    const Reseller& caller, const openzerotouch::v1::UpdatePartnerWebhookRequest& request) {
  return Update(caller, request);
}

absl::StatusOr<Webhooks::Empty> Webhooks::DeleteOfPartner(
    const Reseller& caller, const openzerotouch::v1::DeletePartnerWebhookRequest& request) {
  return Delete(caller, request);
}

absl::StatusOr<Webhooks::Delivery> Webhooks::TestOfPartner(
    const Reseller& caller, const openzerotouch::v1::TestPartnerWebhookRequest& request) {
  return Test(caller, request);
}

absl::StatusOr<Webhooks::DeliveryList> Webhooks::ListDeliveriesOfPartner(
    const Reseller& caller, const openzerotouch::v1::ListPartnerWebhookDeliveriesRequest& request) {
  return ListDeliveries(caller, request);
}

absl::StatusOr<Webhooks::Delivery> Webhooks::RedeliverOfPartner(
    const Reseller& caller,
    const openzerotouch::v1::RedeliverPartnerWebhookDeliveryRequest& request) {
  return Redeliver(caller, request);
}

absl::StatusOr<Webhooks::Hook> Webhooks::CreateOfCustomer(
    const Customer& caller, const openzerotouch::v1::CreateCustomerWebhookRequest& request) {
  return Create(caller, request);
}

absl::StatusOr<Webhooks::HookList> Webhooks::ListOfCustomer(
    const Customer& caller, const openzerotouch::v1::ListCustomerWebhooksRequest& request) {
  return List(caller, request);
}

absl::StatusOr<Webhooks::Hook> Webhooks::GetOfCustomer(
    const Customer& caller, const openzerotouch::v1::GetCustomerWebhookRequest& request) {
  return Get(caller, request);
}

absl::StatusOr<Webhooks::Hook> Webhooks::UpdateOfCustomer(
    const Customer& caller, const openzerotouch::v1::UpdateCustomerWebhookRequest& request) {
  return Update(caller, request);
}

absl::StatusOr<Webhooks::Empty> Webhooks::DeleteOfCustomer(
    const Customer& caller, const openzerotouch::v1::DeleteCustomerWebhookRequest& request) {
  return Delete(caller, request);
}

absl::StatusOr<Webhooks::Delivery> Webhooks::TestOfCustomer(
    const Customer& caller, const openzerotouch::v1::TestCustomerWebhookRequest& request) {
  return Test(caller, request);
}

absl::StatusOr<Webhooks::DeliveryList> Webhooks::ListDeliveriesOfCustomer(
    const Customer& caller,
    const openzerotouch::v1::ListCustomerWebhookDeliveriesRequest& request) {
  return ListDeliveries(caller, request);
}

absl::StatusOr<Webhooks::Delivery> Webhooks::RedeliverOfCustomer(
    const Customer& caller,
    const openzerotouch::v1::RedeliverCustomerWebhookDeliveryRequest& request) {
  return Redeliver(caller, request);
}

}  // namespace zerotouch::service
