// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
#define ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_

#include "absl/status/statusor.h"
#include "http/http.h"
#include "service/operation_answer.h"

namespace zerotouch::wire::grpc {

// An Operation as one message. A long one is made while it is sent, never
// holding all of its items; because its length stands at its front, they are
// then read twice. An error on the first way through is returned, for there is
// still time to say so. Takes its time: for a worker thread.
absl::StatusOr<http::Response> OperationResponse(service::OperationAnswer answer);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
