// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_CONTENT_CODING_H_
#define ZEROTOUCH_HTTP_CONTENT_CODING_H_

#include <string_view>

#include "http/http.h"

namespace zerotouch::http {

// Returns true if this Accept-Encoding accepts gzip (RFC 9110 section 12.5.3).
// Google's front end also requires "gzip" in the User-Agent. This server does
// not, because Go's client accepts gzip without it.
bool AcceptsGzip(std::string_view accept_encoding);

// Compresses the answer, streamed or not, and sets its Content-Encoding. Leaves
// short bodies unchanged.
void CompressAnswer(Response& response);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CONTENT_CODING_H_
