// SPDX-License-Identifier: Apache-2.0
#include "http/socket.h"

#include <linux/sockios.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <utility>

#include "base/log.h"

namespace zerotouch::http {

namespace asio = boost::asio;
using boost::system::error_code;

// The TLS state of a connection. OpenSSL's own BIO for sockets is not used, because
// it raises SIGPIPE, and cannot begin with bytes that were received already.
class Socket::Tls {
 public:
  enum class Outcome { kDone, kWaitRead, kWaitWrite, kEnd, kFailed };

  Tls(SSL* ssl, int descriptor, std::string_view begin)
      : ssl_(ssl, SSL_free), descriptor_(descriptor), begin_(begin) {
    BIO* const bio = BIO_new(Method());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
  }

  Outcome Accept() {
    return Run([this] { return SSL_do_handshake(ssl_.get()); });
  }
  // Reads into `room` and sets `bytes`.
  Outcome Read(std::span<char> room, size_t& bytes) {
    return Run([&] { return SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes); });
  }
  Outcome Write(std::string_view text, size_t& bytes) {
    return Run([&] { return SSL_write_ex(ssl_.get(), text.data(), text.size(), &bytes); });
  }
  // Sends close_notify. Does not wait for the client's.
  Outcome Shutdown() {
    SSL_set_shutdown(ssl_.get(), SSL_get_shutdown(ssl_.get()) | SSL_RECEIVED_SHUTDOWN);
    return Run([this] { return SSL_shutdown(ssl_.get()); });
  }

  std::string_view Protocol() const {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

 private:
  template <class Function>
  Outcome Run(Function function) {
    ERR_clear_error();
    errno = 0;
    const int result = function();
    if (result > 0) return Outcome::kDone;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return Outcome::kWaitRead;
      case SSL_ERROR_WANT_WRITE:
        return Outcome::kWaitWrite;
      case SSL_ERROR_ZERO_RETURN:
        return Outcome::kEnd;
      default:
        const bool truncated = ended_;
        return truncated ? Outcome::kEnd : Outcome::kFailed;
    }
  }

  static Tls& Self(BIO* bio) { return *static_cast<Tls*>(BIO_get_data(bio)); }

  int Receive(char* room, int size) {
    if (!begin_.empty()) {
      const size_t bytes = std::min(begin_.size(), static_cast<size_t>(size));
      begin_.copy(room, bytes);
      begin_.erase(0, bytes);
      return static_cast<int>(bytes);
    }
    const ssize_t bytes = ::recv(descriptor_, room, static_cast<size_t>(size), MSG_DONTWAIT);
    ended_ = bytes == 0;
    return static_cast<int>(bytes);
  }

  static const BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      BIO_meth_set_read(made, [](BIO* bio, char* room, int size) {
        BIO_clear_retry_flags(bio);
        const int bytes = Self(bio).Receive(room, size);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
        return bytes;
      });
      BIO_meth_set_write(made, [](BIO* bio, const char* text, int size) {
        BIO_clear_retry_flags(bio);
        const ssize_t bytes = ::send(Self(bio).descriptor_, text, static_cast<size_t>(size),
                                     MSG_DONTWAIT | MSG_NOSIGNAL);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
        return static_cast<int>(bytes);
      });
      BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
      });
      return made;
    }();
    return method;
  }

  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  const int descriptor_;
  std::string begin_;   // received before TLS started
  bool ended_ = false;  // the client has closed, perhaps without close_notify
};

Socket::Socket(TcpSocket socket) : tcp_(std::move(socket)) {
  error_code ignored;
  tcp_.native_non_blocking(true, ignored);
}

Socket::~Socket() = default;

Awaitable<bool> Socket::Handshake(const TlsContext& tls, std::string_view begin) {
  SSL* const connection = tls.NewConnection();
  if (connection == nullptr || !tcp_.is_open()) co_return false;
  tls_ = std::make_unique<Tls>(connection, tcp_.native_handle(), begin);
  while (tcp_.is_open()) {
    const Tls::Outcome outcome = tls_->Accept();
    if (outcome == Tls::Outcome::kDone) co_return true;
    if (outcome == Tls::Outcome::kWaitRead) {
      co_await tcp_.async_wait(TcpSocket::wait_read, kNoThrow);
    } else if (outcome == Tls::Outcome::kWaitWrite) {
      co_await tcp_.async_wait(TcpSocket::wait_write, kNoThrow);
    } else {
      const char* reason = ERR_reason_error_string(ERR_peek_last_error());
      log::Debug("cannot complete a TLS handshake", {{"error", reason == nullptr ? "" : reason}});
      break;
    }
  }
  co_return false;
}

