// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_TRANSCODE_H_
#define ZEROTOUCH_WIRE_REST_TRANSCODE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "json/json.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// Fills the request message of `match`'s method from a call over HTTP, as
// "HTTP/gRPC transcoding" (google/api/http.proto) says: first from the body, then
// from the URL, whose values replace those of the body. A query parameter that
// repeats a path variable must have the same value. A blank body counts as `{}`.
// Returns errors::BadRequest with all violations of path, query and body, in
// that order. Does not change the bytes of `body`, but may grow its capacity. `options` is for
// a body that is the whole request.
absl::Status Transcode(const RouteMatch& match, const Query& query, std::string& body,
                       google::protobuf::Message& request, const json::ParseOptions& options = {});

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_TRANSCODE_H_
