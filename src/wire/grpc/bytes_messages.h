// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_BYTES_MESSAGES_H_
#define ZEROTOUCH_WIRE_GRPC_BYTES_MESSAGES_H_

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "http/http.h"
#include "service/bytes_answer.h"

namespace zerotouch::wire::grpc {

// Returns streamed bytes as messages of `type`, whose first field has a piece each. Reads
// the first piece: its error is that of the call.
absl::StatusOr<http::Response> BytesResponse(service::BytesAnswer answer,
                                             const google::protobuf::Descriptor& type);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_BYTES_MESSAGES_H_
