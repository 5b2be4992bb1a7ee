// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_
#define ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_

#include <memory>
#include <string>

#include "http/connection.h"
#include "http/socket.h"

namespace zerotouch::http::http2 {

// A connection that speaks HTTP/2 (RFC 9113), in clear text or after ALPN.
// `read` holds the bytes that have come so far. `serving` and `socket`, whose times it keeps
// itself, must outlive it.
std::unique_ptr<Connection> MakeConnection(const Serving& serving, Socket& socket,
                                           std::string read);

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_
