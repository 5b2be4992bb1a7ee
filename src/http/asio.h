// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_ASIO_H_
#define ZEROTOUCH_HTTP_ASIO_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "absl/time/time.h"

// Asio's types for the one executor that the engine uses, the event loop's, because
// its type-erased default takes longer to compile and to run. Included by src/http
// only.
namespace zerotouch::http {

using Executor = boost::asio::io_context::executor_type;

template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;

using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

using SteadyTime = std::chrono::steady_clock::time_point;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> kAwait;

// Makes co_await return errors as values.
inline constexpr auto kNoThrow = boost::asio::as_tuple(kAwait);

inline std::chrono::nanoseconds Chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_ASIO_H_
