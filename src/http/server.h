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
#include "http/admission.h"

namespace zerotouch::http {

class Handler;
class TlsContext;

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // host:port, [v6]:port; port 0 picks a free one
  std::shared_ptr<const TlsContext> tls;  // null: clear text
  int threads = 0;                        // event loops; 0: one for each processor
  int worker_threads = 16;                // handlers that block at once
  size_t body_bytes = limits::kBodyBytes;
  size_t header_bytes = limits::kHeaderBytes;
  size_t url_bytes = limits::kUrlBytes;
  absl::Duration read_timeout = limits::kReadTimeout;
  absl::Duration write_timeout = limits::kWriteTimeout;
  absl::Duration first_request_timeout = limits::kFirstRequestTimeout;
  absl::Duration idle_timeout = limits::kIdleTimeout;
  absl::Duration handshake_timeout = limits::kHandshakeTimeout;
  int connections = limits::kConnections;
  int peer_connections = limits::kConnectionsPerPeer;  // of one address
  AdmissionLimits admission = AdmissionLimits::Of(limits::kMemoryBytes);
};

// The load of a server at one moment.
struct ServerLoad {
  int requests = 0;  // handled or queued, without health checks
  // Connections whose protocol is known.
  int http1_connections = 0;
  int http2_connections = 0;
  // Bytes that bodies, messages and answers hold: of small requests together, of
  // others without an account, and of others of accounts.
  uint64_t small_bytes = 0;
  uint64_t stranger_bytes = 0;
  uint64_t account_bytes = 0;
};

// Serves one port: event loops, each on its own thread, and worker threads for
// handlers that block. A connection stays on its loop. A connection's protocol is agreed on by ALPN
// or detected from its first bytes. With TLS, clients that use clear text get an error that says
// so.
class Server {
 public:
  // Binds and starts. The handler must outlive the server. An error (port in use,
  // address not of this machine) is one line that explains the remedy.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       Handler& handler);
  virtual ~Server() = default;

  // Returns the port in use.
  virtual uint16_t port() const = 0;

  virtual ServerLoad load() const = 0;

  // Uses this certificate for new connections; existing ones keep theirs. Only for
  // a server that was started with TLS.
  virtual void UseTls(std::shared_ptr<const TlsContext> tls) = 0;

  // Stops accepting, lets requests in flight finish and closes idle connections.
  // Returns when all are closed, or closes the rest after `timeout`. Idempotent.
  virtual void Drain(absl::Duration timeout) = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_SERVER_H_
