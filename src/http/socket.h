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

// A client's TCP connection, in clear text or under TLS: what is spoken on it
// need not know which. One read and one write at a time, on the event loop's
// thread alone. As Asio's AsyncReadStream and AsyncWriteStream it has functions
// of their names. Close it and let its operations end before it goes.
class Socket {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit Socket(boost::asio::ip::tcp::socket socket) : tcp_(std::move(socket)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  executor_type get_executor() { return tcp_.get_executor(); }

  // Goes on under TLS. `begin` is what has come of the client's first message.
  // False if the client is gone, too slow, or they do not agree.
  boost::asio::awaitable<bool> Handshake(const TlsContext& tls, std::string_view begin);
  // Whether both have agreed on HTTP/2, by ALPN.
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

  // Whether a read that failed so means that the client sends nothing more. Many
  // end TLS by closing alone; what was not whole then is seen by its own length.
  static bool IsEnd(const boost::system::error_code& error) {
    return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
  }

  // Operations that take longer than this from now fail and close the stream.
  void ExpireAfter(absl::Duration time) { tcp_.expires_after(absl::ToChronoNanoseconds(time)); }
  void ExpireNever() { tcp_.expires_never(); }

  // What is being read or written ends with an error. The stream goes on.
  void Cancel() { tcp_.cancel(); }
  // The same, and closes.
  void Close() {
    boost::system::error_code ignored;
    tcp_.socket().close(ignored);
  }

  // Tells the client that nothing more will come. While nothing is being
  // written. What it still sends can then only be thrown away.
  boost::asio::awaitable<void> FinishSending();
  // Throws away what the client sends, until it closes.
  boost::asio::awaitable<void> DiscardRest();

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_SOCKET_H_
