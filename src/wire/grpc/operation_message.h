// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
#define ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_

#include "absl/status/statusor.h"
#include "http/http.h"
#include "service/operation_answer.h"

namespace zerotouch::wire::grpc {

// Returns an Operation as one message. A long one is streamed and never held in
// memory as a whole. Its length stands at its front, so its items are read twice:
// once to measure and once to send. Returns an error of the first pass. Slow: call
// it from a worker thread.
absl::StatusOr<http::Response> OperationResponse(service::OperationAnswer answer);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
