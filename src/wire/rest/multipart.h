// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_MULTIPART_H_
#define ZEROTOUCH_WIRE_REST_MULTIPART_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "http/http.h"

// The texts of batch requests: MIME multiparts (RFC 2046 section 5.1) whose
// parts are HTTP messages (RFC 9112 section 10.2). Lines end in CRLF, or in LF as
// Python's do. Header lines with control characters are refused.
namespace zerotouch::wire {

// A MIME part or a message: header fields, and the content after the empty line.
struct Part {
  http::Headers headers;
  std::string_view content;
};

// Returns the boundary in a Content-Type, or nullopt if that is not a valid
// multipart/mixed.
std::optional<std::string> BoundaryOf(std::string_view content_type);

// Returns the parts of `body`, which point into it, or INVALID_ARGUMENT with the
// reason if `body` is malformed. Ignores the text before the first part and after
// the last.
absl::StatusOr<std::vector<Part>> SplitMultipart(std::string_view body, std::string_view boundary);

// Returns the request in a part of type application/http, or INVALID_ARGUMENT
// with the reason if the part is malformed.
absl::StatusOr<http::Request> ParseHttpRequest(std::string_view text);

// Returns `HTTP/1.1 200 OK` with the response's header fields and its body, which
// must not be a stream.
std::string HttpResponseText(const http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_MULTIPART_H_
