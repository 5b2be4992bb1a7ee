// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_WEBHOOK_MESSAGE_H_
#define ZEROTOUCH_SERVICE_WEBHOOK_MESSAGE_H_

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "openzerotouch/v1/webhooks.pb.h"
#include "store/webhooks.h"
#include "webhook/policy.h"

// Webhooks and deliveries as the API has them.
namespace zerotouch::service {

// Returns the webhook without its secret.
openzerotouch::v1::Webhook WebhookMessage(const store::Webhook& webhook);

// Returns a delivery of a webhook of `owner`.
openzerotouch::v1::WebhookDelivery DeliveryMessage(const store::Subscriber& owner,
                                                   const store::Delivery& delivery);

// Fills in URL, events and key of a new webhook, whose owner is set. Makes a secret unless one
// is given. Returns errors::InvalidParameters if a value is invalid or missing, or an event is
// one of the other side.
absl::Status FillIn(const openzerotouch::v1::Webhook& given, const webhook::Policy& policy,
                    store::Webhook& webhook);

// Replaces the values that the mask names; if it is empty, those that are given. The errors
// are the same.
absl::Status Merge(const openzerotouch::v1::Webhook& given, const google::protobuf::FieldMask& mask,
                   const webhook::Policy& policy, store::Webhook& webhook);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_WEBHOOK_MESSAGE_H_
