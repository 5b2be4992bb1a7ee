// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_READ_REQUEST_H_
#define ZEROTOUCH_WIRE_REST_READ_REQUEST_H_

#include "absl/status/status.h"
#include "auth/principal.h"
#include "batch/stored_request.h"
#include "google/protobuf/message.h"
#include "http/http.h"
#include "wire/methods.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// Checks the caller's right to a call over HTTP by its path alone, before its body
// is read. Returns OK if the path has a value that its field cannot hold, which
// Transcode reports.
absl::Status CheckPathRight(const RouteMatch& match, const auth::Principal& caller,
                            const MethodTable& methods);

// Parses a request as Transcode does, and frees its body. The items of a batch are added
// to `items`, unless that is null, instead of the message. Before that, counts what the
// body holds: a batch of too many items gets the error of CheckBatchSize, and without
// memory for what is parsed (`request.hold`) the call gets errors::TooBusy.
absl::Status ReadRequest(const RouteMatch& match, const Query& query, http::Request& request,
                         google::protobuf::Message& message, batch::PackedItems* items = nullptr);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_READ_REQUEST_H_
