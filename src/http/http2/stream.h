// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_STREAM_H_
#define ZEROTOUCH_HTTP_HTTP2_STREAM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/admission.h"
#include "http/asio.h"
#include "http/http.h"
#include "http/least_rate.h"

namespace zerotouch::http::http2 {

// One request and its answer. Used on the event loop's thread.
struct Stream {
  Stream(const Executor& executor, Admission& admission, Peer& peer, int32_t number)
      : id(number), changed(executor), ticket(admission, peer) {}

  // Wakes the coroutine that waits for `changed`.
  void Signal() { changed.cancel(); }
  // The body of the answer, of which `sent` bytes are sent.
  std::string_view Out() const { return shared_out != nullptr ? *shared_out : out; }
  size_t Unsent() const { return Out().size() - sent; }

  const int32_t id;
  // True when the answer is no longer needed: the stream was reset, its deadline
  // passed, or the connection closed.
  bool over = false;
  bool cut = false;               // reset by this side
  Timer changed;                  // cancelled when something below changes
  std::optional<Timer> deadline;  // expires at the caller's deadline
  LeastRate rate;                 // of the body, then of the answer
  uint64_t received = 0;          // bytes of the body
  uint64_t taken = 0;             // bytes of the answer that the session took
  Admission::Ticket ticket;

  // The request. Serving it moves header and body out.
  Request header;
  std::string request_id;
  bool header_too_large = false;
  std::string body;
  bool ended = false;
  bool is_head = false;        // the method is HEAD
  bool discarded = false;      // the body is dropped
  bool accepted = false;       // the body will be read
  bool streaming = false;      // the body goes to a streaming call as it arrives
  size_t unconsumed = 0;       // received bytes for which no window was opened yet
  std::optional<Fault> fault;  // why the request is refused while its body arrives

  // The answer: the unsent part of its body begins at `sent`.
  bool answered = false;  // its header was submitted
  std::string out;
  std::shared_ptr<const std::string> shared_out;  // sent instead of `out` if set
  size_t sent = 0;
  bool out_ended = false;
  bool end_sent = false;  // the end was sent with the last byte
  bool waiting = false;   // the session waits for Resume
  Headers trailers;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_STREAM_H_
