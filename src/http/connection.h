// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_CONNECTION_H_
#define ZEROTOUCH_HTTP_CONNECTION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "http/admission.h"
#include "http/asio.h"
#include "http/http.h"
#include "http/server.h"

// Shared by the server and its protocols. Included by src/http only, because Asio
// takes long to compile.
namespace zerotouch::http {

// Bytes per read unless a large body is expected: the buffer of an idle connection.
inline constexpr size_t kSmallRead = size_t{2} << 10;

// The connections whose protocol is known.
struct ConnectionCounts {
  std::atomic<int> http1 = 0;
  std::atomic<int> http2 = 0;
};

// Shared by the connections of one server.
struct ServerContext {
  const ServerOptions& options;
  Handler& handler;
  Admission& admission;
  Executors& executors;  // handlers and body sources that may block run here
  const std::atomic<bool>& draining;
  ConnectionCounts& connections;
};

// Returns the memory that an answer holds until its client has taken it, in bytes.
inline uint64_t HeldBytes(const Response& response) {
  return response.stream == nullptr ? response.body.size() : response.stream->HeldBytes();
}

// A client's connection whose protocol is known. Runs on its event loop's thread.
class Connection {
 public:
  virtual ~Connection() = default;
  // Serves requests until the connection ends.
  virtual Awaitable<void> Run() = 0;
  // Makes Run return once the requests in flight are answered.
  virtual void Drain() = 0;
  // Makes Run return as soon as none of its handlers runs.
  virtual void Close() = 0;
  // Closes, or resets requests, if the client exceeded a timeout. Called regularly.
  virtual void CheckTimeouts(SteadyTime now) = 0;
  // Returns since when there has been no request; nullopt while there is one.
  virtual std::optional<SteadyTime> IdleSince() const = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CONNECTION_H_
