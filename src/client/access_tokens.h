// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_
#define ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "client/credentials.h"
#include "client/retry.h"

namespace zerotouch::client {

// Fetches access tokens of one account for one scope by the JWT-bearer grant
// (RFC 7523), and caches them until shortly before they expire. Thread-safe: callers
// that need a new token at the same time share one request.
class AccessTokens {
 public:
  // `transport` and `pacer` must outlive it.
  AccessTokens(Credentials credentials, std::string scope, Transport& transport, Pacer& pacer,
               OnRetry on_retry);

  // Returns a token that does not expire soon. Returns UNAUTHENTICATED if the server
  // refuses the account's key, else the errors of SendWithRetries with `policy`.
  absl::StatusOr<std::string> Get(const RetryPolicy& policy);

  // Drops `token`, which the server refused, so that Get does not return it again.
  void Drop(std::string_view token);

 private:
  absl::Status Fetch(const RetryPolicy& policy) ZT_REQUIRES(mutex_);
  absl::StatusOr<std::string> Assertion(absl::Time now) const;

  const Credentials credentials_;
  const std::string scope_;
  Transport& transport_;
  Pacer& pacer_;
  const OnRetry on_retry_;

  Mutex mutex_;
  std::string token_ ZT_GUARDED_BY(mutex_);  // empty until it is fetched
  absl::Time renew_after_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_
