#ifndef ZEROTOUCH_WIRE_REQUEST_BODY_H_
#define ZEROTOUCH_WIRE_REQUEST_BODY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "wire/admission.h"
#include "wire/http.h"
#include "wire/server.h"

// What every transport does with a request whose handler has not seen it yet.
namespace zerotouch::wire {

// Whether a request with this header, and a body of `declared` bytes (0 if it
// does not say), keeps the limits. errors::UrlTooLong,
// errors::UnsupportedContentCoding, errors::BodyTooLarge.
absl::Status CheckHeader(const HttpRequest& header, uint64_t declared,
                         const ServerOptions& options);

// Undoes the body's Content-Encoding. errors::BodyTooLarge past
// `options.body_bytes`, errors::BadRequest if it is not what the header says,
// errors::TooBusy if `ticket` cannot hold the result. Takes its time: for a
// worker thread.
absl::Status DecodeBody(HttpRequest& request, Admission::Ticket& ticket,
                        const ServerOptions& options);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REQUEST_BODY_H_
