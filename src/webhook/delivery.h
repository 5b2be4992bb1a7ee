// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_DELIVERY_H_
#define ZEROTOUCH_WEBHOOK_DELIVERY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/webhooks.h"

// Makes the request for an event, and decides what follows from an attempt.
namespace zerotouch::webhook {

// Returns the `webhook-id` of a delivery, the same for each attempt.
std::string MessageId(DeliveryId id);

// Returns the body of a delivery: `{"type","timestamp","data"}`, the same for each attempt.
// DATA_LOSS if what is stored of it is damaged.
absl::StatusOr<std::string> BodyOf(const store::Delivery& delivery);

// How an attempt went.
struct Attempt {
  absl::Time begun;        // by the clock of the registry
  absl::Duration latency;  // in real time
  int http_status = 0;     // 0: no answer came
  std::string error;       // why no answer came; empty if one did

  bool succeeded() const { return http_status >= 200 && http_status <= 299; }
};

// Notes the attempt with the delivery, and decides the next step: it is delivered; it is
// retried after 5 s, 1 min, 5 min, 30 min, 2 h, 8 h and 24 h, and from the third failure on
// later ones do not wait for it; or, after the last of these, it has failed. `now` is by the
// clock of the registry.
void Settle(const Attempt& attempt, absl::Time now, store::Delivery& delivery);

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_DELIVERY_H_
