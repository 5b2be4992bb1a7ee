// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_REQUEST_BODY_H_
#define ZEROTOUCH_HTTP_REQUEST_BODY_H_

#include <cstdint>
#include <optional>

#include "http/fault.h"
#include "http/http.h"
#include "http/server.h"

// Checks and decoding that HTTP/1.1 and HTTP/2 share.
namespace zerotouch::http {

// Returns a fault if a request with this header and a body of `declared` bytes (0
// if unknown) must be refused: UrlTooLong, UnsupportedContentCoding, BodyTooLarge,
// or Malformed if it has two Authorization headers.
std::optional<Fault> CheckHeader(const Request& header, uint64_t declared,
                                 const ServerOptions& options);

// Returns the limit of the request's body, as sent and decoded.
size_t BodyLimit(const Request& request, const ServerOptions& options);

// Undoes the body's Content-Encoding and returns the answer of `handler`. If
// decoding fails, returns its rendering of the fault: BodyTooLarge if the result
// exceeds BodyLimit, Malformed if the body is not gzip, TooBusy if
// `request.hold` returns false. Called on a worker thread.
Response DecodeAndHandle(Request request, const ServerOptions& options, Handler& handler);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_REQUEST_BODY_H_
