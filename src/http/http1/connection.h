// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
#define ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <memory>

#include "http/connection.h"
#include "http/socket.h"

namespace zerotouch::http::http1 {

// Returns an HTTP/1.1 connection (RFC 9112). `read` holds the bytes received so
// far. `context` and `socket` must outlive it.
std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Socket& socket,
                                           boost::beast::flat_buffer read);

}  // namespace zerotouch::http::http1

#endif  // ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
