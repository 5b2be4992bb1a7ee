// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_WEBHOOKS_H_
#define ZEROTOUCH_STORE_WEBHOOKS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/event_type.h"
#include "store/page.h"

namespace zerotouch::store {

// A company that has webhooks: a reseller or a customer. Only one of both is set.
struct Subscriber {
  PartnerId partner;
  CustomerId customer;

  friend bool operator==(const Subscriber&, const Subscriber&) = default;
};

struct Webhook {
  WebhookId id;
  Subscriber owner;
  std::string url;
  EventTypes events;
  std::string key;  // the bytes of its secret; never log it
  absl::Time created;
};

// How far a delivery is. The numbers are stored.
enum class DeliveryState : uint8_t { kPending = 1, kDelivered = 2, kFailed = 3 };

// An event for one webhook.
struct Delivery {
  DeliveryId id;
  int64_t number = 0;  // assigned by the store; grows with each event of a webhook
  WebhookId webhook;
  EventType type = EventType::kPing;
  absl::Time created;
  DeliveryState state = DeliveryState::kPending;
  absl::Time next_attempt;
  // Later deliveries of the webhook wait for it.
  bool in_order = true;
  int32_t failures = 0;  // since it was created or redelivered
  // A serialized openzerotouch.v1.WebhookAttempts.
  std::string attempts;
  // The content of the event: a serialized openzerotouch.v1.DeviceEvent or
  // google.longrunning.Operation; empty for a ping. Lists leave it out.
  std::string payload;
};

// Returns a delivery with a new id, created at `now`, which is due at once by every clock.
Delivery NewDelivery(WebhookId webhook, EventType type, absl::Time now, std::string payload);

// A delivery whose next attempt is due.
struct DueDelivery {
  int64_t number = 0;
  WebhookId webhook;
  Subscriber owner;
  bool in_order = true;
};

// A sender's right to attempt a delivery until its lease ends. `token` grows with every lease.
struct LeasedDelivery {
  Delivery delivery;
  Webhook webhook;
  int64_t token = 0;
};

class WebhookReads {
 public:
  virtual ~WebhookReads() = default;
  // Lists the company's webhooks with ids above `after`; at most `limit`. Does not count the
  // total.
  virtual absl::StatusOr<Page<Webhook>> ListWebhooks(const Subscriber& owner, WebhookId after,
                                                     int64_t limit) = 0;
  // Counts the company's webhooks. In a transaction that writes, no other transaction adds
  // one until it ends.
  virtual absl::StatusOr<int64_t> CountWebhooks(const Subscriber& owner) = 0;
  // Returns nullopt if the company has no such webhook.
  virtual absl::StatusOr<std::optional<Webhook>> FindWebhook(const Subscriber& owner,
                                                             WebhookId id) = 0;
  // Returns true if there is any webhook.
  virtual absl::StatusOr<bool> HasWebhooks() = 0;
  // Returns the webhooks of these companies.
  virtual absl::StatusOr<std::vector<Webhook>> WebhooksOf(
      std::span<const PartnerId> partners, std::span<const CustomerId> customers) = 0;
  // Lists the webhook's deliveries with numbers below `before` (0: all), newest first; at
  // most `limit`, without payloads.
  virtual absl::StatusOr<Page<Delivery>> ListDeliveries(WebhookId webhook, int64_t before,
                                                        int64_t limit) = 0;
  // Returns the delivery without its payload; nullopt if the webhook has no such delivery.
  virtual absl::StatusOr<std::optional<Delivery>> FindDelivery(WebhookId webhook,
                                                               DeliveryId id) = 0;
  // Returns deliveries whose next attempt is due at `now` and that nobody has leased at
  // `lease_now`, of webhooks with ids above `after`, in the order of these: of each webhook
  // the first one that others wait for, and of those that nobody waits for the one that is
  // due longest. At most `limit`.
  virtual absl::StatusOr<std::vector<DueDelivery>> ReadDueDeliveries(absl::Time now,
                                                                     absl::Time lease_now,
                                                                     WebhookId after,
                                                                     int64_t limit) = 0;
};

class WebhookWrites {
 public:
  virtual ~WebhookWrites() = default;
  // Adds a webhook. ALREADY_EXISTS if the id is taken.
  virtual absl::Status AddWebhook(const Webhook& webhook) = 0;
  // Replaces URL, events and key. NOT_FOUND if the company has no such webhook.
  virtual absl::Status UpdateWebhook(const Webhook& webhook) = 0;
  // Removes the webhook with its deliveries. NOT_FOUND if the company has no such webhook.
  virtual absl::Status RemoveWebhook(const Subscriber& owner, WebhookId id) = 0;
  // Adds a delivery; its number is assigned. The webhook must exist.
  virtual absl::Status AddDelivery(const Delivery& delivery) = 0;
  // Leases a pending delivery until `until`. Returns nullopt if another sender has leased it
  // at `lease_now`, or if it is no longer pending.
  virtual absl::StatusOr<std::optional<LeasedDelivery>> LeaseDelivery(int64_t number,
                                                                      absl::Time lease_now,
                                                                      absl::Time until) = 0;
  // Records an attempt: state, next attempt, order, failures and attempts of
  // `leased.delivery`, and ends the lease. Does nothing if the lease was lost.
  virtual absl::Status RecordAttempt(const LeasedDelivery& leased) = 0;
  // Makes the delivery pending and due at `now`, as if it had not failed yet, and ends its
  // lease. Nothing waits for it. NOT_FOUND if the webhook has no such delivery.
  virtual absl::Status Redeliver(WebhookId webhook, DeliveryId id, absl::Time now) = 0;
  // Deletes deliveries created before `before`, oldest first, at most `limit`. Returns how
  // many.
  virtual absl::StatusOr<int64_t> SweepDeliveries(absl::Time before, int64_t limit) = 0;
  // Deletes the oldest deliveries of each webhook that has more than `kept`. Returns how many.
  virtual absl::StatusOr<int64_t> TrimDeliveries(int64_t kept) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_WEBHOOKS_H_
