// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP_H_
#define ZEROTOUCH_HTTP_HTTP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "http/fault.h"

// What a request and an answer are to everything above the transports: nothing
// here knows of sockets, Beast or HTTP/2.
namespace zerotouch::http {

// Header fields in the order of the wire. Names compare without case.
class Headers {
 public:
  void Add(std::string name, std::string value);
  // In place of all of that name.
  void Set(std::string name, std::string value);
  // The first value of that name; empty if there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;  // "GET", as received
  std::string target;  // path and query as received, percent-encoded
  Headers headers;
  std::string body;        // decoded from chunks and gzip; empty until it was read
  std::string request_id;  // made by the server; 16 hexadecimal digits
  bool trailers = false;   // whether the answer may have trailers: over HTTP/2
  bool batched = false;    // whether it came as a part of a POST /batch
  // Asks leave for the body, as it is unpacked, to hold this many bytes in all.
  // Empty if nobody counts.
  std::function<bool(uint64_t)> hold;
};

// An answer's body made piece by piece while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece, some 100 kB, to `out`. False at the end. An error
  // cuts the answer: its status has gone out. Runs on a worker thread.
  virtual absl::StatusOr<bool> Next(std::string& out) = 0;
  // What comes after the body, once Next has said that this is over. Sent to
  // requests with `trailers` alone.
  virtual Headers Trailers() { return {}; }
};

// A call in which both sides speak at once, as in gRPC's streaming methods: its
// answer has begun, with status 200, before its request ends. For one thread at
// a time.
class StreamingCall {
 public:
  struct Input {
    std::string_view bytes;  // what came of the request since the last time
    bool ended = false;      // nothing more will come
    bool stopping = false;   // the server is about to stop: come to an end
  };

  virtual ~StreamingCall() = default;
  virtual Headers Header() const = 0;
  // Appends to `out` what is to be sent now, 100 kB or so at most. False once
  // the answer is over but for its trailers. Runs on a worker thread.
  virtual bool Next(const Input& input, std::string& out) = 0;
  virtual Headers Trailers() = 0;
  // How soon Next wants to be called though nothing came.
  virtual absl::Duration Patience() const { return absl::InfiniteDuration(); }
};

struct Response {
  int status = 200;
  Headers headers;                     // without Content-Length, Connection, Date
  std::string body;                    // used when there is no stream
  Headers trailers;                    // after the body; for requests with `trailers` alone
  std::unique_ptr<BodySource> stream;  // of a length that is not known ahead
};

// What the server calls for each request, on worker threads, many at a time,
// unless a function says otherwise.
class Handler {
 public:
  virtual ~Handler() = default;

  // Sees the header before the body is read. An answer refuses the request
  // there and then, so that a stranger cannot make the server read 64 MiB. Not
  // asked when nothing is left to read: Handle refuses the same.
  virtual std::optional<Response> RefuseEarly(const Request& header) = 0;

  // Answers a whole request. Never throws.
  virtual Response Handle(Request request) = 0;

  // Renders a fault that the engine found (too large, malformed) in the form that
  // suits this request, whose header is empty if it could not be read. Quick: may
  // be called on the event loop.
  virtual Response RenderFault(const Fault& fault, const Request& header) = 0;

  // The exchange that answers this request; nullptr if Handle does. Asked for
  // requests with `trailers` that RefuseEarly let pass. Quick, as RenderFault.
  virtual std::unique_ptr<StreamingCall> Open(const Request&) { return nullptr; }

  // How long the caller waits for the answer; past that it gets
  // Fault kDeadlineExceeded. Quick, as RenderFault.
  virtual absl::Duration TimeLimit(const Request&) { return absl::InfiniteDuration(); }
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_HTTP_H_
