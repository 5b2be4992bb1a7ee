// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_
#define ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_

#include <memory>
#include <string>

#include "http/connection.h"
#include "http/socket.h"

namespace zerotouch::http::http2 {

// Returns an HTTP/2 connection (RFC 9113), in clear text or after ALPN. `read`
// holds the bytes received so far. `context`, `peer` and `socket` must outlive it.
std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Peer& peer, Socket& socket,
                                           std::string read);

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_CONNECTION_H_
