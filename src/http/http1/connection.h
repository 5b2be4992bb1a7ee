// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
#define ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_

#include <memory>
#include <string>

#include "http/connection.h"
#include "http/socket.h"

namespace zerotouch::http::http1 {

// Returns an HTTP/1.1 connection (RFC 9112). `read` holds the bytes received so
// far. `context`, `peer` and `socket` must outlive it.
std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Peer& peer, Socket& socket,
                                           std::string read);

}  // namespace zerotouch::http::http1

#endif  // ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
