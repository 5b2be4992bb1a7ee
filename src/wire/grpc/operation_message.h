// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
#define ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_

#include "absl/status/statusor.h"
#include "http/http.h"
#include "service/operation_answer.h"

namespace zerotouch::wire::grpc {

// Returns an Operation as one message (PartsResponse).
absl::StatusOr<http::Response> OperationResponse(service::OperationAnswer answer,
                                                 bool accepts_gzip);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_OPERATION_MESSAGE_H_
