// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_SOCKET_H_
#define ZEROTOUCH_HTTP_SOCKET_H_

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/asio.h"
#include "http/tls.h"

namespace zerotouch::http {

// A client's TCP connection, in clear text or under TLS; the protocol above need not
// know which. Allows one read and one write at a time, on its event loop's thread.
// Close it and let its operations end before it is destroyed.
//
// OpenSSL reads and writes the socket directly: Asio's own TLS stream keeps four
// buffers of 17 KiB for each connection, OpenSSL none while it is idle.
class Socket {
 public:
  struct Result {
    size_t bytes = 0;  // 0 at the end and after an error
    boost::system::error_code error;
  };

  explicit Socket(TcpSocket socket);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Executor executor() { return tcp_.get_executor(); }

  // Starts TLS. `begin` is the part of the client's first message received so far.
  // Returns false if the handshake fails.
  Awaitable<bool> Handshake(const TlsContext& tls, std::string_view begin);
  // Returns true if ALPN chose HTTP/2.
  bool AgreedOnHttp2() const;

  // Reads what has arrived, at least one byte, into `room`.
  Awaitable<Result> Read(std::span<char> room);
  // Writes all bytes. Returns false if the connection is lost. `bytes` must stay
  // valid meanwhile.
  Awaitable<bool> Write(std::string_view bytes);
  // Writes as much of `bytes` as goes without waiting, and removes that from it.
  // Returns false if the connection is lost.
  bool WriteSome(std::string_view& bytes);

  // Returns true if a read's error means that the client has finished sending. Many
  // clients end TLS without close_notify; truncation is detected by lengths.
  static bool IsEnd(const boost::system::error_code& error);

  // Returns how many bytes the client has taken, or 0 if the system cannot tell.
  uint64_t TakenBytes();

  // Makes pending operations fail. The connection stays open.
  void Cancel();
  // Makes pending operations fail, and closes.
  void Close();

  // Ends the output. No write may be pending. Afterwards input can only be
  // discarded.
  Awaitable<void> FinishSending();
  // Discards the client's input until it closes.
  Awaitable<void> DiscardRest();

 private:
  class Tls;

  Awaitable<Result> ReadTls(std::span<char> room);

  TcpSocket tcp_;
  std::unique_ptr<Tls> tls_;
  uint64_t written_ = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_SOCKET_H_
