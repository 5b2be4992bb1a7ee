// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_SOCKET_H_
#define ZEROTOUCH_HTTP_SOCKET_H_

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "http/tls.h"

namespace zerotouch::http {

// A client's TCP connection, in clear text or under TLS; the protocol above need not
// know which. Allows one read and one write at a time, on the event loop's thread.
// Models Asio's AsyncReadStream and AsyncWriteStream. Close it and let its
// operations end before it is destroyed.
class Socket {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit Socket(boost::asio::ip::tcp::socket socket) : tcp_(std::move(socket)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  executor_type get_executor() { return tcp_.get_executor(); }

  // Starts TLS. `begin` is the part of the client's first message received so far.
  // Returns false if the handshake fails or times out.
  boost::asio::awaitable<bool> Handshake(const TlsContext& tls, std::string_view begin);
  // Returns true if ALPN chose HTTP/2.
  bool AgreedOnHttp2();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Buffers& room) {
          if (tls_.has_value()) {
            tls_->async_read_some(room, std::move(handler));
          } else {
            tcp_.async_read_some(room, std::move(handler));
          }
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Buffers& bytes) {
          if (tls_.has_value()) {
            tls_->async_write_some(bytes, std::move(handler));
          } else {
            tcp_.async_write_some(bytes, std::move(handler));
          }
        },
        token, buffers);
  }

  // Returns true if a read's error means that the client has finished sending. Many
  // clients end TLS without close_notify; truncation is detected by lengths.
  static bool IsEnd(const boost::system::error_code& error) {
    return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
  }

  // Makes operations that take longer than this from now fail, and closes.
  void ExpireAfter(absl::Duration time) { tcp_.expires_after(absl::ToChronoNanoseconds(time)); }
  void ExpireNever() { tcp_.expires_never(); }

  // Makes pending operations fail. The connection stays open.
  void Cancel() { tcp_.cancel(); }
  // Makes pending operations fail, and closes.
  void Close() {
    boost::system::error_code ignored;
    tcp_.socket().close(ignored);
  }

  // Ends the output. No write may be pending. Afterwards input can only be
  // discarded.
  boost::asio::awaitable<void> FinishSending();
  // Discards the client's input until it closes.
  boost::asio::awaitable<void> DiscardRest();

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_SOCKET_H_
