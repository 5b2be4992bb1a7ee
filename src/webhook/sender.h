// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_SENDER_H_
#define ZEROTOUCH_WEBHOOK_SENDER_H_

#include <atomic>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "webhook/policy.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::webhook {

// Sends the deliveries of all webhooks of a registry, on a thread of its own. Several senders,
// also of other processes, may share a registry: each delivery is leased before an attempt.
// A delivery is sent at least once, and those of a webhook in order while its receiver answers
// (delivery.h). What a receiver does delays only its own webhook's deliveries.
class Sender {
 public:
  // The references must outlive it. Retries follow `clock`; leases, timeouts and the time in
  // signatures, which receivers compare with their own, follow the real one.
  Sender(store::Store& store, const Clock& clock, Policy policy);
  // As Stop.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void Start();
  // Ends the thread. Attempts in progress are given up, and due again. Idempotent.
  void Stop();

 private:
  class Loop;

  store::Store& store_;
  const Clock& clock_;
  const Policy policy_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_SENDER_H_
