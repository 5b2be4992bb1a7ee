// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_SESSION_H_
#define ZEROTOUCH_HTTP_HTTP2_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/http.h"

namespace zerotouch::http::http2 {

// Error codes of RFC 9113 section 7 that this server sends.
enum class ErrorCode : uint32_t {
  kNone = 0,
  kInternal = 2,
  kCancel = 8,
};

// Receives a session's events. Called from Session's functions. May call them in
// turn, except Receive and Send.
class SessionEvents {
 public:
  // Describes the next part of an answer's body.
  struct Part {
    enum class Then { kMore, kWait, kEnd };
    size_t bytes = 0;         // written to `room`
    Then then = Then::kMore;  // kWait: nothing until Session::Resume
    Headers trailers;         // at kEnd
  };

  virtual ~SessionEvents() = default;
  // Reports a request's header. `too_large`: it exceeds the limit and was cut.
  virtual void OnRequest(int32_t stream, Request header, bool too_large) = 0;
  virtual void OnBody(int32_t stream, std::string_view bytes) = 0;
  // Reports trailers that exceed the header's limit; OnRequestEnd follows.
  virtual void OnTrailersTooLarge(int32_t stream) = 0;
  virtual void OnRequestEnd(int32_t stream) = 0;
  // Reports the end of a stream: answered in full, or reset by either side.
  virtual void OnClosed(int32_t stream) = 0;
  // Writes the next bytes of the answer to `room`.
  virtual Part NextPart(int32_t stream, std::span<char> room) = 0;
};

// Implements the server's side of one HTTP/2 connection (RFC 9113) on libnghttp2,
// without a socket: bytes go in and out. Enforces the limits that protect the
// server from its peer: header size, concurrent streams, resets, CONTINUATION
// frames and frames without a request. Not thread-safe.
class Session {
 public:
  // `events` must outlive it. A header, and the trailers after a body, may each
  // have `header_bytes`, counted as RFC 9113 section 6.5.2 does.
  static std::unique_ptr<Session> Create(size_t header_bytes, SessionEvents& events);
  virtual ~Session() = default;

  // Processes received bytes, the preface first. Returns false after a protocol
  // error: send what Send returns, then close.
  virtual bool Receive(std::string_view bytes) = 0;
  // Appends pending bytes to `out`, up to about `enough`. Returns false if the
  // connection cannot go on.
  virtual bool Send(std::string& out, size_t enough) = 0;
  // Returns true if neither side has anything left to send.
  virtual bool Finished() const = 0;
  // Returns true while a header is incomplete.
  virtual bool HeaderPending() const = 0;

  // Begins an answer: its header and, if `has_body`, the parts from NextPart. If
  // the request is still incomplete when the answer is sent, it is reset.
  virtual void Answer(int32_t stream, int status, const Headers& headers, bool has_body) = 0;
  // Sends 100 Continue.
  virtual void Continue(int32_t stream) = 0;
  // Makes the session call NextPart again after kWait.
  virtual void Resume(int32_t stream) = 0;
  virtual void Reset(int32_t stream, ErrorCode error) = 0;

  // Opens the stream's window for bytes that were processed. Without it a client
  // sends at most 64 KiB of a body.
  virtual void Consume(int32_t stream, size_t bytes) = 0;
  // Sets the size of the stream's receive window.
  virtual void Widen(int32_t stream, int32_t window_bytes) = 0;

  // Stops accepting requests; ends when the accepted ones are answered.
  virtual void GoAway() = 0;
  // Sends PING, which the peer must acknowledge.
  virtual void Ping() = 0;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_SESSION_H_
