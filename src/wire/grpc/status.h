// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_STATUS_H_
#define ZEROTOUCH_WIRE_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "http/http.h"

namespace zerotouch::wire::grpc {

// `status`, OK or one for callers, as the fields that end a gRPC call:
// grpc-status, grpc-message and, with details, grpc-status-details-bin, a
// google.rpc.Status that says the same. Clients take 8 KiB of fields, so a long
// message is cut, and of many violations the last are left out.
http::Headers StatusFields(const absl::Status& status);

// The answer to a call that failed before it sent anything.
http::Response ErrorResponse(const absl::Status& status);

// The fields with which every answer begins.
http::Headers BeginningFields();

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_STATUS_H_
