// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_STREAM_H_
#define ZEROTOUCH_HTTP_HTTP2_STREAM_H_

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "http/admission.h"
#include "http/http.h"

namespace zerotouch::http::http2 {

using SteadyTime = std::chrono::steady_clock::time_point;

// One request and its answer. On the event loop's thread, but for `over`.
struct Stream {
  Stream(const boost::asio::any_io_executor& executor, int32_t number)
      : id(number), changed(executor), due(executor) {}

  // Wakes whoever waits for `changed`.
  void Signal() { changed.cancel(); }
  size_t Unsent() const { return out.size() - sent; }

  const int32_t id;
  // Nobody wants the answer any more: reset, past its time, or the connection
  // is gone. Workers look at it before they begin.
  std::atomic<bool> over = false;
  bool cut = false;                   // reset by this side
  boost::asio::steady_timer changed;  // cancelled when something below changes
  boost::asio::steady_timer due;      // when the caller stops waiting
  SteadyTime progress;                // when the client did its part last

  // The request. The body goes from here to the handler.
  Request header;
  bool header_too_large = false;
  std::optional<Admission::Ticket> ticket;
  std::string body;
  bool ended = false;
  bool accepted = false;       // the body is welcome
  bool conversing = false;     // the body goes to an exchange as it comes
  size_t unconsumed = 0;       // of what came, what the client was not told is taken
  std::optional<Fault> fault;  // why the body is not taken after all

  // The answer: what has been made of its body, of which `sent` bytes are gone.
  bool answered = false;  // its header is on its way
  std::string out;
  size_t sent = 0;
  bool out_ended = false;
  bool end_sent = false;  // with the last byte gone, the end went as well
  bool waiting = false;   // the session waits to be resumed
  Headers trailers;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_STREAM_H_
