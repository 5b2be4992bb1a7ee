// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_RETRY_H_
#define ZEROTOUCH_CLIENT_RETRY_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/pacer.h"
#include "client/transport.h"

namespace zerotouch::client {

// How often, and for how long, a failed call is retried.
struct RetryPolicy {
  int attempts = 8;                         // including the first
  absl::Duration total = absl::Minutes(2);  // from the first attempt to the beginning of the last
  absl::Time deadline = absl::InfiniteFuture();          // cuts off the last attempt
  absl::Duration first_pause = absl::Milliseconds(250);  // doubles with each attempt
  absl::Duration longest_pause = absl::Seconds(15);
};

// Says if a call may be retried although the server may have executed it.
enum class Repeat {
  // The call is idempotent.
  kAlways,
  // Only if the server certainly did not execute it: the request did not reach the
  // server, or the API itself refused it (429, or 503 with the API's own error body; a
  // proxy also sends 503 if it lost an answer).
  kIfNotActedOn,
};

// Called for each failure that is followed by another attempt after `pause`.
using OnRetry = std::function<void(const absl::Status& failure, absl::Duration pause)>;

// Sends `request` and retries 429, 5xx (except 501) and failures of the transport as
// long as `policy` and `repeat` allow. Returns any other answer as it is. If no more
// attempt is allowed, returns the last failure: that of Transport::Send, or ErrorStatus
// of the answer.
//
// Pauses between attempts for a random part of a span that doubles ("full jitter",
// so that many clients do not retry at the same time), and at least as long as the
// server's Retry-After. If that is too long for `policy`, gives up immediately.
absl::StatusOr<HttpResponse> SendWithRetries(Transport& transport, Pacer& pacer,
                                             const RetryPolicy& policy, Repeat repeat,
                                             HttpRequest request, const OnRetry& on_retry);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_RETRY_H_
