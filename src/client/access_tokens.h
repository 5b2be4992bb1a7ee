// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_
#define ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_

#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/credentials.h"
#include "client/retry.h"

namespace zerotouch::client {

// Access tokens of one account for one scope, fetched by the JWT-bearer grant
// (RFC 7523) and kept until shortly before they expire. Thread-safe: callers
// that need a new one at the same time share one request.
class AccessTokens {
 public:
  // `transport` and `pacer` must outlive it.
  AccessTokens(Credentials credentials, std::string scope, Transport& transport, Pacer& pacer,
               OnRetry on_retry);

  // A token that is good for some time. UNAUTHENTICATED if the server refuses
  // the account's key; else as SendWithRetries, which fetches it by `policy`.
  absl::StatusOr<std::string> Get(const RetryPolicy& policy);

  // The server refused `token`, which Get gave: it is not given again.
  void Drop(std::string_view token);

 private:
  absl::Status Fetch(const RetryPolicy& policy);  // mutex_ is held
  absl::StatusOr<std::string> Assertion(absl::Time now) const;

  const Credentials credentials_;
  const std::string scope_;
  Transport& transport_;
  Pacer& pacer_;
  const OnRetry on_retry_;

  std::mutex mutex_;
  std::string token_;       // guarded by mutex_; empty: none
  absl::Time renew_after_;  // guarded by mutex_
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_ACCESS_TOKENS_H_
