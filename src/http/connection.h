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

// Between the server and what its connections speak. Only they include this:
// Asio takes long to compile.
namespace zerotouch::http {

// For co_await: errors come back as values.
inline constexpr auto kNoThrow = boost::asio::as_tuple(boost::asio::use_awaitable);

// What is read at once while nothing large is expected: all that an idle
// connection holds.
inline constexpr size_t kSmallRead = size_t{4} << 10;

inline std::chrono::nanoseconds Chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

// What the connections of one server share.
struct Serving {
  const ServerOptions& options;
  Handler& handler;
  Admission& admission;
  boost::asio::thread_pool& workers;  // handlers and body sources run here
  const std::atomic<bool>& draining;
};

// One client's connection once it is known what it speaks. Everything runs on
// the event loop's thread.
class Connection {
 public:
  virtual ~Connection() = default;
  // Serves requests until the connection is over.
  virtual boost::asio::awaitable<void> Run() = 0;
  // Makes Run end once the requests in flight are answered.
  virtual void Drain() = 0;
  // Makes Run end as soon as no handler runs for it.
  virtual void Close() = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_CONNECTION_H_
