// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_TRANSCODE_H_
#define ZEROTOUCH_WIRE_REST_TRANSCODE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// Fills the request message of `match`'s method from a call over HTTP: the
// body, then what the URL says, which wins ("HTTP/gRPC transcoding",
// google/api/http.proto). A blank body counts as `{}`. errors::BadRequest with
// everything that is wrong in path, query and body together, in that order.
// `body` keeps its bytes, but its capacity may grow.
absl::Status Transcode(const RouteMatch& match, const Query& query, std::string& body,
                       google::protobuf::Message& request);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_TRANSCODE_H_
