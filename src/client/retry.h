// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_RETRY_H_
#define ZEROTOUCH_CLIENT_RETRY_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/pacer.h"
#include "client/transport.h"

namespace zerotouch::client {

// How often, and how long, a call that failed is repeated.
struct RetryPolicy {
  int attempts = 8;                                      // the first included
  absl::Duration total = absl::Minutes(2);               // from the first to the begin of the last
  absl::Time deadline = absl::InfiniteFuture();          // when the last is cut off
  absl::Duration first_pause = absl::Milliseconds(250);  // doubles with each attempt, up to
  absl::Duration longest_pause = absl::Seconds(15);
};

// Whether a call may be repeated although the server may have acted on it.
enum class Repeat {
  // Yes: acting twice is the same as acting once.
  kAlways,
  // Only if the server has certainly not acted: the request never reached it,
  // or the API itself refused it for now (429, or 503 in its own error shape;
  // a proxy says 503 of lost answers too).
  kIfNotActedOn,
};

// Told of each failure that is followed by another attempt after `pause`.
using OnRetry = std::function<void(const absl::Status& failure, absl::Duration pause)>;

// Sends `request` until it is answered with anything but 429 and 5xx, or
// `policy` or `repeat` forbids another attempt; then the last failure is
// returned (of Transport::Send, or ErrorStatus of the answer). Answers of 2xx,
// 3xx and the other 4xx are returned as they are; 501 is not repeated.
//
// Between attempts it pauses for a random part of a span that doubles ("full
// jitter", so that many clients do not come back together), and never for less
// than the server's Retry-After says; if that is too long for `policy`, it gives
// up at once.
absl::StatusOr<HttpResponse> SendWithRetries(Transport& transport, Pacer& pacer,
                                             const RetryPolicy& policy, Repeat repeat,
                                             HttpRequest request, const OnRetry& on_retry);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_RETRY_H_
