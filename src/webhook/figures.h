// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_FIGURES_H_
#define ZEROTOUCH_WEBHOOK_FIGURES_H_

// The figures that a server keeps of webhooks. Thread-safe.
namespace zerotouch::webhook {

// How an attempt to deliver a webhook ends.
enum class Result {
  kDelivered,  // the receiver took it
  kRetried,    // it failed, and another attempt follows
  kFailed,     // the last attempt failed
};

// Counts an attempt: zerotouch_webhook_deliveries_total.
void CountDelivery(Result result);

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_FIGURES_H_
