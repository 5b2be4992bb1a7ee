// SPDX-License-Identifier: Apache-2.0
#include "service/webhook_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/util/time_util.h"
#include "model/resource_name.h"
#include "webhook/signature.h"

namespace zerotouch::service {
namespace {

using google::protobuf::util::TimeUtil;
using openzerotouch::v1::WebhookDelivery;

constexpr char kWrongSecret[] = "use whsec_ and the base64 of 24 to 64 bytes, or leave it out";

// Which values of a webhook to set.
struct Fields {
  bool url = true;
  bool events = true;
  bool secret = true;
};

// Returns true if the company may ask for the event.
bool IsFor(const store::Subscriber& owner, EventType type) {
  if (type == EventType::kOperationFinished) return static_cast<bool>(owner.partner);
  if (type == EventType::kDeviceConfigured) return static_cast<bool>(owner.customer);
  return true;
}

std::string EventsFor(const store::Subscriber& owner) {
  std::string names;
  for (const EventType type : kSubscribedTypes) {
    if (!IsFor(owner, type)) continue;
    if (!names.empty()) names += ", ";
    names += NameOf(type);
  }
  return names;
}

void SetEvents(const openzerotouch::v1::Webhook& given, store::Webhook& webhook,
               std::vector<Violation>& wrong) {
  const std::string known = EventsFor(webhook.owner);
  webhook.events = {};
  for (int i = 0; i < given.events_size(); ++i) {
    const std::optional<EventType> type = ParseEventType(given.events(i));
    if (type.has_value() && IsFor(webhook.owner, *type)) {
      webhook.events.Add(*type);
    } else {
      wrong.push_back({fmt::format("webhook.events[{}]", i), fmt::format("use one of {}", known)});
    }
  }
  if (given.events_size() == 0) {
    wrong.push_back({"webhook.events", fmt::format("give one or more of {}", known)});
  }
}

absl::Status SetFields(const openzerotouch::v1::Webhook& given, const Fields& fields,
                       const webhook::Policy& policy, store::Webhook& webhook) {
  std::vector<Violation> wrong;
  if (fields.url) {
    if (std::optional<std::string> reason = policy.Refuse(given.url())) {
      wrong.push_back({"webhook.url", *std::move(reason)});
    }
    webhook.url = given.url();
  }
  if (fields.events) SetEvents(given, webhook, wrong);
  if (fields.secret) {
    std::optional<std::string> key = webhook::ParseSecret(given.secret());
    if (!key.has_value()) wrong.push_back({"webhook.secret", kWrongSecret});
    webhook.key = std::move(key).value_or("");
  }
  return wrong.empty() ? absl::OkStatus() : errors::InvalidParameters(wrong);
}

absl::StatusOr<Fields> FieldsOf(const google::protobuf::FieldMask& mask) {
  Fields fields{.url = false, .events = false, .secret = false};
  for (const std::string& path : mask.paths()) {
    const bool all = path == "*";
    if (!all && path != "url" && path != "events" && path != "secret" && path != "name") {
      return errors::InvalidParameter(
          "update_mask", fmt::format("unknown field \"{}\": use url, events or secret", path));
    }
    fields.url |= all || path == "url";
    fields.events |= all || path == "events";
    fields.secret |= path == "secret";
  }
  return fields;
}

WebhookDelivery::State StateOf(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::kPending:
      return WebhookDelivery::PENDING;
    case store::DeliveryState::kDelivered:
      return WebhookDelivery::DELIVERED;
    case store::DeliveryState::kFailed:
      return WebhookDelivery::FAILED;
  }
  return WebhookDelivery::STATE_UNSPECIFIED;
}

}  // namespace

openzerotouch::v1::Webhook WebhookMessage(const store::Webhook& webhook) {
  openzerotouch::v1::Webhook message;
  message.set_name(FormatWebhookName({.partner = webhook.owner.partner,
                                      .customer = webhook.owner.customer,
                                      .webhook = webhook.id}));
  message.set_url(webhook.url);
  for (const EventType type : kSubscribedTypes) {
    if (webhook.events.Has(type)) message.add_events(std::string(NameOf(type)));
  }
  return message;
}

WebhookDelivery DeliveryMessage(const store::Subscriber& owner, const store::Delivery& delivery) {
  WebhookDelivery message;
  message.set_name(FormatDeliveryName({.webhook = {.partner = owner.partner,
                                                   .customer = owner.customer,
                                                   .webhook = delivery.webhook},
                                       .delivery = delivery.id}));
  message.set_event_type(std::string(NameOf(delivery.type)));
  *message.mutable_create_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(delivery.created));
  message.set_state(StateOf(delivery.state));
  if (delivery.state == store::DeliveryState::kPending) {
    *message.mutable_next_attempt_time() =
        TimeUtil::MicrosecondsToTimestamp(
            absl::ToUnixMicros(std::max(delivery.created, delivery.next_attempt)));
  }
  openzerotouch::v1::WebhookAttempts attempts;
  if (attempts.ParseFromString(delivery.attempts)) {
    message.mutable_attempts()->Swap(attempts.mutable_attempts());
  }
  return message;
}

absl::Status FillIn(const openzerotouch::v1::Webhook& given, const webhook::Policy& policy,
                    store::Webhook& webhook) {
  const bool has_secret = !given.secret().empty();
  ZT_RETURN_IF_ERROR(SetFields(given, {.secret = has_secret}, policy, webhook));
  if (!has_secret) webhook.key = webhook::NewKey();
  return absl::OkStatus();
}

absl::Status Merge(const openzerotouch::v1::Webhook& given, const google::protobuf::FieldMask& mask,
                   const webhook::Policy& policy, store::Webhook& webhook) {
  Fields fields{.url = !given.url().empty(),
                .events = given.events_size() > 0,
                .secret = !given.secret().empty()};
  if (!mask.paths().empty()) {
    ZT_ASSIGN_OR_RETURN(fields, FieldsOf(mask));
  }
  return SetFields(given, fields, policy, webhook);
}

}  // namespace zerotouch::service