bool Socket::AgreedOnHttp2() const { return tls_ != nullptr && tls_->Protocol() == "h2"; }

Awaitable<Socket::Result> Socket::Read(std::span<char> room) {
  if (tls_ != nullptr) co_return co_await ReadTls(room);
  const auto [error, bytes] =
      co_await tcp_.async_read_some(asio::buffer(room.data(), room.size()), kNoThrow);
  co_return Result{.bytes = bytes, .error = error};
}

Awaitable<Socket::Result> Socket::ReadTls(std::span<char> room) {
  while (tcp_.is_open()) {
    size_t bytes = 0;
    const Tls::Outcome outcome = tls_->Read(room, bytes);
    if (outcome == Tls::Outcome::kDone) co_return Result{.bytes = bytes, .error = {}};
    if (outcome == Tls::Outcome::kEnd) co_return Result{.bytes = 0, .error = asio::error::eof};
    if (outcome == Tls::Outcome::kFailed) break;
    const auto direction =
        outcome == Tls::Outcome::kWaitRead ? TcpSocket::wait_read : TcpSocket::wait_write;
    const auto [error] = co_await tcp_.async_wait(direction, kNoThrow);
    if (error) co_return Result{.bytes = 0, .error = error};
  }
  co_return Result{.bytes = 0, .error = asio::error::connection_reset};
}

bool Socket::WriteSome(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (!tcp_.is_open()) return false;
    size_t written = 0;
    if (tls_ != nullptr) {
      const Tls::Outcome outcome = tls_->Write(bytes, written);
      if (outcome == Tls::Outcome::kWaitWrite || outcome == Tls::Outcome::kWaitRead) return true;
      if (outcome != Tls::Outcome::kDone) return false;
    } else {
      const ssize_t sent =
          ::send(tcp_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return errno == EAGAIN;
      written = static_cast<size_t>(sent);
    }
    written_ += written;
    bytes.remove_prefix(written);
  }
  return true;
}

Awaitable<bool> Socket::Write(std::string_view bytes) {
  while (true) {
    if (!WriteSome(bytes)) co_return false;
    if (bytes.empty()) co_return true;
    const auto [error] = co_await tcp_.async_wait(TcpSocket::wait_write, kNoThrow);
    if (error) co_return false;
  }
}

bool Socket::IsEnd(const error_code& error) { return error == asio::error::eof; }

uint64_t Socket::TakenBytes() {
  int queued = 0;
  if (!tcp_.is_open() || ::ioctl(tcp_.native_handle(), SIOCOUTQ, &queued) != 0) return 0;
  // Under TLS more is queued than was written: records have headers.
  return written_ - std::min(written_, static_cast<uint64_t>(std::max(queued, 0)));
}

void Socket::Cancel() {
  error_code ignored;
  tcp_.cancel(ignored);
}

void Socket::Close() {
  error_code ignored;
  tcp_.close(ignored);
}

Awaitable<void> Socket::FinishSending() {
  while (tls_ != nullptr && tcp_.is_open()) {
    if (tls_->Shutdown() != Tls::Outcome::kWaitWrite) break;
    const auto [error] = co_await tcp_.async_wait(TcpSocket::wait_write, kNoThrow);
    if (error) break;
  }
  error_code ignored;
  if (tcp_.is_open()) tcp_.shutdown(TcpSocket::shutdown_send, ignored);
}

Awaitable<void> Socket::DiscardRest() {
  std::string rest(size_t{16} << 10, '\0');
  while (true) {
    const auto [error, bytes] = co_await tcp_.async_read_some(asio::buffer(rest), kNoThrow);
    if (error) co_return;
  }
}

}  // namespace zerotouch::http
