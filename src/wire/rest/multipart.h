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
// parts are HTTP messages (RFC 9112 section 10.2). Lines may end in LF alone,
// as Python's do.
namespace zerotouch::wire {

// A MIME part, or a message: header fields and what follows the empty line.
struct Part {
  http::Headers headers;
  std::string_view content;
};

// The boundary in a Content-Type; nullopt if that is no multipart/mixed.
std::optional<std::string> BoundaryOf(std::string_view content_type);

// The parts of `body`, which they point into. INVALID_ARGUMENT with the reason
// if it is not made of them; what stands before the first and after the last is
// passed over.
absl::StatusOr<std::vector<Part>> SplitMultipart(std::string_view body, std::string_view boundary);

// The request in a part of type application/http. INVALID_ARGUMENT with the
// reason if there is none.
absl::StatusOr<http::Request> ParseHttpRequest(std::string_view text);

// `HTTP/1.1 200 OK` and the answer's header fields and body, which has no stream.
std::string HttpResponseText(const http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_MULTIPART_H_
