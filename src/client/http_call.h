// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_HTTP_CALL_H_
#define ZEROTOUCH_CLIENT_HTTP_CALL_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace zerotouch::client {

// A call of a method over HTTP.
struct HttpCall {
  std::string method;
  std::string path;  // with the query, percent-encoded
  std::string body;  // JSON; empty if the call has no body
};

// Returns the HTTP call for `request`, of the method's input type, by the method's
// google.api.http annotation ("HTTP/gRPC transcoding", google/api/http.proto). Clears
// the fields of `request` that are in the path or the query. Returns INVALID_ARGUMENT
// that names a field of the path that is not set.
absl::StatusOr<HttpCall> RenderCall(const google::protobuf::MethodDescriptor& method,
                                    google::protobuf::Message& request);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_HTTP_CALL_H_
