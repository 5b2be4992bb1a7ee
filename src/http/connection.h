// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_CONNECTION_H_
#define ZEROTOUCH_HTTP_CONNECTION_H_

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>

#include "absl/time/time.h"
#include "http/admission.h"
#include "http/http.h"
#include "http/server.h"

// Shared by the server and its protocols. Included by src/http only, because Asio
// takes long to compile.
namespace zerotouch::http {

// Makes co_await return errors as values.
inline constexpr auto kNoThrow = boost::asio::as_tuple(boost::asio::use_awaitable);

// Bytes per read unless a large body is expected: the buffer of an idle connection.
inline constexpr size_t kSmallRead = size_t{4} << 10;

inline std::chrono::nanoseconds Chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

// Shared by the connections of one server.
struct ServerContext {
  const ServerOptions& options;
  Handler& handler;
  Admission& admission;
  boost::asio::thread_pool& workers;  // handlers and body sources run here
  const std::atomic<bool>& draining;
};

// A client's connection whose protocol is known. Runs on the event loop's thread.
class Connection {
 public:
  virtual ~Connection() = default;
  // Serves requests until the connection ends.
  virtual boost::asio::awaitable<void> Run() = 0;
  // Makes Run return once the requests in flight are answered.
  virtual void Drain() = 0;
  // Makes Run return as soon as none of its handlers runs.
  virtual void Close() = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CONNECTION_H_
