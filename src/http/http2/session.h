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

// What a session tells of. Called from within Session's functions, which it
// may call in turn, but for Receive and Send.
class SessionEvents {
 public:
  // The next part of an answer's body.
  struct Part {
    enum class Then { kMore, kWait, kEnd };
    size_t bytes = 0;         // written
    Then then = Then::kMore;  // kWait: none now, Session::Resume says when
    Headers trailers;         // at kEnd
  };

  virtual ~SessionEvents() = default;
  // A request's header has come. `too_large`: it is over the limit, and cut.
  virtual void OnRequest(int32_t stream, Request header, bool too_large) = 0;
  virtual void OnBody(int32_t stream, std::string_view bytes) = 0;
  virtual void OnRequestEnd(int32_t stream) = 0;
  // The stream is over: answered in full, or reset by either side.
  virtual void OnClosed(int32_t stream) = 0;
  // Asks for the answer's next bytes, of at most `room.size()`.
  virtual Part NextPart(int32_t stream, std::span<char> room) = 0;
};

// The server's side of one HTTP/2 connection (RFC 9113), on libnghttp2, without
// a socket: bytes go in and out. It keeps the limits that protect the server
// from its peer: header size, streams at once, resets, CONTINUATION frames and
// frames that ask for nothing. For one thread.
class Session {
 public:
  // `events` must outlive it. A header may have `header_bytes`.
  static std::unique_ptr<Session> Create(size_t header_bytes, SessionEvents& events);
  virtual ~Session() = default;

  // Takes what came, the preface first. False if nothing can be made of the
  // peer: send what Send gives, then close.
  virtual bool Receive(std::string_view bytes) = 0;
  // Appends what is to be sent to `out`, up to about `enough` bytes. False if
  // the connection cannot go on.
  virtual bool Send(std::string& out, size_t enough) = 0;
  // Neither side has anything more to say.
  virtual bool Finished() const = 0;
  // A header has begun, and its end has not come.
  virtual bool HeaderPending() const = 0;

  // Begins the answer: its header and, if `has_body`, what NextPart gives. The
  // request is cut once the answer is sent, should it still go on.
  virtual void Answer(int32_t stream, int status, const Headers& headers, bool has_body) = 0;
  // 100 Continue.
  virtual void Continue(int32_t stream) = 0;
  // NextPart has something again.
  virtual void Resume(int32_t stream) = 0;
  virtual void Reset(int32_t stream, ErrorCode error) = 0;

  // Bytes of a body come until some 64 KiB wait to be consumed.
  virtual void Consume(int32_t stream, size_t bytes) = 0;
  // Lets so many come for this stream.
  virtual void Widen(int32_t stream, int32_t window_bytes) = 0;

  // Takes no more requests; ends once those that have come are answered.
  virtual void GoAway() = 0;
  // Asks for a sign of life.
  virtual void Ping() = 0;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_SESSION_H_
