#ifndef ZEROTOUCH_WIRE_HTTP1_CONNECTION_H_
#define ZEROTOUCH_WIRE_HTTP1_CONNECTION_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <memory>

#include "wire/connection.h"
#include "wire/socket.h"

namespace zerotouch::wire::http1 {

// A connection that speaks HTTP/1.1 (RFC 9112). `read` holds the bytes that
// have come so far. `serving` and `socket` must outlive it.
std::unique_ptr<Connection> MakeConnection(const Serving& serving, Socket& socket,
                                           boost::beast::flat_buffer read);

}  // namespace zerotouch::wire::http1

#endif  // ZEROTOUCH_WIRE_HTTP1_CONNECTION_H_
