// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_CLIENT_H_
#define ZEROTOUCH_HTTP_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/admission.h"
#include "http/asio.h"
#include "http/connection.h"
#include "http/socket.h"
#include "http/tls.h"

namespace zerotouch::http {

// A client from accept to close. Used on its loop's thread, except idle_since.
class Client {
 public:
  // `tls` is null for clear text. With TLS, clients that use clear text are served
  // with `plain`.
  Client(const ServerContext& context, const ServerContext& plain, TcpSocket socket,
         std::shared_ptr<Peer> peer, std::shared_ptr<const TlsContext> tls)
      : context_(context),
        plain_(plain),
        tls_(std::move(tls)),
        peer_(std::move(peer)),
        socket_(std::move(socket)),
        deadline_(DeadlineOfFirstBytes()) {
    ++peer_->connections;
  }
  ~Client() { --peer_->connections; }

  Awaitable<void> Run();
  // Finishes the requests in flight. A silent client may still send its first one.
  void Drain();
  // Closes the connection if the client has sent nothing yet.
  void CloseSilent();
  void Close() { connection_ != nullptr ? connection_->Close() : socket_.Close(); }
  void CheckTimeouts(SteadyTime now);
  // Returns since when there has been no request; nullopt while there is one.
  std::optional<SteadyTime> IdleSince() const;
  const Peer& peer() const { return *peer_; }

 private:
  // Returns the time until which the first bytes must have come.
  SteadyTime DeadlineOfFirstBytes() const;
  // Starts TLS if the client uses it. Returns the context to serve the client with,
  // or null if the connection failed.
  Awaitable<const ServerContext*> StartTls();
  // Detects the protocol from the first bytes, which stay in `read_`. Returns
  // nullopt if the client disconnects or exceeds a timeout.
  Awaitable<std::optional<Protocol>> DetectProtocol();
  Awaitable<bool> ReadMore();

  const ServerContext& context_;
  const ServerContext& plain_;
  const std::shared_ptr<const TlsContext> tls_;
  const std::shared_ptr<Peer> peer_;
  Socket socket_;
  const SteadyTime accepted_ = std::chrono::steady_clock::now();
  SteadyTime deadline_;                     // until the protocol is known
  std::string read_;                        // the same
  std::unique_ptr<Connection> connection_;  // once the protocol is known
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CLIENT_H_
