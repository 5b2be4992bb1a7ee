// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_CONTENT_CODING_H_
#define ZEROTOUCH_HTTP_CONTENT_CODING_H_

#include <string_view>

#include "http/http.h"

namespace zerotouch::http {

// Whether a client that sent this Accept-Encoding takes gzip (RFC 9110 section
// 12.5.3). (Google's front end also wants "gzip" in the User-Agent. This one
// does not: Go's client leaves it out, and reads gzip all the same.)
bool AcceptsGzip(std::string_view accept_encoding);

// Compresses the answer, streamed or not, and says so in its header. Bodies so
// short that it would not help stay as they are.
void CompressAnswer(Response& response);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CONTENT_CODING_H_
