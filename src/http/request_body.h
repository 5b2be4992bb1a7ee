// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_REQUEST_BODY_H_
#define ZEROTOUCH_HTTP_REQUEST_BODY_H_

#include <cstdint>
#include <optional>

#include "http/fault.h"
#include "http/http.h"
#include "http/server.h"

// What every transport does with a request whose handler has not seen it yet.
namespace zerotouch::http {

// Whether a request with this header, and a body of `declared` bytes (0 if it
// does not say), can be taken. errors::UrlTooLong,
// errors::UnsupportedContentCoding, errors::BodyTooLarge; errors::BadRequest if
// it has two Authorization headers.
std::optional<Fault> CheckHeader(const Request& header, uint64_t declared,
                                 const ServerOptions& options);

// What `handler` answers to a whole request once its body's Content-Encoding is
// undone; its rendering of errors::BodyTooLarge if that gives more than
// `options.body_bytes`, of errors::BadRequest if the body is not what the header
// says, of errors::TooBusy if `request.hold` says no. For a worker thread.
Response DecodeAndHandle(Request request, const ServerOptions& options, Handler& handler);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_REQUEST_BODY_H_
