#ifndef ZEROTOUCH_WIRE_HTTP2_CONNECTION_H_
#define ZEROTOUCH_WIRE_HTTP2_CONNECTION_H_

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "wire/connection.h"

namespace zerotouch::wire::http2 {

// A connection that speaks HTTP/2 (RFC 9113), in clear text or after ALPN.
// `read` holds the bytes that have come so far. `serving` must outlive it.
std::unique_ptr<Connection> MakeConnection(const Serving& serving,
                                           boost::asio::ip::tcp::socket socket, std::string read);

}  // namespace zerotouch::wire::http2

#endif  // ZEROTOUCH_WIRE_HTTP2_CONNECTION_H_
