// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_BATCH_SENDER_H_
#define ZEROTOUCH_SERVICE_BATCH_SENDER_H_

#include "auth/authorized.h"
#include "batch/engine.h"

namespace zerotouch::service {

// Returns the caller as the sender of a batch.
template <class Right>
batch::BatchSender SenderOf(const auth::Authorized<Right>& caller) {
  return {caller.right().partner, caller.right().account, caller.actor()};
}

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_BATCH_SENDER_H_
