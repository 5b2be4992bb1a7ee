// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_
#define ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_

#include <functional>

#include "absl/status/statusor.h"
#include "http/http.h"

namespace zerotouch::wire {

// Answers a batch request (`POST /batch`, "Batching HTTP requests"): makes each
// of its calls by `call`, limits::kBatchCallsAtOnce of them side by side, and
// answers with theirs in the order of the request. A call without an
// Authorization header gets that of the batch. A part that is no call is
// answered by `refuse`, as is a call whose answer is too large to keep. `call`
// and `refuse` must be thread-safe.
//
// errors::BadRequest if `request` is no batch, empty, or has too many calls.
absl::StatusOr<http::Response> AnswerBatch(
    const http::Request& request, const std::function<http::Response(http::Request)>& call,
    const std::function<http::Response(const absl::Status&)>& refuse);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_
