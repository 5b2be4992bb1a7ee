// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_READ_REQUEST_H_
#define ZEROTOUCH_WIRE_GRPC_READ_REQUEST_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "batch/stored_request.h"
#include "google/protobuf/message.h"
#include "http/http.h"

namespace zerotouch::wire::grpc {

// Parses the only message of `request` (OnlyMessage, ParseMessage) into `message`,
// which is empty, and frees its bytes. `limit` is in bytes. Before that, counts what
// the message holds: a batch of too many items gets the error of CheckBatchSize, and
// without memory for the message (`request.hold`) the call gets errors::TooBusy.
// `check_right`, unless empty, is asked before the items of a batch are parsed; it
// gets a message of the same type without them. The items of a batch are added to `items`,
// unless that is null, instead of the message.
absl::Status ReadRequest(
    http::Request& request, size_t limit,
    const std::function<absl::Status(const google::protobuf::Message&)>& check_right,
    google::protobuf::Message& message, batch::PackedItems* items = nullptr);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_READ_REQUEST_H_
