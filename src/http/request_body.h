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

// Undoes the Content-Encoding of the body and passes the request to `handler`, which
// answers by `done`. If decoding fails, answers with its rendering of the fault:
// BodyTooLarge if the result exceeds BodyLimit, Malformed if the body is not gzip,
// TooBusy if `request.hold` returns false. Called on an event loop; decodes on a
// worker thread. `options` and `handler` must live until `done` is called.
void DecodeAndServe(Request request, const ServerOptions& options, Handler& handler,
                    Executors& executors, Done done);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_REQUEST_BODY_H_
