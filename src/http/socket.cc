// SPDX-License-Identifier: Apache-2.0
#include "http/socket.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <string>

#include "base/log.h"
#include "http/connection.h"

namespace zerotouch::http {

namespace asio = boost::asio;

asio::awaitable<bool> Socket::Handshake(const TlsContext& tls, std::string_view begin) {
  ssl_st* const connection = tls.NewConnection();
  if (connection == nullptr) co_return false;
  tls_.emplace(tcp_, connection);
  const auto [error, bytes] =
      co_await tls_->async_handshake(asio::ssl::stream_base::server, asio::buffer(begin), kNoThrow);
  if (error) log::Debug("cannot complete a TLS handshake", {{"error", error.message()}});
  co_return !error;
}

bool Socket::AgreedOnHttp2() {
  if (!tls_.has_value()) return false;
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(tls_->native_handle(), &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

asio::awaitable<void> Socket::FinishSending() {
  if (tls_.has_value()) {
    // Without this OpenSSL waits for the client's close_notify.
    SSL* const connection = tls_->native_handle();
    SSL_set_shutdown(connection, SSL_get_shutdown(connection) | SSL_RECEIVED_SHUTDOWN);
    co_await tls_->async_shutdown(kNoThrow);
  }
  boost::system::error_code ignored;
  tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> Socket::DiscardRest() {
  std::string rest(size_t{64} << 10, '\0');
  while (true) {
    const auto [error, bytes] = co_await tcp_.async_read_some(asio::buffer(rest), kNoThrow);
    if (error) co_return;
  }
}

}  // namespace zerotouch::http
