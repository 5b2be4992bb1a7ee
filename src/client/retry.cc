// SPDX-License-Identifier: Apache-2.0
#include "client/retry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "client/api_error.h"

namespace zerotouch::client {
namespace {

bool IsTransient(int http_status) {
  return http_status == 429 || (http_status >= 500 && http_status != 501);
}

// Returns true if a retry can help and does no harm.
bool MayRepeat(const absl::Status& failure, Repeat repeat) {
  if (absl::IsInvalidArgument(failure)) return false;
  if (repeat == Repeat::kAlways) return true;
  const std::optional<ApiError> error = ApiErrorOf(failure);
  if (!error) return absl::IsUnavailable(failure);
  return error->http_status == 429 || (error->http_status == 503 && error->is_envelope());
}

absl::Duration PauseBefore(int attempt, const RetryPolicy& policy, Pacer& pacer,
                           const absl::Status& failure) {
  absl::Duration span = policy.first_pause;
  for (int i = 1; i < attempt && span < policy.longest_pause; ++i) span *= 2;
  const absl::Duration pause = std::min(span, policy.longest_pause) * pacer.Random();
  const std::optional<ApiError> error = ApiErrorOf(failure);
  return std::max(pause, error ? error->retry_after.value_or(absl::ZeroDuration()) : pause);
}

}  // namespace

absl::StatusOr<HttpResponse> SendWithRetries(Transport& transport, Pacer& pacer,
                                             const RetryPolicy& policy, Repeat repeat,
                                             HttpRequest request, const OnRetry& on_retry) {
  const absl::Time end = std::min(pacer.Now() + policy.total, policy.deadline);
  const absl::Duration timeout = request.timeout;
  request.only_once = repeat == Repeat::kIfNotActedOn;
  for (int attempt = 1;; ++attempt) {
    request.timeout = std::min(timeout, policy.deadline - pacer.Now());
    absl::StatusOr<HttpResponse> answer = transport.Send(request);
    if (answer.ok() && !IsTransient(answer->status)) return answer;
    absl::Status failure = answer.ok() ? ErrorStatus(*answer) : answer.status();
    if (attempt >= policy.attempts || !MayRepeat(failure, repeat)) return failure;
    const absl::Duration pause = PauseBefore(attempt, policy, pacer, failure);
    if (pacer.Now() + pause >= end) return failure;
    if (on_retry) on_retry(failure, pause);
    pacer.Sleep(pause);
  }
}

}  // namespace zerotouch::client
