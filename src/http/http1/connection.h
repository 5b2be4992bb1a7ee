// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
#define ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <memory>

#include "http/connection.h"
#include "http/socket.h"

namespace zerotouch::http::http1 {

// A connection that speaks HTTP/1.1 (RFC 9112). `read` holds the bytes that
// have come so far. `serving` and `socket` must outlive it.
std::unique_ptr<Connection> MakeConnection(const Serving& serving, Socket& socket,
                                           boost::beast::flat_buffer read);

}  // namespace zerotouch::http::http1

#endif  // ZEROTOUCH_HTTP_HTTP1_CONNECTION_H_
