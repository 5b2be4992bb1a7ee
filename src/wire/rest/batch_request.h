// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_
#define ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_

#include <functional>

#include "absl/status/statusor.h"
#include "http/http.h"

namespace zerotouch::wire {

// Answers a batch request (`POST /batch`, "Batching HTTP requests"): passes each of
// its calls to `call`, limits::kBatchCallsAtOnce at a time, and returns the answers
// in the order of the calls. A call without an Authorization header gets that of
// the batch. `refuse` answers a part that is not a call, and a call whose answer is
// too large to hold. `call` and `refuse` must be thread-safe.
//
// The answers count against `request.hold` while they are made, and so does what the
// calls hold, which get a `hold` of their own.
//
// Returns errors::BadRequest if `request` is not a batch, is empty, or has too many
// calls.
absl::StatusOr<http::Response> AnswerBatch(
    const http::Request& request, const std::function<http::Response(http::Request)>& call,
    const std::function<http::Response(const absl::Status&)>& refuse);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_BATCH_REQUEST_H_
