// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_STATUS_H_
#define ZEROTOUCH_WIRE_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "http/http.h"

namespace zerotouch::wire::grpc {

// Returns the fields that end a gRPC call with `status`, which is OK or public:
// grpc-status, grpc-message and, if there are details, grpc-status-details-bin, a
// google.rpc.Status. Clients accept 8 KiB of fields, so long messages are cut and
// the last of many violations are omitted.
http::Headers StatusFields(const absl::Status& status);

// Returns the answer to a call that failed before it sent a message.
http::Response ErrorResponse(const absl::Status& status);

// Returns the header fields of every answer. `has_gzip`: messages may be compressed.
http::Headers BeginningFields(bool has_gzip = false);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_STATUS_H_
