// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_SERVER_H_
#define ZEROTOUCH_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/limits.h"

namespace zerotouch::http {

class Handler;
class TlsContext;

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // host:port, [v6]:port; port 0 picks a free one
  std::shared_ptr<const TlsContext> tls;  // null: clear text
  int worker_threads = 16;                // handlers running side by side
  size_t body_bytes = limits::kBodyBytes;
  size_t header_bytes = limits::kHeaderBytes;
  size_t url_bytes = limits::kUrlBytes;
  absl::Duration read_timeout = limits::kReadTimeout;
  absl::Duration write_timeout = limits::kWriteTimeout;
  absl::Duration idle_timeout = limits::kIdleTimeout;
  absl::Duration handshake_timeout = limits::kHandshakeTimeout;
  int connections = limits::kConnections;
  int queued_requests = limits::kQueuedRequests;
  size_t body_bytes_in_flight = limits::kBodyBytesInFlight;
};

// One listening port: an event loop on a thread of its own, and worker threads
// on which handlers run. What a connection speaks is agreed on by ALPN or told
// from its first bytes. With TLS, a client that speaks clear text gets an error
// which says so.
class Server {
 public:
  // Binds and starts. The handler must outlive the server. An error (port in
  // use, address not of this machine) says what to do, in one line.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       Handler& handler);
  virtual ~Server() = default;

  // The port in use.
  virtual uint16_t port() const = 0;

  // Has clients who come from now on meet this certificate; those that are here
  // keep theirs. For a server that was started with TLS.
  virtual void UseTls(std::shared_ptr<const TlsContext> tls) = 0;

  // Stops accepting, lets requests in flight finish, closes idle connections,
  // and returns when all are closed or `patience` is over. Idempotent.
  virtual void Drain(absl::Duration patience) = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_SERVER_H_
