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

// One request and its answer. Used on the event loop's thread, except `over`.
struct Stream {
  Stream(const boost::asio::any_io_executor& executor, int32_t number)
      : id(number), changed(executor), deadline(executor) {}

  // Wakes the coroutine that waits for `changed`.
  void Signal() { changed.cancel(); }
  size_t Unsent() const { return out.size() - sent; }

  const int32_t id;
  // True when the answer is no longer needed: the stream was reset, its deadline
  // passed, or the connection closed. Workers check it before they begin.
  std::atomic<bool> over = false;
  bool cut = false;                    // reset by this side
  boost::asio::steady_timer changed;   // cancelled when something below changes
  boost::asio::steady_timer deadline;  // expires at the caller's deadline
  SteadyTime progress;                 // the client's last progress

  // The request. Handle moves the body out.
  Request header;
  bool header_too_large = false;
  std::optional<Admission::Ticket> ticket;
  std::string body;
  bool ended = false;
  bool accepted = false;       // the body will be read
  bool streaming = false;      // the body goes to a streaming call as it arrives
  size_t unconsumed = 0;       // received bytes for which no window was opened yet
  std::optional<Fault> fault;  // why the request is refused while its body arrives

  // The answer: the unsent part of its body begins at `sent`.
  bool answered = false;  // its header was submitted
  std::string out;
  size_t sent = 0;
  bool out_ended = false;
  bool end_sent = false;  // the end was sent with the last byte
  bool waiting = false;   // the session waits for Resume
  Headers trailers;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_STREAM_H_
